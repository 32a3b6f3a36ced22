// Whose trouble it is that nothing gets through, as far as can be known: nobody is sent to look at a Wi-Fi that works. Pure.

/** @typedef {'' | 'network' | 'clinic' | 'unknown'} Trouble */

/**
 * @param {import('./flow.js').PageState} state
 * @param {boolean} onLine navigator.onLine: false is certain, true is not
 * @returns {Trouble} of the connection to the gateway, and of what is behind it
 */
export function troubleOf(state, onLine) {
  if (state.offline) {
    if (!onLine) return 'network';
    // The clinic is heard, or its server answers to plain requests: this device's network does its part.
    return state.answers || state.media === 'connected' ? 'clinic' : 'unknown';
  }
  return state.clinicAway ? 'clinic' : '';
}

/** @type {Record<Exclude<Trouble, ''>, import('./strings.js').Key>} */
const OFFLINE_WORDS = { network: 'noConnection', clinic: 'clinicSilent', unknown: 'noGateway' };

/**
 * @param {import('./flow.js').PageState} state
 * @param {boolean} onLine
 * @returns {import('./strings.js').Key | ''} what is said of it
 */
export function wordsOf(state, onLine) {
  const trouble = troubleOf(state, onLine);
  if (trouble === '') return '';
  return state.offline ? OFFLINE_WORDS[trouble] : 'clinicAway';
}
