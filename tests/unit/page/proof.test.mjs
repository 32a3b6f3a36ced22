import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { leadingZeroBits, MAX_BITS, sha256, solve } from '../../../ui/patient/proof.js';

const hex = (words) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');

test('the hash is SHA-256 at every length around the block size', () => {
  for (let length = 0; length < 200; ++length) {
    const text = 'abcdefghij'.repeat(20).slice(0, length);
    assert.equal(hex(sha256(text)), createHash('sha256').update(text).digest('hex'), `length ${length}`);
  }
});

test('zero bits are counted across words', () => {
  assert.equal(leadingZeroBits(Uint32Array.of(0x80000000, 0)), 0);
  assert.equal(leadingZeroBits(Uint32Array.of(1, 0)), 31);
  assert.equal(leadingZeroBits(Uint32Array.of(0, 0x40000000)), 33);
});

test('a proof is what the gateway checks', () => {
  for (const bits of [0, 1, 8, 12]) {
    const proof = solve({ nonce: 'c0ffee', bits }, '482731906', () => {});
    const hash = createHash('sha256').update(`c0ffee:482731906:${proof}`).digest('hex');
    const binary = BigInt(`0x${hash}`).toString(2).padStart(256, '0');
    assert.ok(binary.startsWith('0'.repeat(bits)), `${bits} bits`);
    assert.match(proof, /^\d+$/);
  }
});

test('progress rises towards one', () => {
  const shares = [];
  solve({ nonce: 'slow', bits: 17 }, '000000000', (share) => shares.push(share));
  assert.ok(shares.length > 0);
  assert.deepEqual([...shares].sort((a, b) => a - b), shares);
  assert.ok(shares[0] > 0 && shares.at(-1) < 1);
});

test('the page works on the hardest challenge the gateway gives, and on none beyond', () => {
  const header = readFileSync(new URL('../../../src/protocol/messages.hpp', import.meta.url), 'utf8');
  assert.equal(Number(/k_max_proof_bits = (\d+);/.exec(header)[1]), MAX_BITS);
});

test('a challenge beyond reason is refused at once', () => {
  assert.equal(solve({ nonce: 'x', bits: MAX_BITS + 1 }, '482731906', () => {}), null);
});
