import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONSENT_POINTS, CONSENT_VERSION } from '../../../ui/patient/screens/consent.js';
import { languageFor, TABLES, translator, wishedLanguages } from '../../../ui/patient/strings.js';

const page = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../ui/patient');
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages have the same texts with the same placeholders', () => {
  assert.deepEqual(Object.keys(TABLES.en), Object.keys(TABLES.ko));
  for (const [key, text] of Object.entries(TABLES.ko)) {
    assert.notEqual(text.trim(), '', key);
    assert.notEqual(TABLES.en[key].trim(), '', key);
    assert.deepEqual(placeholders(TABLES.en[key]), placeholders(text), key);
  }
});

test('every text is used and every text used exists', async () => {
  const screens = (await readdir(path.join(page, 'screens'))).map((name) => `screens/${name}`);
  const files = [...await readdir(page), ...screens].filter((name) => name.endsWith('.js'));
  const source = (await Promise.all(files.map((name) => readFile(path.join(page, name), 'utf8')))).join('\n');
  const unused = Object.keys(TABLES.ko).filter((key) => !source.includes(`'${key}'`));
  assert.deepEqual(unused, []);
  for (const [, key] of source.matchAll(/\bt\('(\w+)'/g)) assert.ok(key in TABLES.ko, `${key} does not exist`);
});

test('no text uses the words of engineers', () => {
  for (const table of Object.values(TABLES)) {
    for (const [key, text] of Object.entries(table)) assert.doesNotMatch(text, /\b(session|token|ICE|peer|signal\w*|WebRTC|server)\b|세션|토큰|서버/i, key);
  }
});

test('Korean is 해요체, and 합쇼체 in the consent', () => {
  for (const key of CONSENT_POINTS) assert.match(TABLES.ko[key], /니다\.$/, key);
  const consent = ['consentAgree', ...CONSENT_POINTS];
  for (const [key, text] of Object.entries(TABLES.ko)) if (!consent.includes(key)) assert.doesNotMatch(text, /니다[.!?]/, key);
});

test('the consent text is the one that its version names', () => {
  const text = ['ko', 'en'].map((language) => [...CONSENT_POINTS, 'consentAgree'].map((key) => TABLES[language][key]).join('\n')).join('\n');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  assert.deepEqual([CONSENT_VERSION, hash], ['2026-1', 'db22f39a87211704'], 'a changed text needs a new CONSENT_VERSION');
});

test('values go into their places, and only there', () => {
  assert.equal(translator('en')('stepOf', { step: 2, all: 4 }), 'Step 2 of 4');
  assert.equal(translator('en')('chatNew', { text: '{text} $& <b>' }), 'New message: {text} $& <b>');
});

test('the language is the first of the browser\'s that we have', () => {
  assert.equal(languageFor(['ko-KR', 'en']), 'ko');
  assert.equal(languageFor(['de', 'KO', 'en']), 'ko');
  assert.equal(languageFor(['en-US', 'ko']), 'en');
  assert.equal(languageFor(['kok-IN', 'fr']), 'en');
  assert.equal(languageFor([]), 'en');
});

test('a browser without a list of languages still has one, or none', () => {
  assert.deepEqual(wishedLanguages({ languages: ['ko-KR', 'en'], language: 'en' }), ['ko-KR', 'en']);
  for (const languages of [undefined, null, [], '']) assert.deepEqual(wishedLanguages({ languages, language: 'ko' }), ['ko']);
  for (const nothing of [{}, { languages: null, language: null }, { languages: [undefined, 7] }]) assert.deepEqual(wishedLanguages(nothing), []);
});
