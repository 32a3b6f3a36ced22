// What the screens before and after the call have in common: clinic and language on top, the step, one title, one
// body, the buttons at the thumb, help below.
import { h, icon, put, say as write } from '../dom.js';
import { STEPS } from '../flow.js';
import { wordsOf } from '../trouble.js';

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
      h('div', { class: 'content' },
        step > 0 && h('div', { class: 'progress' },
          back && h('button', { type: 'button', class: 'back', onclick: () => app.back() }, icon('back'), t('back')),
          h('p', { class: 'step' }, t('stepOf', { step, all: STEPS.length })),
          h('span', { class: 'pips', 'aria-hidden': 'true' },
            ...STEPS.map((_, index) => h('span', { class: index < step ? 'pip done' : 'pip' })))),
        heading,
        ...body),
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

/**
 * The clinic became known while the screen was there already; what is being typed on it must not be disturbed.
 * @param {import('../app.js').App} app
 * @param {HTMLElement} root of frame()
 */
export function nameClinic(app, root) {
  const name = root.querySelector('.top .clinic');
  const footer = root.querySelector('.help');
  if (name) write(name, app.state.clinic);
  if (footer) put(footer, help(app));
}

const phoneAddress = (/** @type {string} */ phone) => `tel:${phone.replace(/[^0-9+]/g, '')}`;

/** @param {import('../app.js').App} app whose clinic's number is known */
export function phoneLink({ t, state }) {
  return h('a', { href: phoneAddress(state.phone) },
    h('span', {}, t('helpCall')), h('span', { class: 'number' }, icon('phone'), state.phone));
}

/**
 * The same where it has been said what it is for.
 * @param {import('../app.js').App} app
 * @param {string} [className]
 */
export function phoneNumber({ t, state }, className = 'number') {
  return h('a', { class: className, href: phoneAddress(state.phone), 'aria-label': `${t('helpCall')} ${state.phone}` },
    icon('phone'), h('span', {}, state.phone));
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
 * What every screen says of the connection.
 * @param {import('../app.js').App} app
 */
export function connectionWords({ t, state }) {
  const words = wordsOf(state, navigator.onLine);
  return words && t(words);
}

/**
 * Whom to call when it takes too long.
 * @param {import('../app.js').App} app
 */
export function longWords({ t, state }) {
  if (!state.long) return '';
  return state.clinic === '' ? t('longAsk') : t('longCall', { clinic: state.clinic });
}

/**
 * The message of the connection, with whom to call when it takes too long.
 * @param {import('../app.js').App} app
 */
export function connectionMessage(app) {
  const { root, say } = message('problem');
  const long = h('p', {});
  const link = h('p', {});
  const words = /** @type {HTMLElement} */ (root.lastElementChild);
  const box = h('div', { class: 'words' });
  words.replaceWith(box);
  box.append(words, long, link);
  return {
    root,
    /** @param {string} [otherwise] what is said if nothing is in the way */
    update(otherwise = '') {
      const trouble = connectionWords(app);
      say(trouble || otherwise);
      const more = trouble && longWords(app);
      long.hidden = more === '';
      write(long, more);
      const { phone } = app.state;
      link.hidden = more === '' || phone === '';
      if (!link.hidden && link.textContent === '') put(link, phoneNumber(app));
    },
  };
}
