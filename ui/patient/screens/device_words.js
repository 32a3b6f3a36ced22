// What is wrong with camera and microphone, in words and, where it helps, in a picture.
import { h, icon, put, say } from '../dom.js';
import { permissionDrawing, questionDrawing } from '../drawings.js';
import { permissionPlace, PLACE_WORDS } from '../permission_place.js';

/** @typedef {import('../device_trouble.js').Trouble} Trouble */
/** @typedef {import('../strings.js').Key} Key */

/** @type {Record<import('../media.js').Kind, {[what: string]: Key}>} */
const WORDS = {
  video: {
    'denied': 'cameraDenied', 'denied-by-system': 'cameraDenied', 'busy': 'cameraBusy', 'none': 'cameraNone', 'lost': 'cameraLost',
    'failed': 'cameraFailed', 'interrupted': 'cameraInterrupted', 'unchanged': 'cameraUnchanged',
    'insecure': 'insecure', 'unsupported': 'unsupported',
  },
  audio: {
    'denied': 'microphoneDenied', 'denied-by-system': 'microphoneDenied', 'busy': 'microphoneBusy', 'none': 'microphoneNone',
    'lost': 'microphoneLost', 'failed': 'microphoneFailed', 'interrupted': 'microphoneInterrupted', 'silent': 'microphoneSilent',
    'unchanged': 'microphoneUnchanged', 'insecure': 'insecure', 'unsupported': 'unsupported',
  },
};

/** @param {Trouble} trouble */
function placeOf({ parts }) {
  return Object.values(parts).includes('denied-by-system') ? 'system' : permissionPlace(navigator.userAgent, navigator.maxTouchPoints > 0);
}

/**
 * In the order of what to do about it.
 * @param {Trouble} trouble
 * @param {import('../strings.js').Translate} t
 */
export function troubleWords(trouble, t) {
  if (trouble.isAsked) return t('checkAsked');
  const { audio, video } = trouble.parts;
  const help = trouble.isDenied ? t(PLACE_WORDS[placeOf(trouble)]) : '';
  if (trouble.isDenied && audio === video) return `${t('bothDenied')} ${help}`;
  const sentences = [audio ? t(WORDS.audio[audio]) : '', video ? t(WORDS.video[video]) : '', help];
  return [...new Set(sentences)].filter(Boolean).join(' ');
}

/** @param {Trouble} trouble */
function drawingOf(trouble) {
  if (trouble.isAsked) return questionDrawing();
  return trouble.isDenied ? permissionDrawing(placeOf(trouble)) : null;
}

/**
 * The words, the picture beside them, and the buttons below.
 * @param {...HTMLElement} buttons
 */
export function troubleNote(...buttons) {
  const words = h('p', { role: 'alert' });
  const drawing = h('div', { class: 'drawings' });
  const root = h('div', { class: 'message problem note' }, icon('warning'),
    h('div', { class: 'note-body' }, words, drawing, buttons.length > 0 && h('div', { class: 'note-actions' }, ...buttons)));
  root.hidden = true;
  let drawn = '';
  return {
    root,
    /**
     * @param {Trouble | null} trouble null: nothing to say
     * @param {import('../strings.js').Translate} t
     */
    say(trouble, t) {
      root.hidden = !trouble || trouble.key === '';
      say(words, trouble && !root.hidden ? troubleWords(trouble, t) : '');
      const key = trouble?.key ?? '';
      if (key === drawn) return;
      drawn = key;
      put(drawing, trouble && drawingOf(trouble));
    },
  };
}
