import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FEATURES, unknownOf, UnknownTypes } from '../../../ui/patient/features.js';
import { decodeChat, decodeControl } from '../../../ui/patient/lines.js';

const line = { type: 'unknown', name: 'a' };

test('nothing is ignored before the other side said that it ignores, too', () => {
  const types = new UnknownTypes();
  assert.equal(types.ignore(line, 0), false);
  types.agree(['something-else']);
  assert.equal(types.ignore(line, 0), false);
  types.agree(FEATURES);
  assert.equal(types.ignore(line, 0), true);
  assert.equal(types.ignored, 1);
});

test('fifty are ignored at once, and one every five seconds after that', () => {
  const types = new UnknownTypes();
  types.agree(FEATURES);
  for (let i = 0; i < 50; ++i) assert.equal(types.ignore(line, 1000), true);
  assert.equal(types.ignore(line, 1000), false);
  assert.equal(types.ignore(line, 5900), false);
  assert.equal(types.ignore(line, 6000), true);
  assert.equal(types.ignore(line, 6000), false);
});

test('a type that belongs elsewhere is not unknown, and only a plain name is repeated', () => {
  for (const type of ['join', 'media', 'text', 7, undefined, null]) assert.equal(unknownOf(type), null);
  assert.deepEqual(unknownOf('raise-hand'), { type: 'unknown', name: 'raise-hand' });
  for (const type of ['<b>', '', 'x'.repeat(33), '홍길동']) assert.deepEqual(unknownOf(type), { type: 'unknown', name: '?' });
});

test('every type the kiosk knows is known to the page as such', () => {
  const source = readFileSync(new URL('../../../src/protocol/reader.cpp', import.meta.url), 'utf8');
  const list = source.match(/k_types\{([^}]*)\}/)[1].match(/"[^"]+"/g).map((quoted) => quoted.slice(1, -1));
  assert.ok(list.length > 20);
  for (const type of list) assert.equal(unknownOf(type), null, type);
});

test('the clinic\'s last line says how the visit ended, or nothing', () => {
  assert.deepEqual(decodeControl('{"type":"ended","outcome":"completed"}'), { type: 'ended', outcome: 'completed' });
  assert.deepEqual(decodeControl('{"type":"ended"}'), { type: 'ended', outcome: '' });
  for (const outcome of ['7', '"' + 'x'.repeat(33) + '"', 'null']) assert.equal(decodeControl(`{"type":"ended","outcome":${outcome}}`), null);
});

test('lines of the data channels: the hello, unknown ones and nonsense are told apart', () => {
  assert.deepEqual(decodeControl('{"type":"hello","features":["ignore-unknown"]}'), { type: 'hello', features: ['ignore-unknown'] });
  assert.deepEqual(decodeControl('{"type":"hello"}'), { type: 'hello', features: [] });
  assert.equal(decodeControl('{"type":"hello","features":"all"}'), null);
  for (const decode of [decodeChat, decodeControl]) {
    assert.deepEqual(decode('{"type":"raise-hand"}'), { type: 'unknown', name: 'raise-hand' });
    for (const nonsense of ['{"type":"join"}', '{}', '[]', '{"type":7}']) assert.equal(decode(nonsense), null);
  }
});
