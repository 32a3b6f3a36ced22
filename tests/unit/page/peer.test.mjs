// When a connection that is on its way is given up, with a browser's RTCPeerConnection that never connects by itself.
// Media that flows is tests/browser.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

class FakeConnection extends EventTarget {
  connectionState = 'new';
  async setRemoteDescription(description) { this.remote = description; }
  async createAnswer() { return { type: 'answer', sdp: 'v=0' }; }
  async setLocalDescription() {}
  async addIceCandidate() {}
  getTransceivers() { return []; }
  setConfiguration() {}
  close() { this.connectionState = 'closed'; }
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, setInterval: globalThis.setInterval };
const { Peers } = await import('../../../ui/patient/peer.js');

let now;
let timers;
let made;
let asked;
let barred;
let answered;
let peers;
beforeEach(() => {
  now = 0;
  timers = new Map();
  made = [];
  asked = [];
  barred = 0;
  answered = [];
  globalThis.RTCPeerConnection = class extends FakeConnection { constructor() { super(); made.push(this); } };
  globalThis.MediaStream = class {};
  globalThis.setTimeout = (act, ms) => { const timer = {}; timers.set(timer, { act, at: now + ms }); return timer; };
  globalThis.clearTimeout = (timer) => timers.delete(timer);
  globalThis.setInterval = () => undefined;
  peers = new Peers({
    tracks: () => ({ audio: null, video: null }),
    sendAnswer: (peer) => answered.push(peer),
    sendCandidate() {},
    requestOffer: (peer) => asked.push(peer),
    onConnected() {},
    onInterrupted() {},
    onNoPath: () => { barred += 1; },
    onChannelOpen() {},
    onChat() {},
    onControl() {},
    clinicCamera: () => true,
    onAgreed() {},
    onLevel() {},
    onSample() {},
  });
});
afterEach(() => { Object.assign(globalThis, real); });

function pass(ms) {
  now += ms;
  for (const [timer, { act, at }] of [...timers]) if (at <= now && timers.delete(timer)) act();
}

function connect(connection) {
  connection.connectionState = 'connected';
  connection.dispatchEvent(new Event('connectionstatechange'));
}

test('after a connection the tries are short at first, and longer each time', async () => {
  peers.setAdmitted(true);
  await peers.offer(1, 'offer 1');
  connect(made[0]);
  made[0].connectionState = 'failed';
  made[0].dispatchEvent(new Event('connectionstatechange'));
  assert.deepEqual(asked, [1]);
  const tries = [4000, 6000, 9000, 13500, 14000, 14000];
  for (const [index, ms] of tries.entries()) {
    await peers.offer(index + 2, 'another');
    pass(ms - 100);
    assert.equal(asked.at(-1), index + 1);
    assert.equal(barred, Math.max(0, index - 4));
    pass(200);
    assert.equal(asked.at(-1), index + 2);
  }
});

test('that there is no path is told when a try has failed and nothing else is connected', async () => {
  peers.setAdmitted(true);
  await peers.offer(1, 'offer 1');
  pass(13000);
  assert.equal(barred, 0);
  pass(1500);
  assert.equal(barred, 1);
  await peers.offer(2, 'offer 2');
  connect(made.at(-1));
  await peers.offer(3, 'offer 3');
  pass(15000);
  assert.deepEqual([asked.at(-1), barred], [3, 1]);
});

test('each try is given up a little before the kiosk does, and a new one asked for', async () => {
  peers.setAdmitted(true);
  for (const number of [1, 2, 3]) {
    await peers.offer(number, `offer ${number}`);
    pass(13000);
    assert.deepEqual([answered.at(-1), asked.length], [number, number - 1]);
    pass(1500);
    assert.deepEqual([asked.at(-1), asked.length], [number, number]);
  }
});

test('a network that changes during the first connect is a reason to ask at once', async () => {
  peers.setAdmitted(true);
  await peers.offer(1, 'offer 1');
  peers.networkChanged();
  assert.deepEqual(asked, [1]);
  await peers.offer(2, 'offer 2');
  assert.deepEqual(answered, [1, 2]);
  assert.deepEqual(made.map(({ connectionState }) => connectionState), ['closed', 'new']);
});

test('a network that changes in the call names the newest peer that was answered', async () => {
  peers.setAdmitted(true);
  await peers.offer(1, 'offer 1');
  connect(made[0]);
  peers.networkChanged();
  await peers.offer(2, 'offer 2');
  peers.networkChanged();
  assert.deepEqual(asked, [1, 2]);
});

test('a network that changes at the door asks for nothing: the offer is prepared anew', async () => {
  peers.setWaiting();
  await peers.offer(1, 'offer 1');
  peers.networkChanged();
  assert.deepEqual([asked, answered], [[], []]);
  assert.deepEqual(made.map(({ connectionState }) => connectionState), ['closed', 'new']);
});

/** A channel of the clinic's, already open. */
async function openChannel(label) {
  if (made.length === 0) {
    peers.setAdmitted(true);
    await peers.offer(1, 'offer 1');
    connect(made[0]);
  }
  const channel = Object.assign(new EventTarget(), { label, readyState: 'open', sent: [], send(line) { this.sent.push(JSON.parse(line)); } });
  made[0].dispatchEvent(Object.assign(new Event('datachannel'), { channel }));
  channel.says = (line) => channel.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(line) }));
  return channel;
}

test('the first line on the control channel says what the page can do', async () => {
  const control = await openChannel('control');
  assert.deepEqual(control.sent, [{ type: 'hello', features: ['ignore-unknown', 'chat-refused', 'ended', 'view', 'media-level', 'ice-servers'] }]);
  assert.deepEqual((await openChannel('chat')).sent, []);
});

test('lines of unknown types are ignored once the kiosk said so, too, and are nonsense before', async () => {
  const control = await openChannel('control');
  for (let i = 0; i < 20; ++i) control.says({ type: 'raise-hand' });
  assert.deepEqual(asked, []);
  control.says({ type: 'hello', features: ['ignore-unknown', 'later'] });
  for (let i = 0; i < 50; ++i) control.says({ type: 'raise-hand' });
  assert.deepEqual(asked, []);
  control.says({ type: 'raise-hand' });
  assert.deepEqual(asked, [1]);
});

test('the connection before goes a moment after a newer one took over, when the clinic has found that, too', async () => {
  peers.setAdmitted(true);
  await peers.offer(1, 'a=first');
  connect(made[0]);
  await peers.offer(2, 'a=second');
  assert.equal(made[0].connectionState, 'connected', 'it goes on meanwhile');
  connect(made[1]);
  assert.equal(peers.connectedPeer, 2);
  assert.equal(made[0].connectionState, 'connected');
  pass(2000);
  assert.equal(made[0].connectionState, 'closed');
  assert.deepEqual(asked, [], 'its end is no reason to ask for another');
});

const pictureOffer = (types) => ['v=0', `m=video 0 UDP/TLS/RTP/SAVPF ${types}`, 'a=rtpmap:96 VP8/90000', 'a=rtpmap:102 H264/90000', 'a=rtpmap:98 VP9/90000', ''].join('\r\n');

test('the browser sees the offer in the kiosk\'s order where nothing is known of the machine', async () => {
  await peers.offer(1, pictureOffer('96 102 98'));
  assert.equal(made[0].remote.sdp, pictureOffer('96 102 98'));
});

test('the browser sees the offer in another order where the line is thin', async () => {
  const able = { supported: true, smooth: true, powerEfficient: false };
  Object.defineProperty(globalThis, 'navigator', {
    configurable: true, value: { mediaCapabilities: { encodingInfo: async () => able, decodingInfo: async () => able }, connection: { downlink: 0.3 } },
  });
  globalThis.setTimeout = real.setTimeout;
  const thin = new Peers({ tracks: () => ({ audio: null, video: null }) });
  await thin.offer(1, pictureOffer('96 102 98'));
  assert.equal(made[0].remote.sdp, pictureOffer('98 96 102'));
  delete globalThis.navigator;
});
