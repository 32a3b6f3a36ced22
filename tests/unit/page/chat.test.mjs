import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Chat } from '../../../ui/patient/chat.js';
import { decodeChat, decodeControl, MAX_CHANNEL_BYTES } from '../../../ui/patient/lines.js';

/** A clock that is set by hand: what is to happen when. */
const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
let now;
let timers;
beforeEach(() => {
  now = 0;
  timers = new Map();
  globalThis.setTimeout = (act, ms) => { const timer = {}; timers.set(timer, { act, at: now + ms }); return timer; };
  globalThis.clearTimeout = (timer) => timers.delete(timer);
});
afterEach(() => { Object.assign(globalThis, real); });

function pass(ms) {
  now += ms;
  for (const [timer, { act, at }] of [...timers]) if (at <= now && timers.delete(timer)) act();
}

function chat(open = true, items = []) {
  const made = { sent: [], added: [], open, readsRefusals: true };
  made.chat = new Chat({
    items,
    send: (line) => { if (made.open) made.sent.push(line); return made.open; },
    onChange: (item) => made.added.push(item),
    readsRefusals: () => made.readsRefusals,
  });
  return made;
}

test('a text is kept until the clinic has it, and sent again on each new channel', () => {
  const made = chat(false);
  assert.equal(made.chat.write('  안녕하세요 👋 '), '');
  assert.deepEqual(made.sent, []);
  made.open = true;
  made.chat.resend();
  made.chat.resend();
  const [{ id }] = made.sent;
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual(made.sent, [{ type: 'text', id, text: '안녕하세요 👋' }, { type: 'text', id, text: '안녕하세요 👋' }]);
  made.chat.receive({ type: 'received', id });
  assert.equal(made.chat.items[0].delivered, true);
  made.chat.resend();
  assert.equal(made.sent.length, 2);
});

test('what the clinic dropped goes again every ten seconds, the oldest ten first, until it has all', () => {
  const made = chat();
  for (let i = 0; i < 25; ++i) made.chat.write(`text ${i}`);
  for (const { id } of made.sent.splice(0, 12)) made.chat.receive({ type: 'received', id });
  made.sent = [];
  pass(9000);
  assert.equal(made.sent.length, 0);
  pass(1000);
  assert.deepEqual(made.sent.map(({ text }) => text), Array.from({ length: 10 }, (_, i) => `text ${12 + i}`));
  for (const { id } of made.sent.splice(0)) made.chat.receive({ type: 'received', id });
  pass(10000);
  assert.deepEqual(made.sent.map(({ text }) => text), ['text 22', 'text 23', 'text 24']);
  pass(10000);
  assert.equal(made.sent.length, 6, 'not acknowledged, so once more');
  for (const { id } of made.sent.splice(0)) made.chat.receive({ type: 'received', id });
  pass(10000);
  assert.equal(made.sent.length, 0);
  assert.equal(timers.size, 0, 'nothing is left to do');
});

test('nothing goes again while there is no channel, and one clock runs after any number of new ones', () => {
  const made = chat();
  made.chat.write('one');
  made.open = false;
  made.chat.write('two');
  pass(10000);
  assert.equal(timers.size, 0);
  made.open = true;
  made.chat.resend();
  made.chat.resend();
  assert.equal(timers.size, 1);
  made.chat.clear();
  assert.equal(timers.size, 0);
});

test('a text that comes twice is shown once and acknowledged twice', () => {
  const made = chat();
  const line = { type: 'text', id: 'a'.repeat(32), text: 'hello' };
  made.chat.receive(line);
  made.chat.receive(line);
  assert.equal(made.chat.items.length, 1);
  assert.deepEqual(made.sent, [{ type: 'received', id: line.id }, { type: 'received', id: line.id }]);
});

test('what survives a reload is neither shown twice nor lost', () => {
  const before = chat(false);
  before.chat.write('unsent');
  const after = chat(true, structuredClone([...before.chat.items]));
  after.chat.resend();
  assert.equal(after.sent[0].id, before.chat.items[0].id);
});

test('nothing and too much are not sent; 2,000 emoji are not too much', () => {
  const made = chat();
  for (const nothing of [' \n ', '\u3164', '\u0301\u0302', '\u200B\u2060\uFEFF']) assert.equal(made.chat.write(nothing), 'empty');
  assert.equal(made.chat.write('x'.repeat(2001)), 'too-long');
  assert.equal(made.chat.write(`${'x'.repeat(2000)} y`), 'too-long');
  assert.deepEqual(made.sent, []);
  assert.equal(made.chat.write('😀'.repeat(2000)), '');
});

test('a text leaves as the clinic would clean it: it comes back under the same words on both screens', () => {
  const made = chat();
  made.chat.write('  Z\u0321\u0347\u0334\u0321\u0347\u0334\u0321\u0347\u0334\u0321 \u202Eabc\u3164 👨\u200D👩\u200D👧 \uD800 ');
  assert.equal(made.sent[0].text, 'Z\u0321\u0347\u0334\u0321\u0347\u0334\u0321\u0347 abc 👨\u200D👩\u200D👧 \uFFFD');
  assert.equal(made.chat.items[0].text, made.sent[0].text);
});

test('what the clinic refuses is marked and never sent again', () => {
  const made = chat();
  made.chat.write('one');
  made.chat.write('two');
  const [{ id }] = made.sent;
  made.chat.receive({ type: 'refused', id, reason: 'empty' });
  assert.deepEqual(made.chat.items.map(({ refused }) => refused ?? false), [true, false]);
  assert.equal(made.added.at(-1), null);
  made.sent = [];
  made.chat.resend();
  assert.deepEqual(made.sent.map(({ text }) => text), ['two']);
  const after = chat(true, structuredClone([...made.chat.items]));
  after.chat.resend();
  assert.deepEqual(after.sent.map(({ text }) => text), ['two'], 'nor after a reload');
  made.chat.receive({ type: 'refused', id: made.chat.items[1].id, reason: 'of-the-future' });
  pass(20000);
  assert.equal(made.sent.length, 1);
});

test('a text with nothing to see is refused by name, and a clinic that knows no refusal is told that it came', () => {
  const id = 'b'.repeat(32);
  const newer = chat();
  newer.chat.receive({ type: 'text', id, text: '' });
  newer.chat.receive({ type: 'text', id, text: 'x'.repeat(2001) });
  assert.deepEqual(newer.sent, [{ type: 'refused', id, reason: 'empty' }, { type: 'refused', id, reason: 'too-long' }]);
  const older = chat();
  older.readsRefusals = false;
  older.chat.receive({ type: 'text', id, text: '' });
  assert.deepEqual(older.sent, [{ type: 'received', id }]);
  assert.equal(newer.chat.items.length + older.chat.items.length, 0);
});

test('an acknowledgement of what was never said, or a text under an id of ours, changes nothing', () => {
  const made = chat();
  made.chat.write('mine');
  const { id } = made.chat.items[0];
  made.chat.receive({ type: 'received', id: 'f'.repeat(32) });
  made.chat.receive({ type: 'text', id, text: 'forged' });
  assert.equal(made.chat.items.length, 1);
  assert.equal(made.chat.items[0].text, 'mine');
});

test('the list is bounded and undelivered texts are the last to go', () => {
  const made = chat();
  made.chat.write('not yet delivered');
  for (let i = 0; i < 600; ++i) made.chat.receive({ type: 'text', id: i.toString(16).padStart(32, '0'), text: 'x' });
  assert.equal(made.chat.items.length, 500);
  assert.equal(made.chat.items[0].text, 'not yet delivered');
});

test('chat lines are read within their limits', () => {
  const id = '0123456789abcdef'.repeat(2);
  const text = (value) => JSON.stringify({ type: 'text', id, text: value });
  assert.deepEqual(decodeChat(text('안녕 😊')), { type: 'text', id, text: '안녕 😊' });
  assert.deepEqual(decodeChat(JSON.stringify({ type: 'received', id, more: 1 })), { type: 'received', id });
  assert.deepEqual(decodeChat(JSON.stringify({ type: 'refused', id, reason: 'empty' })), { type: 'refused', id, reason: 'empty' });
  // Not malformed, but to be refused by name.
  assert.deepEqual(decodeChat(text('\u3164')), { type: 'text', id, text: '' });
  assert.equal(decodeChat(text('x'.repeat(2001))).text.length, 2001);
  for (const bad of ['', '{', 'null', '[]', '"text"', new ArrayBuffer(4), text(7),
    JSON.stringify({ type: 'refused', id }), JSON.stringify({ type: 'refused', id, reason: 'a b' }),
    JSON.stringify({ type: 'text', id: 'AB'.repeat(16), text: 'x' }), JSON.stringify({ type: 'text', text: 'x' }),
    JSON.stringify({ type: 'text', id, text: 'x', filler: '가'.repeat(MAX_CHANNEL_BYTES / 3) })]) {
    assert.equal(decodeChat(bad), null, String(bad).slice(0, 60));
  }
});

test('control lines are read within their limits', () => {
  assert.deepEqual(decodeControl('{"type":"media","microphone":true,"camera":false}'), { type: 'media', microphone: true, camera: false });
  assert.deepEqual(decodeControl('{"type":"quality","level":"fair"}'), { type: 'quality', level: 'fair' });
  for (const bad of ['{"type":"media","microphone":1,"camera":false}', '{"type":"media","camera":false}', '{"type":"quality","level":"superb"}', '{}', '0']) {
    assert.equal(decodeControl(bad), null, bad);
  }
});
