// The patient's camera and microphone, with a browser's mediaDevices played by hand: what happens when its answers come late.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

/** Questions of the page that are not answered yet. */
let questions = [];
/** Every track that the page was ever given. */
let given = [];

class FakeTrack {
  kind;
  readyState = 'live';
  enabled = true;
  muted = false;
  #settings;

  constructor(kind, { deviceId, facingMode }) {
    this.kind = kind;
    const wanted = deviceId?.exact ?? { audio: 'built-in', video: facingMode?.exact === 'environment' ? 'back' : 'front' }[kind];
    this.#settings = kind === 'video' && isPhone ? { deviceId: wanted, facingMode: wanted === 'back' ? 'environment' : 'user' } : { deviceId: wanted };
    given.push(this);
  }

  stop() { this.readyState = 'ended'; }
  getSettings() { return this.#settings; }
}

let isPhone;
let granted;
const mediaDevices = {
  addEventListener() {},
  async enumerateDevices() {
    return [['videoinput', 'front'], ['videoinput', 'back'], ['audioinput', 'built-in'], ['audioinput', 'headset']]
      .map(([kind, deviceId]) => ({ kind, deviceId }));
  },
  getUserMedia(constraints) {
    return new Promise((resolve, reject) => {
      const kinds = Object.keys(constraints);
      questions.push({
        kinds,
        constraints,
        allow: () => { const tracks = kinds.map((kind) => new FakeTrack(kind, constraints[kind])); resolve({ getTracks: () => tracks }); },
        refuse: (name, message = '') => reject(new DOMException(message, name)),
      });
    });
  },
};
const permissions = { async query() { return { state: granted ? 'granted' : 'prompt' }; } };
Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices, permissions } });
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
  isPhone = true;
  granted = false;
  media = new LocalMedia({ onChange() {}, onTrack() {} });
});
afterEach(() => mock.timers.reset());

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

/** What the next question asks for: which device, or which side of the phone. */
const asked = () => Object.fromEntries(Object.entries(questions[0].constraints)
  .map(([kind, { deviceId, facingMode }]) => [kind, deviceId ?? facingMode ?? 'any']));

async function started() {
  media.start();
  await answer('allow');
}

test('another device is asked for by its exact id, which is all that Chromium heeds', async () => {
  await started();
  media.choose('video', 'back');
  assert.deepEqual(asked(), { video: { exact: 'back' } });
  await answer('allow');
  assert.equal(media.view.cameraId, 'back');
  media.choose('audio', 'headset');
  assert.deepEqual(asked(), { audio: { exact: 'headset' } });
  await answer('allow');
  assert.deepEqual([media.view.microphoneId, media.view.unchanged], ['headset', { audio: false, video: false }]);
});

for (const kind of ['audio', 'video']) {
  for (const reason of ['NotReadableError', 'OverconstrainedError', 'NotFoundError', 'NotAllowedError']) {
    test(`the ${kind} device before comes back where another does not start, and that is told: ${reason}`, async () => {
      await started();
      const [wanted, before] = { audio: ['headset', 'built-in'], video: ['back', 'front'] }[kind];
      media.choose(kind, wanted);
      await answer('refuse', reason);
      if (kind === 'video') {
        assert.deepEqual(asked(), { video: { exact: before } });
        await answer('allow');
      }
      const { cameraId, microphoneId, unchanged } = media.view;
      assert.deepEqual([kind === 'audio' ? microphoneId : cameraId, unchanged[kind]], [before, true]);
      media.choose(kind, wanted);
      await answer('allow');
      assert.equal(media.view.unchanged[kind], false);
    });
  }
}

test('a device chosen before a reload is asked for first, and any other where it is gone', async () => {
  media.remember({ cameraId: 'gone', microphoneId: 'headset' });
  media.start();
  assert.deepEqual(asked(), { audio: { exact: 'headset' }, video: { exact: 'gone' } });
  await answer('refuse', 'OverconstrainedError');
  assert.deepEqual(asked(), { audio: { exact: 'headset' } });
  await answer('allow');
  assert.deepEqual(asked(), { video: { exact: 'gone' } });
  await answer('refuse', 'OverconstrainedError');
  assert.deepEqual(asked(), { video: 'user' });
  await answer('allow');
  assert.deepEqual([media.view.microphoneId, media.view.cameraId], ['headset', 'front']);
  assert.equal(media.view.unchanged.video, false, 'nobody chose it just now');
});

test('a phone is flipped by its side, and to the next camera where it has no such side', async () => {
  await started();
  media.flip();
  assert.deepEqual(asked(), { video: { exact: 'environment' } });
  await answer('allow');
  assert.equal(media.view.facing, 'environment');
  media.flip();
  assert.deepEqual(asked(), { video: { exact: 'user' } });
  await answer('refuse', 'OverconstrainedError');
  assert.deepEqual(asked(), { video: { exact: 'front' } });
  await answer('allow');
  assert.equal(media.view.cameraId, 'front');
});

test('a PC is flipped to the next camera, round and round, and back if that fails', async () => {
  isPhone = false;
  await started();
  for (const next of ['back', 'front']) {
    media.flip();
    assert.deepEqual(asked(), { video: { exact: next } });
    await answer('allow');
    assert.equal(media.view.cameraId, next);
  }
  media.flip();
  await answer('refuse', 'NotReadableError');
  await answer('allow');
  assert.deepEqual([media.view.cameraId, media.view.unchanged.video], ['front', true]);
});

test('a device that another app takes is told, and that it came back', async () => {
  await started();
  const [microphone] = given;
  microphone.onmute({ type: 'mute' });
  assert.deepEqual(media.view.interrupted, { audio: true, video: false });
  microphone.onunmute({ type: 'unmute' });
  assert.deepEqual(media.view.interrupted, { audio: false, video: false });
  microphone.onmute({ type: 'mute' });
  media.retry(['audio']);
  assert.deepEqual(questions[0].kinds, ['audio']);
  await answer('allow');
  assert.deepEqual([media.view.interrupted.audio, live()], [false, ['video', 'audio']]);
});

test('a device that was pulled is lost, and found again', async () => {
  await started();
  given[1].onended();
  assert.equal(media.view.camera, 'lost');
  media.retry(['video']);
  await answer('refuse', 'OverconstrainedError');
  await answer('allow');
  assert.equal(media.view.camera, 'on');
});

test('a question that stays unanswered is pointed at, unless none was asked', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  media.start();
  mock.timers.tick(4999);
  await settled();
  assert.equal(media.view.asking, false);
  mock.timers.tick(1);
  await settled();
  assert.equal(media.view.asking, true);
  await answer('allow');
  assert.equal(media.view.asking, false);

  granted = true;
  media.retry(['video']);
  mock.timers.tick(5000);
  await settled();
  assert.equal(media.view.asking, false, 'the camera only takes its time');
});

test('who is refused by the device\'s own settings is told so', async () => {
  media.start();
  for (let i = 0; i < 3; ++i) await answer('refuse', 'NotAllowedError', 'Permission denied by system');
  assert.deepEqual([media.view.camera, media.view.microphone], ['denied-by-system', 'denied-by-system']);
});
