// What surrounds the page: the network, the window that may be hidden, the address bar, the browser's back button, and
// a phone that would like to sleep.
import { codeOfFragment } from './code.js';

export class Surroundings {
  #guarded = false;
  /** The wish; the browser's answer may come after it has changed. */
  #awake = false;
  #asksForLock = false;
  /** @type {{released: boolean, release: () => Promise<void>} | null} */
  #wakeLock = null;

  /**
   * @param {object} options
   * @param {() => void} options.onNetworkChange another network, or one at all again
   * @param {() => void} options.onReturn the person looks at the page again
   * @param {() => void} options.onBack the browser's "back" was pressed
   * @param {() => void} options.onNewCode another code was put into the address of the open page
   */
  constructor({ onNetworkChange, onReturn, onBack, onNewCode }) {
    window.addEventListener('online', onNetworkChange);
    /** @type {any} */
    const connection = /** @type {any} */ (navigator).connection;
    let kind = connection?.type;
    connection?.addEventListener('change', () => {
      // It also fires for every new estimate of the speed; only another kind of network is news.
      if (connection.type === kind) return;
      kind = connection.type;
      onNetworkChange();
    });
    window.addEventListener('pageshow', (event) => event.persisted && onReturn());
    document.addEventListener('visibilitychange', () => !document.hidden && onReturn());
    window.addEventListener('popstate', () => {
      if (!this.#guarded) return;
      this.#guarded = false;
      onBack();
    });
    window.addEventListener('hashchange', () => codeOfFragment(location.hash) !== null && onNewCode());
  }

  /** A link or QR code carries the code in the fragment. */
  get code() {
    return codeOfFragment(location.hash);
  }

  /**
   * It stays in the address bar only while the page wants to be opened elsewhere: an app's own menu does that, too.
   * @param {string} code empty: none
   */
  showCode(code) {
    const hash = code === '' ? '' : `#${code}`;
    if (location.hash !== hash) history.replaceState(history.state, '', location.pathname + location.search + hash);
  }

  /** The browser's next "back" comes to onBack and does not leave the page. */
  guardBack() {
    if (this.#guarded) return;
    this.#guarded = true;
    history.pushState({ guard: true }, '');
  }

  /** @param {boolean} wanted a phone must not go to sleep while somebody waits or talks */
  async keepAwake(wanted) {
    this.#awake = wanted;
    if (!wanted) {
      this.#wakeLock?.release().catch(() => {});
      this.#wakeLock = null;
      return;
    }
    if (document.hidden || this.#asksForLock || (this.#wakeLock && !this.#wakeLock.released)) return;
    this.#asksForLock = true;
    // Not in every browser, and not in the DOM types of TypeScript 4.8.
    const { wakeLock } = /** @type {any} */ (navigator);
    const lock = await wakeLock?.request('screen').catch(() => null) ?? null;
    this.#asksForLock = false;
    if (this.#awake) this.#wakeLock = lock;
    else lock?.release().catch(() => {});
  }
}
