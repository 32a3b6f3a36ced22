// Which browsers the page is made for (docs/browsers.md), and whether they all have something: by MDN's data.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(path.join(source, 'tests/browser/package.json'));
export const data = require('@mdn/browser-compat-data');

/** Debian's TypeScript, which no node_modules folder has. */
export const ts = require('/usr/share/nodejs/typescript');

/** MDN's names of what a row of docs/browsers.md is about. */
const NAMES = {
  Safari: ['safari', 'safari_ios'], Chrome: ['chrome', 'chrome_android'], 'Samsung Internet': ['samsunginternet_android'],
  Firefox: ['firefox', 'firefox_android'],
};

/** @returns {Map<string, number>} the oldest version of each browser */
export function baseline() {
  const text = readFileSync(path.join(source, 'docs/browsers.md'), 'utf8');
  const rows = [...text.matchAll(/^\| ([A-Z][A-Za-z ]+?) \| (\d+(?:\.\d+)?) \|/gm)];
  return new Map(rows.flatMap(([, name, version]) => NAMES[name].map((each) => [each, Number(version)])));
}

const BASELINE = baseline();
/** What is gone from today's browsers is no better than what is not there yet. */
const NEWEST = 1e6;

const number = (/** @type {unknown} */ version) => (typeof version === 'string' ? Number.parseFloat(version.replace('≤', '')) : Infinity);

/**
 * Also where the data calls it partial: what is missing of it then is mostly a corner.
 * @param {any} entry one of MDN's, of one browser
 * @param {number} version
 */
const isThere = (entry, version) => !entry.flags && !entry.prefix && !entry.alternative_name
  && number(entry.version_added) <= version && version < (entry.version_removed ? number(entry.version_removed) : Infinity);

/**
 * @param {any} entry a feature of MDN's data
 * @returns {string[]} in which of our browsers it is missing
 */
export function missingIn(entry) {
  const { support } = entry.__compat;
  return [...BASELINE].filter(([browser, version]) => support[browser] && ![version, NEWEST].every((at) => [support[browser]].flat().some((each) => isThere(each, at))))
    .map(([browser]) => `${browser} ${BASELINE.get(browser)}`);
}

/**
 * @param {string[]} names of a feature, from the top
 * @returns {any} the feature, or undefined
 */
export function find(...names) {
  const found = names.reduce((at, name) => (at && Object.hasOwn(at, name) ? at[name] : undefined), data);
  return found?.__compat ? found : undefined;
}

/** @typedef {{name: string, place: string, missing: string[]}} Finding */

export class Findings {
  /** @type {Map<string, Finding>} */
  #found = new Map();
  checked = 0;

  /**
   * @param {string} place
   * @param {string[]} names
   * @returns {boolean} whether MDN knows it
   */
  check(place, ...names) {
    const entry = find(...names);
    if (!entry) return false;
    this.checked += 1;
    const missing = missingIn(entry);
    const name = names.join('.');
    if (missing.length > 0) this.#found.set(`${place} ${name}`, { name, place, missing });
    return true;
  }

  /**
   * What the data has only in words.
   * @param {string} place
   * @param {string} name
   * @param {string} where it goes wrong
   */
  note(place, name, where) {
    this.#found.set(`${place} ${name}`, { name, place, missing: [where] });
  }

  get all() {
    return [...this.#found.values()];
  }
}
