// Shows the screen that the page's state asks for: made anew when it is another one or in another language, updated
// otherwise. Also the window's title and what a screen reader is told.
import { call } from './screens/call.js';
import { check } from './screens/check.js';
import { consent } from './screens/consent.js';
import { elsewhere } from './screens/elsewhere.js';
import { enterCode } from './screens/enter_code.js';
import { nameClinic } from './screens/frame.js';
import { goodbye } from './screens/goodbye.js';
import { waiting } from './screens/waiting.js';

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const SCREENS = { elsewhere, code: enterCode, consent, check, waiting, call, goodbye };

export class Display {
  #app;
  #page = byId('page');
  #announcer = byId('announcer');
  /** @type {import('./screens/frame.js').View | null} */
  #view = null;
  #shown = '';
  #clinic = '';

  /** @param {import('./app.js').App} app */
  constructor(app) {
    this.#app = app;
    // Firefox leaves what gets the focus where it is if a part of it can be seen. Of a checkbox that is the whole line.
    document.addEventListener('focusin', ({ target }) => {
      if (target instanceof Element) (target.closest('label') ?? target).scrollIntoView({ block: 'nearest' });
    });
  }

  /** @returns {boolean} true if another screen came up */
  render() {
    const { state, language } = this.#app;
    const wanted = `${state.screen} ${state.ending} ${language}`;
    const focused = document.activeElement;
    const clinic = `${state.clinic} ${state.phone}`;
    if (wanted === this.#shown && this.#view && (clinic === this.#clinic || state.screen !== 'call')) {
      if (clinic !== this.#clinic) {
        this.#clinic = clinic;
        nameClinic(this.#app, this.#view.root);
        this.showTitle();
      }
      this.#view.update();
      this.#rescueFocus(focused);
      return false;
    }
    this.#clinic = clinic;
    const screenChanged = !this.#shown.startsWith(`${state.screen} ${state.ending} `);
    this.#shown = wanted;
    this.#view?.destroy?.();
    this.#view = SCREENS[state.screen](this.#app);
    this.#page.replaceChildren(this.#view.root);
    document.documentElement.lang = language;
    document.body.classList.toggle('in-call', state.screen === 'call');
    // Who looks at another window is told by the title that the call has begun.
    if (!document.hidden || state.screen !== 'call') this.showTitle();
    if (screenChanged) {
      window.scrollTo(0, 0);
      this.#view.focus.focus({ preventScroll: true });
    } else {
      this.#rescueFocus(focused);
    }
    return screenChanged;
  }

  /**
   * What had the focus may be gone, or hidden: who cannot see would be at the top of nowhere.
   * @param {Element | null} focused before
   */
  #rescueFocus(focused) {
    if (!focused || focused === document.body || (focused.isConnected && focused.getClientRects().length > 0)) return;
    // The buttons of the language are made anew in the other one.
    const same = focused.closest('.languages') ? this.#page.querySelector('.languages [aria-pressed="true"]') : null;
    (same instanceof HTMLElement ? same : this.#view?.focus)?.focus({ preventScroll: true });
  }

  /** The same screen from the beginning. */
  redraw() {
    this.#shown = '';
    this.render();
  }

  showTitle() {
    const { t, state } = this.#app;
    document.title = state.clinic ? `${t('pageTitle')} · ${state.clinic}` : t('pageTitle');
  }

  showAdmission() {
    if (document.hidden) document.title = this.#app.t('admittedTitle');
  }

  /**
   * For screen readers.
   * @param {string} text
   */
  announce(text) {
    this.#announcer.textContent = '';
    // A fresh text in an emptied live region is read even if it is the same as before.
    requestAnimationFrame(() => {
      this.#announcer.textContent = text;
    });
  }
}
