// Where this browser keeps a page's permission for camera and microphone, once it was refused. Pure.

/**
 * @typedef {'android' | 'pc' | 'safari-phone' | 'safari' | 'firefox' | 'system' | 'other'} Place
 *   system: in the settings of the device; the browser has none of its own
 */

/**
 * @param {string} agent navigator.userAgent
 * @param {boolean} isTouch an iPad calls itself a Mac, which has no touch screen
 * @returns {Place}
 */
export function permissionPlace(agent, isTouch) {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && isTouch)) {
    return /CriOS|FxiOS|EdgiOS|Whale|NAVER|KAKAOTALK/i.test(agent) ? 'system' : 'safari-phone';
  }
  if (/Android/.test(agent)) return 'android';
  if (/Firefox\//.test(agent)) return 'firefox';
  if (/Chrome\/|Edg\//.test(agent)) return 'pc';
  return /Macintosh.*Safari\//.test(agent) ? 'safari' : 'other';
}

/** @type {Record<Place, import('./strings.js').Key>} */
export const PLACE_WORDS = {
  'android': 'deniedAndroid',
  'pc': 'deniedPc',
  'safari-phone': 'deniedSafariPhone',
  'safari': 'deniedSafari',
  'firefox': 'deniedFirefox',
  'system': 'deniedSystem',
  'other': 'deniedHelp',
};
