// What is wrong with the patient's camera and microphone, and what of it another try may mend. Pure.

/** @typedef {import('./media.js').Kind} Kind */
/**
 * @typedef {import('./media.js').Problem | 'interrupted' | 'silent' | 'unchanged'} What
 *   silent: it is on, but nothing is heard from it
 */
/**
 * @typedef {object} Trouble
 * @property {string} key the same for the same trouble, '' for none
 * @property {Partial<Record<Kind, What>>} parts
 * @property {boolean} isDenied
 * @property {boolean} isAsked the browser's question is still open
 * @property {Kind[]} kinds to ask for again; not what works, if otherwise than wanted
 */

/** @type {readonly import('./media.js').Part[]} */
const FINE = ['idle', 'starting', 'on', 'off'];
/** @type {readonly Kind[]} what the clinic misses most comes first */
const KINDS = ['audio', 'video'];

/**
 * @param {import('./media.js').MediaView} view
 * @param {boolean} isSilent nothing is heard from the microphone
 * @returns {Trouble}
 */
export function deviceTrouble(view, isSilent) {
  /** @type {Partial<Record<Kind, What>>} */
  const parts = {};
  for (const kind of KINDS) {
    const part = kind === 'audio' ? view.microphone : view.camera;
    if (!FINE.includes(part)) parts[kind] = /** @type {What} */ (part);
    else if (part !== 'on') continue;
    else if (view.interrupted[kind]) parts[kind] = 'interrupted';
    else if (kind === 'audio' && isSilent) parts[kind] = 'silent';
    else if (view.unchanged[kind]) parts[kind] = 'unchanged';
  }
  const found = Object.values(parts);
  return {
    key: view.asking ? 'asked' : KINDS.filter((kind) => parts[kind]).map((kind) => `${kind} ${parts[kind]}`).join(),
    parts,
    isDenied: found.includes('denied') || found.includes('denied-by-system'),
    isAsked: view.asking,
    kinds: KINDS.filter((kind) => parts[kind] && parts[kind] !== 'unchanged'),
  };
}
