import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf, Readings, SteadyLevel } from '../../../ui/patient/quality.js';

const good = { lost: 0, received: 100, roundTripMs: 30, jitterMs: 5, framesPerSecond: 30, frozenShare: 0, droppedShare: 0, decodingShare: 0, height: 720 };

test('loss, delay and a standing picture each lower the level', () => {
  assert.equal(levelOf(good), 'good');
  assert.equal(levelOf({ ...good, framesPerSecond: NaN }), 'good', 'no picture is the clinic\'s wish, not a bad connection');
  assert.equal(levelOf({ ...good, lost: 5 }), 'fair');
  assert.equal(levelOf({ ...good, lost: 20 }), 'poor');
  assert.equal(levelOf({ ...good, roundTripMs: 500 }), 'fair');
  for (const trouble of [{ lost: 2 }, { roundTripMs: 300 }, { jitterMs: 80 }, { received: 0 }]) {
    assert.equal(levelOf({ ...good, ...trouble, framesPerSecond: 3 }), 'poor');
    assert.equal(levelOf({ ...good, ...trouble, frozenShare: 0.5 }), 'poor');
    assert.equal(levelOf({ ...good, ...trouble, framesPerSecond: 10 }), 'fair');
  }
});

test('on a line without trouble a camera in the dark or a slow machine is no weak connection', () => {
  assert.equal(levelOf({ ...good, framesPerSecond: 7.5 }), 'good');
  assert.equal(levelOf({ ...good, framesPerSecond: 2, frozenShare: 0.6, droppedShare: 0.5 }), 'good');
});

test('one bad moment is not shown, a lasting one soon, and recovery is believed slowly', () => {
  const level = new SteadyLevel();
  const shown = ['poor', 'good', 'poor', 'poor', 'good', 'good', 'good', 'good'].map((heard) => level.add(heard));
  assert.deepEqual(shown, ['good', 'good', 'good', 'poor', 'poor', 'poor', 'poor', 'good']);
});

/** What a browser has counted after so many seconds of a picture of that rate and 40 packets a second. */
const counted = (seconds, rate, lost = 0, frozen = 0) => new Map(Object.entries({
  video: { id: 'video', type: 'inbound-rtp', kind: 'video', timestamp: 1000 * seconds, packetsLost: lost, packetsReceived: 40 * seconds,
    bytesReceived: 9000 * seconds, framesDecoded: rate * seconds, totalFreezesDuration: frozen,
    framesReceived: 1.25 * rate * seconds, framesDropped: 0.25 * rate * seconds, totalDecodeTime: 0.5 * seconds, frameHeight: 540 },
  pair: { id: 'pair', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.03 },
}));

test('the black pictures of a clinic whose camera is off are no measure; what is lost of them is', () => {
  for (const [picture, level] of [[true, 'fair'], [false, 'good']]) {
    const readings = new Readings();
    readings.add(counted(0, 5), picture);
    assert.equal(levelOf({ ...readings.add(counted(2, 5), picture), roundTripMs: 300 }), level);
  }
  const readings = new Readings();
  readings.add(counted(0, 5), false);
  const sample = readings.add(counted(2, 5, 20, 1.8), false);
  assert.deepEqual([sample.framesPerSecond, sample.frozenShare, sample.lost], [NaN, 0, 20]);
  assert.equal(levelOf(sample), 'poor');
});

test('a picture is measured from the reading before, and from none after a change of the connection', () => {
  const readings = new Readings();
  assert.equal(levelOf(readings.add(counted(2, 30), true)), 'good');
  assert.deepEqual(readings.add(counted(4, 30, 4, 0.5), true),
    { lost: 4, received: 80, roundTripMs: 30, jitterMs: 0, framesPerSecond: 30, frozenShare: 0.25, droppedShare: 0.2, decodingShare: 0.5, height: 540, spoken: NaN,
      outgoing: { availableKbps: NaN, lostShare: 0, roundTripMs: 30, unheard: false } });
  readings.clear();
  assert.equal(readings.add(counted(1, 30), true).received, 0);
});

test('what is sent is unheard if the clinic is heard and reports nothing new of it', () => {
  const report = (seconds, reported, received = 40 * seconds) => new Map(Object.entries({
    in: { id: 'in', type: 'inbound-rtp', kind: 'audio', timestamp: 1000 * seconds, packetsLost: 0, packetsReceived: received, bytesReceived: 1 },
    out: { id: 'out', type: 'outbound-rtp', packetsSent: 50 * seconds },
    remote: { id: 'remote', type: 'remote-inbound-rtp', timestamp: 1000 * reported, fractionLost: 0.25, roundTripTime: 0.3 },
  }));
  const readings = new Readings();
  const at = (...values) => readings.add(report(...values), true).outgoing;
  at(1, 1);
  assert.deepEqual(at(3, 2), { availableKbps: NaN, lostShare: 0.25, roundTripMs: 300, unheard: false });
  assert.deepEqual(at(5, 2), { availableKbps: NaN, lostShare: 0, roundTripMs: 0, unheard: true });
  assert.equal(at(7, 2, 200).unheard, false, 'the line is down: nobody is heard');
});

test('what our microphone hears is counted from the reading before, and the jitter is the sound\'s', () => {
  const report = (heard, jitter) => new Map(Object.entries({
    source: { id: 'source', type: 'media-source', kind: 'audio', totalAudioEnergy: heard },
    in: { id: 'in', type: 'inbound-rtp', kind: 'audio', timestamp: 0, packetsLost: 0, packetsReceived: 1, bytesReceived: 1, jitter },
  }));
  const readings = new Readings();
  readings.add(report(1, 0), true);
  const sample = readings.add(report(1.5, 0.07), true);
  assert.deepEqual([sample.spoken, sample.jitterMs], [0.5, 70]);
  assert.equal(readings.add(report(1.5, 0), true).spoken, 0);
});
