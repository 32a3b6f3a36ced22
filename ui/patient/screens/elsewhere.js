// Before the first step, where the page is open in an app or a browser that gives no camera and microphone, or may not: the
// way to one that does, while nobody has waited for nothing yet.
import { codeForPeople } from '../code.js';
import { h, icon } from '../dom.js';
import { wayOut } from '../in_app.js';
import { frame, message } from './frame.js';

/** @type {Record<import('../in_app.js').InApp, import('../strings.js').Key>} */
const NAMES = {
  kakaotalk: 'appKakaotalk', naver: 'appNaver', line: 'appLine', instagram: 'appInstagram', facebook: 'appFacebook', daum: 'appDaum', other: 'appOther',
};

/** @type {Record<import('../in_app.js').Platform, import('../strings.js').Key>} */
const BROWSERS = { android: 'elsewhereAndroid', ios: 'elsewhereApple', computer: 'elsewhereComputer' };

/**
 * @param {string} code
 * @param {boolean} secured
 */
function addressWith(code, secured) {
  const url = new URL(location.pathname, location.href);
  url.hash = code;
  if (secured) {
    url.protocol = 'https:';
    url.port = '';
  }
  return url.href;
}

/**
 * @param {string} text
 * @param {HTMLElement} shown the same text on the screen, for where only a selection can be copied
 * @returns {Promise<boolean>}
 */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand('copy');
  }
}

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function elsewhere(app) {
  const { t } = app;
  const { app: inApp, platform } = app.place;
  const { code = '' } = app.kept;
  const name = inApp ? t(NAMES[inApp]) : '';
  // Without "https" no browser gives camera and microphone: then the address is what has to change.
  const isInsecure = app.obstacle === 'insecure';
  const address = addressWith(code, isInsecure);
  const out = isInsecure ? address : wayOut(app.place, address);

  const shown = h('p', { class: 'address', 'aria-label': t('elsewhereAddress') }, address);
  const copied = message('good');
  const failed = message('problem');
  const lead = isInsecure ? t('insecure') : inApp ? t('elsewhereLead', { app: name }) : t(BROWSERS[platform]);
  const { root, heading } = frame(app, {
    title: isInsecure ? t('insecureTitle') : inApp ? t('elsewhereTitle', { app: name }) : t('unsupportedTitle'),
    className: 'elsewhere',
    body: [
      h('p', { class: 'lead' }, lead),
      ...(out || isInsecure || !inApp ? [] : [h('p', {}, t(platform === 'ios' ? 'elsewhereMenuApple' : 'elsewhereMenu'))]),
      ...(code === '' ? [] : [h('section', { class: 'given', 'aria-labelledby': 'given-title' },
        h('h2', { id: 'given-title' }, t('elsewhereCode')),
        h('p', { class: 'digits' }, codeForPeople(code)))]),
      shown, copied.root, failed.root,
    ],
    actions: [
      ...(out ? [h('a', { class: 'primary', href: out }, t(isInsecure ? 'insecureGo' : 'elsewhereGo'))] : []),
      h('button', { type: 'button', class: out ? 'secondary' : 'primary', onclick: () => onCopy() }, icon('copy'), t('elsewhereCopy')),
      ...(app.obstacle ? [] : [h('button', { type: 'button', class: 'tertiary', onclick: () => app.stayHere() }, t('elsewhereStay'))]),
    ],
  });

  async function onCopy() {
    const isDone = await copy(address, shown);
    copied.say(isDone ? t('elsewhereCopied') : '');
    failed.say(isDone ? '' : t('elsewhereNotCopied'));
  }
  return { root, focus: heading, update: () => {} };
}
