// What survives a reload of this tab and nothing else: sessionStorage, or memory where the browser forbids it.

/**
 * @typedef {object} Kept
 * @property {string} [language]
 * @property {boolean} [here] the person wants to try it in this app all the same
 * @property {string} [code] typed but not yet joined with, or the code of the seat we have
 * @property {string} [name]
 * @property {boolean} [agreed]
 * @property {string} [token] the seat's resume token
 * @property {string} [clinic]
 * @property {string} [phone]
 * @property {import('./flow.js').Screen} [screen]
 * @property {boolean} [knocked]
 * @property {boolean} [left]
 * @property {boolean} [muted]
 * @property {boolean} [cameraOff]
 * @property {string} [cameraId]
 * @property {string} [microphoneId]
 * @property {import('./chat.js').ChatItem[]} [chat]
 */

const KEY = 'sangdam';
/** What belongs to one visit; the rest (the language) outlives it. */
/** @type {(keyof Kept)[]} */
const OF_VISIT = ['code', 'name', 'agreed', 'token', 'clinic', 'phone', 'screen', 'knocked', 'left', 'muted',
  'cameraOff', 'chat'];

export class Store {
  /** @type {Kept} */
  #kept = {};
  /** @type {Pick<Storage, 'getItem' | 'setItem'> | null} */
  #storage = null;

  /** @param {() => Pick<Storage, 'getItem' | 'setItem'>} open may throw: some browsers forbid storage */
  constructor(open) {
    try {
      this.#storage = open();
      const kept = JSON.parse(this.#storage.getItem(KEY) ?? '{}');
      if (kept && typeof kept === 'object') this.#kept = kept;
    } catch {
      // Memory it is: a reload then asks for the code again.
    }
  }

  /** @returns {Readonly<Kept>} */
  get kept() {
    return this.#kept;
  }

  /** @param {Partial<Kept>} changes */
  keep(changes) {
    this.#kept = { ...this.#kept, ...changes };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // Full or forbidden: the same.
    }
  }

  /** Forgets the visit. */
  forget() {
    this.keep(Object.fromEntries(OF_VISIT.map((key) => [key, undefined])));
  }
}
