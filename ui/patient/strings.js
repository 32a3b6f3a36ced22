// The page's words. One table per language, with the same keys and the same {placeholders} (a test compares them).
import { ko } from './strings/ko.js';
import { en } from './strings/en.js';

/** @typedef {keyof typeof ko} Key */
/** @typedef {'ko' | 'en'} Language */
/** @typedef {(key: Key, values?: {[name: string]: string | number}) => string} Translate */

/** @type {Record<Language, Record<Key, string>>} */
export const TABLES = { ko, en };

/**
 * @param {readonly string[]} wished navigator.languages
 * @returns {Language}
 */
export function languageFor(wished) {
  for (const tag of wished) {
    if (/^ko\b/i.test(tag)) return 'ko';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

/**
 * @param {Language} language
 * @returns {Translate}
 */
export function translator(language) {
  const table = TABLES[language];
  return (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
