// Proof of work for a gateway under attack (docs/protocol.md, "proof-needed"): a decimal number such that
// SHA-256(nonce ":" code ":" proof) begins with `bits` zero bits. No DOM; runs in proof_worker.js.
//
// SHA-256 (FIPS 180-4) is written out because the platform's own answers one promise per hash, which makes a
// phone's five seconds a minute; tests compare it with the platform's.

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const H0 = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const w = new Int32Array(64);

/**
 * One round of the compression function; `state` is changed.
 * @param {Uint32Array} state eight words
 * @param {Uint8Array} block
 * @param {number} offset where its 64 bytes begin
 */
function compress(state, block, offset) {
  for (let i = 0; i < 16; ++i) {
    const at = offset + 4 * i;
    w[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
  }
  for (let i = 16; i < 64; ++i) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = state[0] | 0, b = state[1] | 0, c = state[2] | 0, d = state[3] | 0;
  let e = state[4] | 0, f = state[5] | 0, g = state[6] | 0, h = state[7] | 0;
  for (let i = 0; i < 64; ++i) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

const state = new Uint32Array(8);
let bytes = new Uint8Array(64);

/**
 * @param {string} text ASCII, at most 8,191 characters
 * @returns {Uint32Array} eight words, the first is the beginning of the hash; good until the next call
 */
export function sha256(text) {
  const { length } = text;
  const size = 64 * Math.ceil((length + 9) / 64);
  if (bytes.length !== size) bytes = new Uint8Array(size);
  for (let i = 0; i < length; ++i) bytes[i] = text.charCodeAt(i);
  bytes.fill(0, length);
  bytes[length] = 0x80;
  bytes[size - 2] = length >>> 5;
  bytes[size - 1] = length << 3;
  state.set(H0);
  for (let offset = 0; offset < size; offset += 64) compress(state, bytes, offset);
  return state;
}

/**
 * @param {Uint32Array} hash
 * @returns {number} how many zero bits it begins with
 */
export function leadingZeroBits(hash) {
  let bits = 0;
  for (const word of hash) {
    bits += Math.clz32(word);
    if (word !== 0) break;
  }
  return bits;
}

/**
 * The hardest challenge there is (k_max_proof_bits in src/protocol/messages.hpp): 2^20 hashes on average, five seconds
 * of a phone that does 200,000 a second. A hostile gateway must not burn a phone's battery.
 */
export const MAX_BITS = 20;

/**
 * Yields now and then, and gives the proof in the end; null if the challenge is beyond reason.
 * @param {{nonce: string, bits: number}} challenge
 * @param {string} code
 * @param {number} slice hashes between two yields
 * @returns {Generator<number, string | null, void>} the chance, 0 to 1, that it would have been found by now
 */
export function* search(challenge, code, slice) {
  if (challenge.bits > MAX_BITS) return null;
  const prefix = `${challenge.nonce}:${code}:`;
  for (let number = 0; ; ++number) {
    const proof = String(number);
    if (leadingZeroBits(sha256(prefix + proof)) >= challenge.bits) return proof;
    if (number % slice === slice - 1) yield 1 - Math.exp(-number / 2 ** challenge.bits);
  }
}

/**
 * @param {{nonce: string, bits: number}} challenge
 * @param {string} code
 * @param {(share: number) => void} onProgress
 * @returns {string | null} the proof
 */
export function solve(challenge, code, onProgress) {
  const steps = search(challenge, code, 16384);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    onProgress(value);
  }
}
