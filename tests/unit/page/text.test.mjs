// What is clean text, at both ends: the shared table of cases, and random Unicode that the kiosk's own reading
// (SANGDAM_TEXT_TOOL) is compared with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeChat } from '../../../ui/patient/lines.js';
import { codePoints, multiLine, singleLine } from '../../../ui/patient/text.js';
import * as rules from '../../../ui/patient/text_rules.js';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const ID = '0123456789abcdef'.repeat(2);
const SEED = Number(process.env.SANGDAM_SEED ?? 20261125);

test('the texts that both ends are tried with are cleaned as they should be', () => {
  const cases = JSON.parse(read('../../shared/texts.json'));
  assert.ok(cases.length > 40);
  for (const { name, text, line, lines } of cases) {
    assert.equal(singleLine(text), line, name);
    assert.equal(multiLine(text), lines, name);
    assert.equal(singleLine(line), line, name);
    assert.equal(multiLine(lines), lines, name);
  }
});

test('the kiosk has the same tables', () => {
  const header = read('../../../src/base/text_rules.hpp');
  for (const [name, table] of Object.entries(rules)) {
    const theirs = header.match(new RegExp(`k_${name.toLowerCase()}\\{\\{([^;]*)\\}\\};`))[1].match(/0x[0-9A-F]+/g).map(Number);
    assert.deepEqual(table, theirs, name);
    for (let i = 1; i < table.length; ++i) assert.ok(table[i] > table[i - 1] - (i % 2), `${name} is sorted`);
  }
});

test('text is cut at code points and never ends in white space', () => {
  assert.equal(singleLine('가나다라', 2), '가나');
  assert.equal(singleLine('ab cd', 3), 'ab');
  assert.equal(multiLine('a\n\nb', 3), 'a');
  assert.equal(multiLine('a\n\nb', 4), 'a\n\nb');
  assert.equal(codePoints(singleLine('👍'.repeat(100), 60)), 60);
});

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6D2B79F5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Texts of what breaks readers: each a mix of a few kinds of characters. */
function* texts(count, random) {
  const pick = (list) => list[random(list.length)];
  const edges = Object.values(rules).flat();
  const kinds = [
    () => pick(['a', '가', '힣', 'é', ' ', '\n', '\t', '.', '한', '漢', 'ש', 'ก']),
    () => String.fromCodePoint(Math.min(0x10FFFF, Math.max(0, pick(edges) + random(3) - 1))),  // around each edge of each table
    () => String.fromCodePoint(random(0x110000)),  // also lone surrogates, unassigned, noncharacters
    () => String.fromCharCode(0xD800 + random(0x800)),
    () => String.fromCodePoint(0x300 + random(0x70)).repeat(1 + random(40)),
    () => pick(['\u3164', '\u115F', '\u1160', '\uFFA0', '\u200B', '\u2800', '\uFEFF', '\u00AD']),
    () => pick(['👨‍👩‍👧‍👦', '❤️‍🔥', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩🏽‍⚕️', '🇰🇷', '\u200D', '\uFE0F', '\u{E0100}']),
    () => String.fromCodePoint(0xE0000 + random(0x200)),
    () => pick(['\u202E', '\u2066', '\u2069', '\u200F', '\u061C']),
    () => pick(['\u0000', '\u001B', '\u0085', '\u2028', '\u2029', '\r', '\v', '\f', '\u00A0', '\u3000']),
    () => String.fromCharCode(0x1100 + random(0x100)),
    () => pick(['"', '\\', '\\ud800', '\\u', '<b>', '/']),
  ];
  for (let i = 0; i < count; ++i) {
    const some = Array.from({ length: 1 + random(4) }, () => pick(kinds));
    const length = random(20) === 0 ? 1900 + random(300) : random(30);
    let text = '';
    for (let n = 0; n < length; ++n) text += pick(some)();
    yield text;
  }
}

test('random Unicode: both ends read the same text, or refuse it alike', () => {
  const random = randomOf(SEED);
  const lines = [...texts(4000, random)].map((text) => ({ text, chat: JSON.stringify({ type: 'text', id: ID, text }) }))
    .filter(({ chat }) => Buffer.byteLength(chat) <= 16 * 1024);
  const names = lines.map(({ text }) => JSON.stringify({ type: 'knock', name: singleLine(text), consent: '1', camera: true, microphone: true }));
  const input = [...lines.map(({ chat }) => chat), ...names].join('\n');
  const answers = execFileSync(process.env.SANGDAM_TEXT_TOOL, { input: `${input}\n`, maxBuffer: 2 ** 28, encoding: 'utf8' })
    .trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(answers.length, 2 * lines.length);
  const seen = { empty: 0, long: 0, surrogates: 0 };
  lines.forEach(({ text, chat }, i) => {
    const note = `seed ${SEED}, text ${i}: ${JSON.stringify(text)}`;
    const ours = decodeChat(chat);
    assert.deepEqual(answers[i], { text: ours.text }, note);
    seen.empty += ours.text === '' && text !== '' ? 1 : 0;
    seen.long += codePoints(ours.text) > 2000 ? 1 : 0;
    seen.surrogates += text.isWellFormed() ? 0 : 1;
    // What the page would send is taken as it is.
    const sent = multiLine(text);
    assert.equal(multiLine(sent), sent, note);
    const name = singleLine(text);
    const length = codePoints(name);
    assert.deepEqual(answers[lines.length + i], length >= 1 && length <= 60 ? { name } : { error: 'malformed' }, note);
  });
  for (const [kind, count] of Object.entries(seen)) assert.ok(count > 20, `${kind}: ${count}`);
});
