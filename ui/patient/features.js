// What this page can do beyond version 1 of the protocol, told to the gateway and to the clinic, and what becomes of
// messages of a type not known here. No DOM.

export const FEATURES = ['ignore-unknown', 'chat-refused', 'ended', 'view', 'media-level', 'ice-servers'];
const MAX_FEATURES = 16;

/** Every type of docs/protocol.md: one of these in the wrong place is nonsense, whatever was agreed. */
const TYPES = [
  'join', 'resume', 'knock', 'answer', 'candidate', 'request-offer', 'leave', 'ping', 'joined', 'status', 'offer', 'pong', 'error',
  'register', 'session-open', 'session-close', 'to-patient', 'registered', 'ice-servers', 'session-opened', 'arrived', 'returned',
  'away', 'from-patient', 'text', 'received', 'refused', 'hello', 'media', 'quality', 'address', 'seat-give', 'seat-void', 'ended', 'view', 'media-level',
];

/** @typedef {{type: 'unknown', name: string}} Unknown a message of a type not known here; the name is for the console */

/**
 * The other side's list; an absent one is empty.
 * @param {unknown} value
 * @returns {string[] | null} null if it is malformed
 */
export function featuresOf(value) {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_FEATURES) return null;
  return value.every((each) => typeof each === 'string' && /^[a-z0-9-]{1,32}$/.test(each)) ? value : null;
}

/**
 * @param {unknown} type
 * @returns {Unknown | null} null if it belongs to a message of another place, or to none
 */
export function unknownOf(type) {
  if (typeof type !== 'string' || TYPES.includes(type)) return null;
  return { type: 'unknown', name: /^[a-z0-9-]{1,32}$/.test(type) ? type : '?' };
}

/** Messages of unknown types on one connection: ignored once both sides said so, and not without limit. */
export class UnknownTypes {
  /** So many at once, and one every five seconds after that. */
  static BURST = 50;
  static MS_EACH = 5000;

  #agreed = false;
  #allowance = UnknownTypes.BURST;
  #last = 0;
  ignored = 0;

  /** @param {string[]} theirs */
  agree(theirs) {
    this.#agreed = theirs.includes('ignore-unknown');
  }

  /**
   * @param {Unknown} message
   * @param {number} now milliseconds
   * @returns {boolean} false: it is an error, as nothing was agreed or there are too many
   */
  ignore({ name }, now) {
    this.#allowance = Math.min(UnknownTypes.BURST, this.#allowance + (now - this.#last) / UnknownTypes.MS_EACH);
    this.#last = now;
    if (!this.#agreed || this.#allowance < 1) return false;
    this.#allowance -= 1;
    this.ignored += 1;
    if (this.ignored === 1) console.info('messages of a type not known here are ignored:', name);
    return true;
  }
}
