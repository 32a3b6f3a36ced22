// Text of people, cleaned and measured as the kiosk does it (src/base/text.cpp, docs/protocol.md, "Text"): what one end
// sends, the other takes. Pure.
import { DROPPED, JAMO, JOINERS, MARKS, SPACES } from './text_rules.js';

/** So many characters may be drawn over or joined to one; more would paint over the lines above and below. */
const MAX_ATTACHED = 8;

/**
 * @param {readonly number[]} table
 * @param {number} c
 */
function isIn(table, c) {
  let low = 0;
  let high = table.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (c < table[2 * middle]) high = middle;
    else if (c > table[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

const LINE_BREAKS = [0x0A, 0x2028, 0x2029];

/**
 * @param {string} text
 * @param {number} max code points
 * @param {boolean} keepLineBreaks
 */
function clean(text, max, keepLineBreaks) {
  let result = '';
  let count = 0;
  let pending = '';  // white space is written only once something follows it: that is the trim
  let attached = 0;
  for (let character of text) {
    let c = /** @type {number} */ (character.codePointAt(0));
    if (c >= 0xD800 && c <= 0xDFFF) [character, c] = ['\uFFFD', 0xFFFD];  // half a character, as UTF-8 cannot say it
    if (keepLineBreaks && LINE_BREAKS.includes(c)) {
      if (result !== '' && pending.length < 2) pending = pending.includes('\n') ? '\n\n' : '\n';
      continue;
    }
    if (isIn(SPACES, c)) {
      if (result !== '' && pending === '') pending = ' ';
      continue;
    }
    if (isIn(DROPPED, c)) continue;
    const isFirst = result === '' || pending !== '';
    const needsBase = isIn(JOINERS, c) || isIn(MARKS, c);
    if (needsBase && isFirst) continue;
    if (!isFirst && (needsBase || isIn(JAMO, c))) {
      if (attached >= MAX_ATTACHED) continue;
      attached += 1;
    } else {
      attached = 0;
    }
    if (count + pending.length >= max) break;
    count += pending.length + 1;
    result += pending + character;
    pending = '';
  }
  return result;
}

/** @param {string} text */
export const codePoints = (text) => [...text].length;

/**
 * @param {string} text
 * @param {number} [max] code points; what is beyond is cut
 */
export const singleLine = (text, max = Infinity) => clean(text, max, false);

/**
 * @param {string} text
 * @param {number} [max]
 */
export const multiLine = (text, max = Infinity) => clean(text, max, true);
