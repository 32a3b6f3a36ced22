// Making elements. Text goes in as text, never as markup; nothing sets style or handlers by attribute (the CSP).
import { ICONS } from './icons.js';

/** @typedef {Node | string | null | undefined | false} Child */
/**
 * @typedef {{[name: string]: string | number | boolean | ((event: any) => void) | null | undefined}} Properties
 *   "on<event>" adds a listener, true gives an empty attribute, false/null/undefined none
 */

/**
 * @param {Element} element
 * @param {(event: any) => void} act
 */
const ifUsable = (element, act) => (/** @type {Event} */ event) => element.getAttribute('aria-disabled') !== 'true' && act(event);

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), name === 'onclick' ? ifUsable(element, value) : value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : String(value));
  }
  put(element, ...children);
  return element;
}

/**
 * Replaces what is in an element.
 * @param {Element} element
 * @param {...Child} children
 */
export function put(element, ...children) {
  element.replaceChildren(.../** @type {(Node | string)[]} */ (children.filter((child) => (
    child !== null && child !== undefined && child !== false))));
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {keyof typeof ICONS} name
 * @param {string} [className]
 */
export function icon(name, className = '') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon ${className}`);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Text only where it changed, so that a screen reader does not say it again.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The microphones or cameras to choose from.
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string} chosen
 */
export function fillChoice(select, devices, chosen) {
  const ids = devices.map((device) => device.deviceId).join();
  if (select.dataset.ids !== ids) {
    select.dataset.ids = ids;
    put(select, ...devices.map((device, index) => h('option', { value: device.deviceId }, device.label || String(index + 1))));
  }
  if (chosen !== '') select.value = chosen;
}

/**
 * Not `disabled`, which takes the focus away from whoever has just pressed it; pressing it does nothing all the same.
 * @param {HTMLButtonElement} button
 * @param {boolean} usable
 */
export function setUsable(button, usable) {
  button.setAttribute('aria-disabled', String(!usable));
}

/**
 * The picture of a track in a video element.
 * @param {HTMLVideoElement} video
 * @param {MediaStreamTrack | null} track
 */
export function show(video, track) {
  const current = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0] ?? null;
  if (current === track) return;
  video.srcObject = track ? new MediaStream([track]) : null;
  if (track) video.play().catch(() => {});  // muted: no browser minds, unless the element goes away first
}
