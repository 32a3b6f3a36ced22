// What was written, both ways, and what of ours is not yet known to have arrived. No DOM.
//
// A text of ours is kept until the clinic says `received`, and sent again on every new channel and every few seconds: the
// kiosk drops what comes faster than its allowance and says nothing. A text of theirs that comes twice is shown once and
// acknowledged twice (the first acknowledgement may have been what got lost).
import { codePoints, MAX_CHAT_CODE_POINTS } from './lines.js';

/**
 * @typedef {object} ChatItem
 * @property {string} id
 * @property {boolean} mine
 * @property {string} text
 * @property {number} time milliseconds since 1970
 * @property {boolean} delivered only for our own
 */

/** More than a long visit needs; the oldest go first, never one that still waits to be delivered. */
const MAX_ITEMS = 500;
/** The kiosk takes 20 texts in a burst and 2 a second after that: so many, so often, leave room for new ones. */
const RESEND_MS = 10000;
const MAX_RESENT = 10;

export class Chat {
  /** @type {ChatItem[]} */
  #items;
  #send;
  #onChange;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resending;

  /**
   * @param {object} options
   * @param {ChatItem[]} options.items from before a reload
   * @param {(line: object) => boolean} options.send false if the channel is not open
   * @param {(added: ChatItem | null) => void} options.onChange
   */
  constructor({ items, send, onChange }) {
    this.#items = items;
    this.#send = send;
    this.#onChange = onChange;
  }

  /** @returns {readonly ChatItem[]} */
  get items() {
    return this.#items;
  }

  /**
   * @param {string} typed
   * @returns {boolean} false if there is nothing to send or too much
   */
  write(typed) {
    const text = typed.trim();
    if (text === '' || codePoints(text) > MAX_CHAT_CODE_POINTS) return false;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const item = { id, mine: true, text, time: Date.now(), delivered: false };
    this.#add(item);
    if (this.#send({ type: 'text', id, text })) this.#resending ??= setTimeout(() => this.resend(), RESEND_MS);
    this.#onChange(item);
    return true;
  }

  /**
   * A channel opened, or the kiosk had its time: what has not arrived for certain goes again, the oldest first. Once
   * nothing is left, or the channel has closed, nothing runs until the next text or channel.
   */
  resend() {
    clearTimeout(this.#resending);
    this.#resending = undefined;
    const waiting = this.#items.filter((item) => item.mine && !item.delivered).slice(0, MAX_RESENT);
    if (waiting.length === 0 || !waiting.every(({ id, text }) => this.#send({ type: 'text', id, text }))) return;
    this.#resending = setTimeout(() => this.resend(), RESEND_MS);
  }

  /** @param {import('./lines.js').ChatText | import('./lines.js').ChatReceived} line */
  receive(line) {
    const known = this.#items.find((item) => item.id === line.id);
    if (line.type === 'received') {
      if (!known?.mine || known.delivered) return;
      known.delivered = true;
      this.#onChange(null);
      return;
    }
    if (known?.mine) return;  // our own id coming back is not a text of theirs
    if (!known) {
      const item = { id: line.id, mine: false, text: line.text, time: Date.now(), delivered: true };
      this.#add(item);
      this.#onChange(item);
    }
    this.#send({ type: 'received', id: line.id });
  }

  clear() {
    clearTimeout(this.#resending);
    this.#resending = undefined;
    this.#items = [];
  }

  /** @param {ChatItem} item */
  #add(item) {
    this.#items.push(item);
    if (this.#items.length <= MAX_ITEMS) return;
    const oldest = this.#items.findIndex((other) => other.delivered);
    if (oldest >= 0) this.#items.splice(oldest, 1);
  }
}
