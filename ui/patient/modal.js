// A question that is answered before anything else is done. Where the browser has no modal dialogs (Safari before 15.4,
// Firefox before 98) they are done by hand: what is behind cannot be reached, Escape closes, the focus comes back.
import { h } from './dom.js';

export class Modal {
  #dialog;
  #veil = h('div', { class: 'veil', 'aria-hidden': 'true' });
  /** @type {Element | null} */
  #before = null;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    if (this.#isNative) return;
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    dialog.addEventListener('keydown', (event) => this.#onKey(event));
  }

  get #isNative() {
    return typeof this.#dialog.showModal === 'function';
  }

  /** What can have the focus. */
  get #controls() {
    /** @type {NodeListOf<HTMLElement>} */
    const all = this.#dialog.querySelectorAll('button, input, select');
    return [...all].filter((each) => !each.matches(':disabled') && each.getClientRects().length > 0);
  }

  open() {
    if (this.#dialog.hasAttribute('open')) return;
    if (this.#isNative) {
      this.#dialog.showModal();
      return;
    }
    this.#before = document.activeElement;
    this.#dialog.before(this.#veil);
    this.#dialog.setAttribute('open', '');
    this.#controls[0]?.focus();
  }

  close() {
    if (this.#isNative) {
      this.#dialog.close();
      return;
    }
    this.#dialog.removeAttribute('open');
    this.#veil.remove();
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === 'Escape') this.close();
    if (event.key !== 'Tab') return;
    event.preventDefault();
    const controls = this.#controls;
    const at = controls.findIndex((each) => each === document.activeElement);
    const next = event.shiftKey ? (at > 0 ? at : controls.length) - 1 : (at + 1) % controls.length;
    controls[next]?.focus();
  }
}
