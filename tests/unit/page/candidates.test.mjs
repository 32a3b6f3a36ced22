import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { BURST, CandidateQueue, INTERVAL_MS, MAX_PER_PEER } from '../../../ui/patient/candidates.js';
import { FakeClock } from './fake_clock.mjs';

const host = (n) => `candidate:${n} 1 udp 2122260223 10.0.${n >> 8}.${n & 255} ${5000 + n} typ host generation 0 ufrag a`;
const tcp = (n) => `candidate:${n} 1 tcp 1518280447 10.0.0.${n} 9 typ host tcptype active`;
const hidden = (n) => `candidate:${n} 1 udp 2113937151 0f0e-${n}.local ${5000 + n} typ host`;
const srflx = (n) => `candidate:${n} 1 udp 1686052607 203.0.113.${n} ${6000 + n} typ srflx raddr 10.0.0.1 rport 5000`;
const relay = (n) => `candidate:${n} 1 udp 41885439 198.51.100.${n} ${7000 + n} typ relay raddr 203.0.113.1 rport 6000`;

let clock;
let sent;
let queue;
beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  queue = new CandidateQueue({ clock, send: ({ candidate }) => sent.push({ at: clock.now(), candidate }) });
  queue.begin(1);
});
const add = (...candidates) => { for (const each of candidates) queue.add(1, 0, each); };

/** What docs/protocol.md says of the gateway: a bucket of so many, so many a second. */
const gatewayTakes = (burst, perSecond) => {
  let tokens = burst;
  let last = 0;
  return sent.every(({ at }) => {
    tokens = Math.min(burst, tokens + (at - last) * perSecond / 1000);
    last = at;
    return (tokens -= 1) >= 0;
  });
};

test('the candidates of most machines go out at once', () => {
  for (let n = 0; n < BURST; ++n) add(host(n));
  clock.pass(0);
  assert.equal(sent.length, BURST);
});

test('a PC with a VPN, Docker and IPv6 is paced: each arrives, and never faster than the gateway takes them', () => {
  for (let n = 0; n < 240; ++n) add(host(n));
  clock.pass(0);
  assert.equal(sent.length, BURST);
  clock.pass(100 * INTERVAL_MS);
  assert.equal(sent.length, BURST + 100);
  clock.pass(60000);
  assert.equal(sent.length, 240);
  const config = readFileSync(new URL('../../../src/gateway/seat_traffic.hpp', import.meta.url), 'utf8');
  const [, burst, perSecond] = config.match(/Rate candidates\{(\d+), (\d+)\}/);
  assert.ok(MAX_PER_PEER <= Number(burst) && 1000 / INTERVAL_MS < Number(perSecond));
  assert.ok(gatewayTakes(Number(burst), Number(perSecond)));
});

test('a network that changes again and again stays below the gateway\'s rate, too', () => {
  for (let peer = 1; peer <= 20; ++peer) {
    queue.begin(peer);
    for (let n = 0; n < 120; ++n) queue.add(peer, 0, host(n));
    clock.pass(1000);
  }
  assert.ok(sent.length > 400);
  assert.ok(gatewayTakes(256, 25));
});

test('direct paths go first, then relays, then what the kiosk has no use for, and the end last', () => {
  add('', tcp(1), relay(1), hidden(1), srflx(1), host(1), relay(2), host(2));
  clock.pass(0);
  assert.deepEqual(sent.map(({ candidate }) => candidate), [host(1), host(2), srflx(1), relay(1), relay(2), tcp(1), hidden(1), '']);
});

test('a path that is named twice is sent once', () => {
  add(host(1), host(1), host(1).replace('2122260223', '7'), srflx(1), host(1).replace('candidate:1', 'candidate:9'));
  queue.add(1, 1, host(1));
  clock.pass(0);
  assert.equal(sent.length, 3);
});

test('what waited for an older peer, and what comes late for it, is dropped', () => {
  for (let n = 0; n < 100; ++n) add(host(n));
  clock.pass(0);
  queue.begin(2);
  add(host(300));
  queue.add(2, 0, host(301));
  clock.pass(10000);
  assert.deepEqual(sent.slice(BURST).map(({ candidate }) => candidate), [host(301)]);
});

test('no page sends without end', () => {
  for (let n = 0; n < 1000; ++n) add(host(n));
  clock.pass(600000);
  assert.equal(sent.length, MAX_PER_PEER);
});

test('nothing runs when there is nothing to send', () => {
  add(host(1));
  clock.pass(1000);
  assert.equal(clock.timers.length, 0);
  add(host(2));
  queue.clear();
  assert.equal(clock.timers.length, 0);
});
