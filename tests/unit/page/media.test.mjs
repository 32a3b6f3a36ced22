// The patient's camera and microphone, with a browser's mediaDevices played by hand: what happens when its answers come late.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** Questions of the page that are not answered yet. */
let questions = [];
/** Every track that the page was ever given. */
let given = [];

class FakeTrack {
  kind;
  readyState = 'live';
  enabled = true;

  constructor(kind) {
    this.kind = kind;
    given.push(this);
  }

  stop() { this.readyState = 'ended'; }
  getSettings() { return this.kind === 'video' ? { deviceId: 'front', facingMode: 'user' } : { deviceId: 'built-in' }; }
}

const mediaDevices = {
  addEventListener() {},
  async enumerateDevices() { return [{ kind: 'videoinput', deviceId: 'front' }, { kind: 'videoinput', deviceId: 'back' }]; },
  getUserMedia(constraints) {
    return new Promise((resolve, reject) => {
      const kinds = Object.keys(constraints);
      const wished = kinds.map((kind) => constraints[kind].deviceId?.exact ?? '');
      questions.push({
        kinds,
        wished,
        allow: () => { const tracks = kinds.map((kind) => new FakeTrack(kind)); resolve({ getTracks: () => tracks }); },
        refuse: (name) => reject(Object.assign(new Error(), { name })),
      });
    });
  },
};
Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices } });
globalThis.window = { isSecureContext: true, RTCPeerConnection: class {} };
const { LocalMedia } = await import('../../../ui/patient/media.js');

/** Everything that the answer sets off has happened. */
const settled = () => new Promise((resolve) => { setImmediate(resolve); });
const live = () => given.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind);

async function answer(how, ...reason) {
  questions.shift()[how](...reason);
  await settled();
}

let media;
beforeEach(() => {
  questions = [];
  given = [];
  media = new LocalMedia({ onChange() {}, onTrack() {} });
});

test('one question for both', async () => {
  media.start();
  assert.deepEqual(questions[0].kinds, ['audio', 'video']);
  await answer('allow');
  assert.deepEqual([media.view.camera, media.view.microphone], ['on', 'on']);
});

test('the microphone is kept where the camera is taken', async () => {
  media.start();
  await answer('refuse', 'NotReadableError');
  assert.deepEqual(questions[0].kinds, ['audio']);
  await answer('allow');
  await answer('refuse', 'NotReadableError');
  assert.deepEqual([media.view.camera, media.view.microphone], ['busy', 'on']);
  assert.deepEqual(live(), ['audio']);
});

test('a yes that comes after the end lights nothing', async () => {
  media.start();
  media.stop();
  await answer('allow');
  assert.equal(given.length, 2);
  assert.deepEqual(live(), []);
  assert.deepEqual([media.view.camera, media.view.microphone], ['idle', 'idle']);
});

test('a no that comes after the end is not asked about again', async () => {
  media.start();
  media.stop();
  await answer('refuse', 'NotReadableError');
  assert.equal(questions.length, 0);
  assert.equal(media.view.camera, 'idle');
});

test('the end between the second questions for either', async () => {
  media.start();
  await answer('refuse', 'NotReadableError');
  media.stop();
  await answer('allow');
  assert.equal(questions.length, 0);
  assert.deepEqual(live(), []);
});

test('the end while the camera is being flipped', async () => {
  for (const how of ['allow', 'refuse']) {
    media.start();
    await answer('allow');
    media.flip();
    media.stop();
    await answer(how, 'NotReadableError');
    assert.equal(questions.length, 0, how);
    assert.deepEqual(live(), [], how);
  }
});

test('a camera that cannot be flipped comes back', async () => {
  media.start();
  await answer('allow');
  media.flip();
  await answer('refuse', 'NotReadableError');
  await answer('allow');
  assert.deepEqual([media.view.camera, media.view.facing], ['on', 'user']);
});

test('the end while a camera that was off is turned on with the microphone', async () => {
  media.remember({ cameraOff: true });
  media.startAll();
  assert.deepEqual(questions[0].kinds, ['audio', 'video']);
  media.stop();
  await answer('allow');
  assert.equal(questions.length, 0);
  assert.deepEqual(live(), []);
});

test('a microphone goes on until the one that was chosen is there', async () => {
  const sent = [];
  media = new LocalMedia({ onChange() {}, onTrack: (kind, track) => { sent.push(track); } });
  media.start();
  await answer('allow');
  const [before] = given;
  media.choose('audio', 'headset');
  assert.deepEqual([before.readyState, media.view.microphone], ['live', 'on']);
  await answer('allow');
  const chosen = given.at(-1);
  assert.equal(sent.at(-1), chosen);
  assert.ok(!sent.includes(null), 'there is sound all the time');
  assert.deepEqual([before.readyState, chosen.readyState], ['ended', 'live']);
  assert.deepEqual(live(), ['video', 'audio']);
});

test('a device is asked for by its name, and another one where it is gone', async () => {
  media.remember({ cameraId: 'desk', microphoneId: 'headset' });
  media.start();
  assert.deepEqual(questions[0].wished, ['headset', 'desk']);
  await answer('refuse', 'OverconstrainedError');
  assert.deepEqual(questions[0].wished, ['', '']);
  await answer('allow');
  assert.deepEqual([media.view.camera, media.view.microphone], ['on', 'on']);
});

test('a microphone that cannot be had leaves the one before', async () => {
  media.start();
  await answer('allow');
  media.choose('audio', 'headset');
  await answer('refuse', 'NotReadableError');
  assert.equal(media.view.microphone, 'on');
  assert.deepEqual(live(), ['audio', 'video']);
});

test('the end while another microphone is being chosen', async () => {
  media.start();
  await answer('allow');
  media.choose('audio', 'headset');
  media.stop();
  await answer('allow');
  assert.deepEqual(live(), []);
});

test('a new start after the end is not disturbed by the old one\'s answer', async () => {
  media.start();
  media.stop();
  media.start();
  await answer('allow');
  assert.deepEqual(live(), []);
  await answer('allow');
  assert.deepEqual(live(), ['audio', 'video']);
  assert.equal(media.view.camera, 'on');
});
