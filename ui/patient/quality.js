// How well we receive, in one of three words. Pure.

/** @typedef {'good' | 'fair' | 'poor'} Level */
/**
 * @typedef {object} Sample what changed between two readings of the connection's statistics
 * @property {number} lost packets lost
 * @property {number} received packets received
 * @property {number} roundTripMs
 * @property {number} framesPerSecond of the picture; NaN if the clinic sends none
 * @property {number} frozenShare part of the time in which the picture stood, 0 to 1
 */

/**
 * @param {Sample} sample
 * @returns {Level}
 */
export function levelOf(sample) {
  const all = sample.lost + sample.received;
  const lostShare = all > 0 ? sample.lost / all : 0;
  // Opus conceals about a tenth of its packets; past a 400 ms round trip people begin to talk over each other
  // (ITU-T G.114 counts one way).
  if (lostShare > 0.1 || sample.roundTripMs > 800 || sample.framesPerSecond < 5 || sample.frozenShare > 0.4) {
    return 'poor';
  }
  if (lostShare > 0.03 || sample.roundTripMs > 400 || sample.framesPerSecond < 12 || sample.frozenShare > 0.15) {
    return 'fair';
  }
  return 'good';
}

const RANK = { good: 0, fair: 1, poor: 2 };

/**
 * @param {Level} one
 * @param {Level} other
 */
export const worse = (one, other) => (RANK[one] > RANK[other] ? one : other);

/** Steadies the level: worse at once when two samples agree, better only after four. A word that flickers is noise. */
export class SteadyLevel {
  /** @type {Level} */
  #shown = 'good';
  /** @type {Level} */
  #heard = 'good';
  #times = 0;

  /**
   * @param {Level} level
   * @returns {Level}
   */
  add(level) {
    this.#times = level === this.#heard ? this.#times + 1 : 1;
    this.#heard = level;
    const needed = RANK[level] > RANK[this.#shown] ? 2 : 4;
    if (this.#times >= needed) this.#shown = level;
    return this.#shown;
  }
}
