// Small pictures of a browser's own buttons, which no words describe as well. Beside the words, never instead of them.
import { ICONS } from './icons.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {{[name: string]: string | number}} properties
 * @param {...Element} children
 */
function draw(tag, properties, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * @param {keyof typeof ICONS} name
 * @param {number} x
 * @param {number} y
 */
const sign = (name, x, y) => draw('path', { d: ICONS[name], transform: `translate(${x} ${y})`, class: 'drawn-line' });

/**
 * @param {string} name of the picture, for its looks
 * @param {...Element} children
 */
function picture(name, ...children) {
  const drawing = draw('svg', { viewBox: '0 0 240 132', class: `drawing ${name}`, 'aria-hidden': 'true' }, ...children);
  return /** @type {SVGElement} */ (drawing);
}

/** A row of a browser's settings: what it is about, and that it is on. */
const allowed = (/** @type {'camera' | 'microphone'} */ name, /** @type {number} */ y) => [
  sign(name, 64, y),
  draw('rect', { x: 140, y: y + 2, width: 40, height: 20, rx: 10, class: 'drawn-filled' }),
  draw('circle', { cx: 170, cy: y + 12, r: 7, class: 'drawn-ground' }),
];

/** @type {Record<import('./permission_place.js').Place, keyof typeof ICONS>} what to tap there looks like this */
const SIGNS = {
  'android': 'settings', 'pc': 'settings', 'safari-phone': 'page', 'safari': 'menu', 'firefox': 'cameraOff', 'system': 'gear', 'other': 'lock',
};

/**
 * What to tap, ringed, and how it should look then.
 * @param {import('./permission_place.js').Place} place
 */
export function permissionDrawing(place) {
  const atBottom = place === 'safari-phone';
  const bar = atBottom ? 92 : 4;
  const rows = atBottom ? 12 : 64;
  return picture('permission',
    draw('rect', { x: 8, y: bar, width: 224, height: 36, rx: 18, class: 'drawn-bar' }),
    ...(place === 'system' ? [] : [draw('rect', { x: 72, y: bar + 14, width: 120, height: 8, rx: 4, class: 'drawn-faint' })]),
    sign(SIGNS[place], 22, bar + 6),
    draw('circle', { cx: 34, cy: bar + 18, r: 18, class: 'drawn-ring' }),
    draw('rect', { x: 48, y: rows - 8, width: 148, height: 72, rx: 10, class: 'drawn-bar' }),
    ...allowed('camera', rows), ...allowed('microphone', rows + 32));
}

/** The browser's question, and the answer that lets the visit go on. */
export function questionDrawing() {
  return picture('question',
    draw('rect', { x: 8, y: 4, width: 224, height: 28, rx: 14, class: 'drawn-bar' }),
    draw('rect', { x: 24, y: 40, width: 192, height: 88, rx: 10, class: 'drawn-bar' }),
    sign('camera', 40, 52), sign('microphone', 76, 52),
    draw('rect', { x: 112, y: 60, width: 84, height: 8, rx: 4, class: 'drawn-faint' }),
    draw('rect', { x: 40, y: 92, width: 72, height: 24, rx: 12, class: 'drawn-faint' }),
    draw('rect', { x: 128, y: 90, width: 72, height: 28, rx: 14, class: 'drawn-filled' }),
    sign('check', 152, 92),
    draw('rect', { x: 122, y: 84, width: 84, height: 40, rx: 20, class: 'drawn-ring' }));
}

