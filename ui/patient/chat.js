// What was written, both ways, and what of ours is not yet known to have arrived. No DOM.
//
// What is sent has been cleaned and measured as the clinic does it (lines.js), so that it takes what we take. If it still
// refuses a text, that is said at the text, which is not sent again.
// A text of ours is kept until the clinic says `received`, and sent again on every new channel and every few seconds: the
// kiosk drops what comes faster than its allowance and says nothing. A text of theirs that comes twice is shown once and
// acknowledged twice (the first acknowledgement may have been what got lost).
import { refusalOf } from './lines.js';
import { multiLine } from './text.js';

/**
 * @typedef {object} ChatItem
 * @property {string} id
 * @property {boolean} mine
 * @property {string} text
 * @property {number} time milliseconds since 1970
 * @property {boolean} delivered only for our own
 * @property {boolean} [refused] the clinic does not show it, whatever is done; only for our own
 */

/** More than a long visit needs; the oldest go first, never one that still waits to be delivered. */
const MAX_ITEMS = 500;
/** The kiosk takes 20 texts in a burst and 2 a second after that: so many, so often, leave room for new ones. */
const RESEND_MS = 10000;
const MAX_RESENT = 10;

/** @param {ChatItem} item */
const isOnItsWay = (item) => item.mine && !item.delivered && !item.refused;

export class Chat {
  /** @type {ChatItem[]} */
  #items;
  #send;
  #onChange;
  #readsRefusals;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resending;

  /**
   * @param {object} options
   * @param {ChatItem[]} options.items from before a reload
   * @param {(line: object) => boolean} options.send false if the channel is not open
   * @param {(added: ChatItem | null) => void} options.onChange
   * @param {() => boolean} options.readsRefusals whether the other end knows the line `refused`
   */
  constructor({ items, send, onChange, readsRefusals }) {
    this.#items = items;
    this.#send = send;
    this.#onChange = onChange;
    this.#readsRefusals = readsRefusals;
  }

  /** @returns {readonly ChatItem[]} */
  get items() {
    return this.#items;
  }

  /**
   * @param {string} typed
   * @returns {'' | 'empty' | 'too-long'} why it was not taken
   */
  write(typed) {
    const text = multiLine(typed);
    const refusal = refusalOf(text);
    if (refusal !== '') return refusal;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const item = { id, mine: true, text, time: Date.now(), delivered: false };
    this.#add(item);
    if (this.#send({ type: 'text', id, text })) this.#resending ??= setTimeout(() => this.resend(), RESEND_MS);
    this.#onChange(item);
    return '';
  }

  /**
   * A channel opened, or the kiosk had its time: what has not arrived for certain goes again, the oldest first. Once
   * nothing is left, or the channel has closed, nothing runs until the next text or channel.
   */
  resend() {
    clearTimeout(this.#resending);
    this.#resending = undefined;
    const waiting = this.#items.filter(isOnItsWay).slice(0, MAX_RESENT);
    if (waiting.length === 0 || !waiting.every(({ id, text }) => this.#send({ type: 'text', id, text }))) return;
    this.#resending = setTimeout(() => this.resend(), RESEND_MS);
  }

  /** @param {import('./peer.js').ChatLine} line */
  receive(line) {
    const known = this.#items.find((item) => item.id === line.id);
    if (line.type !== 'text') {
      if (!known || !isOnItsWay(known)) return;
      if (line.type === 'received') known.delivered = true;
      else known.refused = true;
      this.#onChange(null);
      return;
    }
    if (known?.mine) return;  // our own id coming back is not a text of theirs
    const reason = refusalOf(line.text);
    if (reason !== '' && this.#readsRefusals()) {
      this.#send({ type: 'refused', id: line.id, reason });
      return;
    }
    if (!known && reason === '') {
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
    const oldest = this.#items.findIndex((other) => !isOnItsWay(other));
    if (oldest >= 0) this.#items.splice(oldest, 1);
  }
}
