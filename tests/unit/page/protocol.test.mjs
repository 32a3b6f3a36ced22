import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FEATURES } from '../../../ui/patient/features.js';
import { decode, gatewayAddress, Signalling } from '../../../ui/patient/protocol.js';
import { FakeClock } from './fake_clock.mjs';

const TOKEN = '0123456789abcdef'.repeat(2);
const JOINED = { type: 'joined', v: 1, token: TOKEN, resumed: false, clinic: 'C', phone: '', ice_servers: [] };

let clock;
let sockets;
let events;
let signalling;
let peer;
beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  events = [];
  peer = 0;
  signalling = new Signalling({
    url: 'ws://gateway/ws/patient',
    language: () => 'ko',
    connectedPeer: () => peer,
    onEvent: (event) => events.push(event),
    clock,
    openSocket: (url) => {
      const socket = {
        url, sent: [], closed: null, onopen: null, onmessage: null, onclose: null,
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: (code) => { socket.closed = code; },
        says: (message) => socket.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) }),
      };
      sockets.push(socket);
      return socket;
    },
  });
});
const last = () => sockets.at(-1);
const seated = () => {
  signalling.join('482731906');
  last().onopen();
  last().says(JOINED);
};
const types = () => events.map(({ type, link, state, code }) => [type, link ?? state ?? code].filter(Boolean).join(' '));

test('the gateway is where the page came from', () => {
  assert.equal(gatewayAddress('https://visit.example/'), 'wss://visit.example/ws/patient');
  assert.equal(gatewayAddress('http://localhost:8080/?x=1#482731906'), 'ws://localhost:8080/ws/patient');
});

test('joining introduces itself with version, code and language', () => {
  seated();
  assert.deepEqual(last().sent, [{ type: 'join', v: 1, code: '482731906', language: 'ko', features: FEATURES }]);
  assert.deepEqual(types(), ['link connecting', 'link online', 'joined']);
});

test('a wrong code is answered on the same connection, and the next code goes out on it', () => {
  signalling.join('111111111');
  last().onopen();
  last().says({ type: 'error', code: 'code-wrong', text: '' });
  signalling.join('482731906', '77');
  assert.equal(sockets.length, 1);
  assert.deepEqual(last().sent.at(-1), { type: 'join', v: 1, code: '482731906', language: 'ko', proof: '77', features: FEATURES });
});

test('nothing but join leaves before the seat is ours', () => {
  signalling.join('482731906');
  last().onopen();
  signalling.knock({ name: 'a', consent: '2026-1', camera: true, microphone: true });
  signalling.candidate(1, 0, 'x');
  assert.equal(last().sent.length, 1);
});

test('a lost connection is taken up again with the token and the connected peer, waiting longer each time', () => {
  seated();
  peer = 3;
  const waits = [];
  for (let i = 0; i < 6; ++i) {
    last().onclose();
    const count = sockets.length;
    let waited = 0;
    while (sockets.length === count) { clock.pass(50); waited += 50; }
    waits.push(waited);
  }
  assert.ok(waits[0] <= 500 && waits[5] > 3500 && waits[5] <= 8100, String(waits));
  last().onopen();
  assert.deepEqual(last().sent, [{ type: 'resume', v: 1, token: TOKEN, language: 'ko', peer: 3, features: FEATURES }]);
});

test('a resume without a connected peer names none', () => {
  seated();
  last().onclose();
  clock.pass(1000);
  last().onopen();
  assert.equal('peer' in last().sent[0], false);
});

test('a code that nobody answered is sent again after a loss', () => {
  signalling.join('482731906');
  last().onclose();
  assert.equal(types().at(-1), 'link offline');
  clock.pass(1000);
  last().onopen();
  assert.equal(last().sent[0].code, '482731906');
});

test('a connection that never opens is given up and tried anew', () => {
  signalling.join('482731906');
  clock.pass(8000);
  assert.equal(types().at(-1), 'link offline');
  clock.pass(1000);
  assert.equal(sockets.length, 2);
});

test('it pings every 5 s and reconnects after 12 s of silence', () => {
  seated();
  clock.pass(10500);
  assert.equal(last().sent.filter(({ type }) => type === 'ping').length, 2);
  last().says({ type: 'pong' });
  clock.pass(10000);
  assert.equal(sockets.length, 1, 'a pong counts as life');
  clock.pass(10000);
  assert.ok(sockets.length > 1, 'silence does not');
  assert.equal(sockets[0].closed, 4000);
});

test('what an old socket still says is not heard', () => {
  seated();
  const [old] = sockets;
  const { onmessage } = old;
  old.onclose();
  clock.pass(1000);
  const before = events.length;
  onmessage({ data: JSON.stringify({ type: 'status', state: 'admitted' }) });
  assert.equal(events.length, before);
});

test('a nudge finds a dead connection in seconds, and skips the wait of the next try', () => {
  seated();
  signalling.nudge();
  clock.pass(2600);
  assert.equal(types().at(-1), 'link offline');
  signalling.nudge();
  assert.equal(sockets.length, 2);
});

test('an ended visit is not taken up again', () => {
  seated();
  last().says({ type: 'status', state: 'ended', outcome: 'completed' });
  last().onclose();
  clock.pass(60000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(types().slice(-1), ['status ended']);
});

for (const code of ['replaced', 'version-unsupported', 'resume-unknown']) {
  test(`"${code}" ends all trying`, () => {
    seated();
    last().says({ type: 'error', code, text: '' });
    last().onclose?.();
    clock.pass(60000);
    assert.equal(sockets.length, 1);
    assert.equal(types().at(-1), `error ${code}`);
  });
}

test('a resume while the clinic is away is tried again', () => {
  signalling.resume(TOKEN);
  last().onopen();
  last().says({ type: 'error', code: 'clinic-away', text: '' });
  clock.pass(1000);
  assert.equal(sockets.length, 2);
});

test('being let go for not giving a code is nothing to tell the person, and the next code gets through', () => {
  signalling.join('111111111');
  last().onopen();
  last().says({ type: 'error', code: 'code-wrong', text: '' });
  const before = events.length;
  last().says({ type: 'error', code: 'idle', text: '' });
  last().onclose();
  clock.pass(60000);
  assert.equal(events.length, before);
  signalling.join('482731906');
  assert.equal(sockets.length, 2);
});

test('leaving says so once and stays away', () => {
  seated();
  const [socket] = sockets;
  signalling.leave();
  assert.deepEqual(socket.sent.at(-1), { type: 'leave' });
  assert.equal(socket.closed, 1000);
  clock.pass(60000);
  assert.equal(sockets.length, 1);
  assert.equal(clock.timers.length, 0, 'no timer is left behind');
});

test('messages of the gateway are read within their limits', () => {
  const read = (value) => decode(JSON.stringify(value));
  assert.deepEqual(read({ type: 'offer', peer: 2, sdp: 'v=0' }), { type: 'offer', peer: 2, sdp: 'v=0' });
  assert.deepEqual(read({ type: 'candidate', peer: 2, mline: 0, candidate: '' }), { type: 'candidate', peer: 2, mline: 0, candidate: '' });
  assert.deepEqual(read({ type: 'error', code: 'proof-needed', text: '', challenge: { nonce: 'n', bits: 20 } }),
    { type: 'error', code: 'proof-needed', retryAfter: 0, challenge: { nonce: 'n', bits: 20 }, clinic: '', phone: '' });
  assert.deepEqual(read({ type: 'error', code: 'code-expired', text: '', clinic: 'Clinic', phone: '02 123 4567' }),
    { type: 'error', code: 'code-expired', retryAfter: 0, challenge: null, clinic: 'Clinic', phone: '02 123 4567' });
  assert.equal(read({ ...JOINED, v: 2 }).code, 'version-unsupported');
  assert.deepEqual(read({ ...JOINED, ice_servers: [{ urls: 'turn:a:1', username: 'u', credential: 'c' }, { urls: 'http://evil' }, null, { urls: ['stun:b', 7] }] }).iceServers,
    [{ urls: 'turn:a:1', username: 'u', credential: 'c' }]);
  for (const bad of [{ type: 'offer', peer: -1, sdp: '' }, { type: 'offer', peer: 1.5, sdp: '' }, { type: 'offer', peer: 1, sdp: 'x'.repeat(48 * 1024 + 1) },
    { type: 'candidate', peer: 1, mline: 32, candidate: '' }, { type: 'candidate', peer: 1, mline: 0, candidate: 'x'.repeat(513) },
    { type: 'status', state: 'dancing' }, { ...JOINED, token: 'short' }, 7, null, []]) {
    assert.equal(read(bad), null, JSON.stringify(bad).slice(0, 60));
  }
  assert.deepEqual(read({ type: 'ice-servers', ice_servers: [{ urls: 'turn:a:1', username: 'u', credential: 'c' }, { urls: 'http://evil' }] }),
    { type: 'ice-servers', iceServers: [{ urls: 'turn:a:1', username: 'u', credential: 'c' }] });
  assert.equal(read({ type: 'ice-servers' }), null);
  for (const bad of ['', '{', '\u0000', new ArrayBuffer(8), undefined, `"${'x'.repeat(70000)}"`]) assert.equal(decode(bad), null);
});

test('what the gateway can do is read from joined; a gateway from before says nothing and is taken as well', () => {
  const old = `{"type":"joined","v":1,"token":"${TOKEN}","resumed":false,"clinic":"C","phone":"","ice_servers":[]}`;
  assert.deepEqual(decode(old).features, []);
  assert.deepEqual(decode(JSON.stringify({ ...JOINED, features: ['ignore-unknown', 'x-9'] })).features, ['ignore-unknown', 'x-9']);
  for (const features of ['ignore-unknown', null, {}, [1], ['A'], [''], ['a'.repeat(33)], Array(17).fill('a')]) {
    assert.equal(decode(JSON.stringify({ ...JOINED, features })), null, JSON.stringify(features));
  }
});

test('messages of unknown types change nothing, from a gateway of either age', () => {
  for (const features of [undefined, FEATURES]) {
    signalling.join('482731906');
    last().onopen();
    last().says({ ...JOINED, features });
    for (let i = 0; i < 100; ++i) last().says({ type: 'from-the-future', i });
    last().says({ type: 'status', state: 'waiting' });
    assert.equal(events.at(-1).state, 'waiting');
    assert.equal(signalling.online, true);
    signalling.close();
  }
});

test('a connection that was too fast is taken up again a little later, and nothing is said of a lost network', () => {
  seated();
  last().says({ type: 'error', code: 'too-fast', text: '' });
  assert.equal(last().closed, 1000);
  clock.pass(900);
  assert.equal(sockets.length, 1);
  clock.pass(1000);
  assert.equal(sockets.length, 2);
  last().onopen();
  assert.deepEqual(last().sent.map(({ type, token }) => [type, token]), [['resume', TOKEN]]);
  assert.ok(!types().includes('link offline'), String(types()));
});

test('a gateway that stays too busy is told as a lost connection once we do not get back', () => {
  seated();
  last().says({ type: 'error', code: 'too-fast', text: '' });
  clock.pass(2000);
  last().onclose();
  assert.equal(types().at(-1), 'link offline');
});

test('candidates leave after the answer they belong to, the direct ones first', () => {
  seated();
  signalling.answer(3, 'v=0');
  signalling.candidate(3, 0, 'candidate:1 1 udp 1 198.51.100.1 7000 typ relay raddr 0.0.0.0 rport 0');
  signalling.candidate(3, 0, 'candidate:2 1 udp 2 10.0.0.1 5000 typ host');
  signalling.candidate(2, 0, 'candidate:3 1 udp 2 10.0.0.2 5000 typ host');
  clock.pass(0);
  assert.deepEqual(last().sent.slice(1).map(({ type, candidate }) => candidate?.split(' ')[0] ?? type), ['answer', 'candidate:2', 'candidate:1']);
});

test('a join that waits in line is still under way: it is not given up, and goes out again after a loss', () => {
  signalling.join('482731906');
  last().onopen();
  for (let i = 0; i < 10; ++i) {
    clock.pass(5000);
    last().says({ type: 'error', code: 'in-line', text: '', retry_after: 30 });
  }
  assert.equal(sockets.length, 1);
  last().onclose();
  clock.pass(1000);
  last().onopen();
  assert.equal(sockets.length, 2);
  assert.equal(last().sent[0].code, '482731906');
  last().says(JOINED);
  assert.equal(signalling.online, true);
});
