// Our ICE candidates on their way to the gateway: the most useful first, each once, and no faster than the gateway takes
// them. A PC with a VPN, Docker and IPv6 has more than a hundred. No DOM.

/** Most machines have fewer, and wait for nothing. */
export const BURST = 60;
/** Then one at a time; below the gateway's 25 a second, which has room for 256 at once. */
export const INTERVAL_MS = 50;
/** What a peer may have at all: the kiosk stops listening before. */
export const MAX_PER_PEER = 250;

/** @typedef {{peer: number, mline: number, candidate: string, rank: number}} Item */

/**
 * What it is worth to the kiosk: direct paths first, then relays; it has no use for TCP, and has to look up the names that
 * a browser gives to addresses it hides. The end of candidates comes last.
 * @param {string} candidate
 */
function rankOf(candidate) {
  if (candidate === '') return 4;
  const [, , transport, , address, , , type] = candidate.split(' ');
  if (transport?.toLowerCase() !== 'udp' || address?.endsWith('.local')) return 3;
  return type === 'relay' ? 2 : type === 'srflx' ? 1 : 0;
}

/**
 * The same path is the same candidate, whatever its foundation and priority.
 * @param {string} candidate
 */
const pathOf = (candidate) => {
  const words = candidate.split(' ');
  return [words[1], words[2], ...words.slice(4)].join(' ');
};

export class CandidateQueue {
  /** @type {Item[]} */
  #waiting = [];
  /** @type {Set<string>} */
  #known = new Set();
  #peer = 0;
  #allowance = BURST;
  #filled = 0;
  /** @type {any} */
  #timer = null;
  #send;
  #clock;

  /**
   * @param {object} options
   * @param {(item: {peer: number, mline: number, candidate: string}) => void} options.send
   * @param {import('./protocol.js').Clock} options.clock
   */
  constructor({ send, clock }) {
    this.#send = send;
    this.#clock = clock;
  }

  /**
   * @param {number} peer
   * @param {number} mline
   * @param {string} candidate
   */
  add(peer, mline, candidate) {
    if (peer !== this.#peer) return;  // a late one of an older peer
    const path = `${mline} ${pathOf(candidate)}`;
    if (this.#known.has(path) || this.#known.size >= MAX_PER_PEER) return;
    this.#known.add(path);
    const rank = rankOf(candidate);
    const behind = this.#waiting.findIndex((other) => other.rank > rank);
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { peer, mline, candidate, rank });
    // Several come at once: the best of them are to go first.
    this.#timer ??= this.#clock.after(() => this.#drain(), 0);
  }

  /**
   * This peer is being answered; nobody wants the candidates of another any more.
   * @param {number} peer
   */
  begin(peer) {
    this.clear();
    this.#peer = peer;
  }

  /** The connection is gone; what was not sent would be of an old answer. */
  clear() {
    this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#waiting = [];
    this.#known.clear();
  }

  #drain() {
    this.#timer = null;
    const now = this.#clock.now();
    this.#allowance = Math.min(BURST, this.#allowance + (now - this.#filled) / INTERVAL_MS);
    this.#filled = now;
    while (this.#waiting.length > 0 && this.#allowance >= 1) {
      this.#allowance -= 1;
      const { peer, mline, candidate } = /** @type {Item} */ (this.#waiting.shift());
      this.#send({ peer, mline, candidate });
    }
    if (this.#waiting.length > 0) this.#timer = this.#clock.after(() => this.#drain(), INTERVAL_MS);
  }
}
