// The page's words. One table per language, with the same keys and the same {placeholders} (a test compares them).
import { ko } from './strings/ko.js';
import { en } from './strings/en.js';

/** @typedef {keyof typeof ko} Key */
/** @typedef {'ko' | 'en'} Language */
/** @typedef {(key: Key, values?: {[name: string]: string | number}) => string} Translate */

/** @type {Record<Language, Record<Key, string>>} */
export const TABLES = { ko, en };

/**
 * What languages the person wishes for. Browsers inside of apps leave out the list, and some the one language, too.
 * @param {{languages?: unknown, language?: unknown}} from navigator
 * @returns {string[]}
 */
export function wishedLanguages({ languages, language }) {
  const wished = Array.isArray(languages) && languages.length > 0 ? languages : [language];
  return wished.filter((tag) => typeof tag === 'string');
}

/**
 * @param {readonly string[]} wished
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
