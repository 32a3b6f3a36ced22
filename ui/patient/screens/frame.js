// What the screens before and after the call have in common: clinic and language on top, the step, one title, one
// body, the buttons at the thumb, help below.
import { h, icon } from '../dom.js';
import { STEPS } from '../flow.js';

/**
 * @typedef {object} View one screen as the page shows it
 * @property {HTMLElement} root
 * @property {HTMLElement} focus where the keyboard and the screen reader begin
 * @property {() => void} update draws what changed
 * @property {() => void} [destroy]
 */

/**
 * @param {import('../app.js').App} app
 * @param {object} parts
 * @param {string} parts.title
 * @param {HTMLElement[]} parts.body
 * @param {HTMLElement[]} parts.actions
 * @param {boolean} [parts.back]
 * @param {string} [parts.className]
 */
export function frame(app, { title, body, actions, back = false, className = '' }) {
  const { t, state } = app;
  const step = STEPS.indexOf(state.screen) + 1;
  const heading = h('h1', { tabindex: -1 }, title);
  const root = h('div', { class: `frame ${className}` },
    h('header', { class: 'top' },
      h('p', { class: 'clinic' }, state.clinic),
      languageSwitch(app)),
    h('main', { id: 'main', class: 'card' },
      step > 0 && h('div', { class: 'progress' },
        back && h('button', { type: 'button', class: 'back', onclick: () => app.back() }, icon('back'), t('back')),
        h('p', { class: 'step' }, t('stepOf', { step, all: STEPS.length })),
        h('span', { class: 'pips', 'aria-hidden': 'true' },
          ...STEPS.map((_, index) => h('span', { class: index < step ? 'pip done' : 'pip' })))),
      heading,
      ...body,
      h('div', { class: 'actions' }, ...actions)),
    h('footer', { class: 'help' }, help(app)));
  return { root, heading };
}

/** @param {import('../app.js').App} app */
function languageSwitch(app) {
  const choice = (/** @type {import('../strings.js').Language} */ language, /** @type {string} */ name) => h('button', {
    type: 'button',
    lang: language,
    'aria-pressed': String(app.language === language),
    onclick: () => app.setLanguage(language),
  }, name);
  return h('div', { class: 'languages', role: 'group', 'aria-label': app.t('language') },
    choice('ko', '한국어'), choice('en', 'English'));
}

/** @param {import('../app.js').App} app */
function help(app) {
  const { t, state } = app;
  return h('p', {}, state.phone === '' ? t('helpAsk') : phoneLink(app));
}

/** @param {import('../app.js').App} app whose clinic's number is known */
export function phoneLink({ t, state }) {
  return h('a', { href: `tel:${state.phone.replace(/[^0-9+]/g, '')}` },
    h('span', {}, t('helpCall')), h('span', { class: 'number' }, icon('phone'), state.phone));
}

/**
 * A message with its sign; hidden while there is nothing to say.
 * @param {'problem' | 'advice' | 'good'} kind
 */
export function message(kind) {
  const words = h('p', {});
  const sign = { problem: /** @type {const} */ ('warning'), advice: /** @type {const} */ ('info'), good: /** @type {const} */ ('check') }[kind];
  const root = h('div', { class: `message ${kind}`, role: kind === 'problem' ? 'alert' : 'status' }, icon(sign), words);
  root.hidden = true;
  return {
    root,
    /** @param {string} text */
    say(text) {
      root.hidden = text === '';
      if (words.textContent !== text) words.textContent = text;
    },
  };
}

/**
 * The gateway is out of reach. Whether it is the person's own network that is gone, only the browser may know.
 * @param {import('../app.js').App} app
 */
export const offlineWords = ({ t }) => (navigator.onLine ? t('noGateway') : t('noConnection'));

/**
 * What every screen says of the connection.
 * @param {import('../app.js').App} app
 */
export function connectionWords(app) {
  const { t, state } = app;
  if (state.offline) return offlineWords(app);
  if (state.clinicAway) return t('clinicAway');
  return '';
}
