// What a gateway serves is what is in the GResource: a module left out would break the page for everybody.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const page = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../ui/patient');
const read = (name) => readFile(path.join(page, name), 'utf8');
const NOT_SERVED = ['meson.build', 'package.json', 'patient.gresource.xml', 'tsconfig.json'];

async function served() {
  return [...(await read('patient.gresource.xml')).matchAll(/<file>([^<]+)<\/file>/g)].map(([, name]) => name);
}

test('every file of the page is served, and no other', async () => {
  const names = [];
  for (const entry of await readdir(page, { withFileTypes: true })) {
    if (!entry.isDirectory()) names.push(entry.name);
    else names.push(...(await readdir(path.join(page, entry.name))).map((name) => `${entry.name}/${name}`));
  }
  assert.deepEqual((await served()).sort(), names.filter((name) => !NOT_SERVED.includes(name)).sort());
});

test('every module that is imported is served', async () => {
  const files = new Set(await served());
  for (const name of files) {
    if (!name.endsWith('.js')) continue;
    for (const [, target] of (await read(name)).matchAll(/(?:^import .*|\bnew URL\()['"]([^'"]+\.js)['"]/gm)) {
      const found = path.posix.join(path.posix.dirname(name), target);
      assert.ok(files.has(found), `${name} loads ${found}`);
    }
  }
});

test('nothing comes from elsewhere and nothing is inline, as the Content-Security-Policy demands', async () => {
  const html = await read('index.html');
  assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)/i);
  for (const name of await served()) {
    const text = (await read(name)).replace('http://www.w3.org/2000/svg', '');
    assert.doesNotMatch(text, /https?:\/\//, name);
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'/, name);
    assert.doesNotMatch(text, /@import|url\(/, name);
  }
});

test('both languages can be read before any script has run', async () => {
  const html = await read('index.html');
  assert.match(html, /<noscript>[\s\S]*lang="ko"[\s\S]*lang="en"[\s\S]*<\/noscript>/);
});

test('each colour of the identity is defined once, as the kiosk reads it', async () => {
  const tokens = await read('tokens.css');
  for (const name of ['ground', 'ink', 'ink-secondary', 'primary', 'primary-soft', 'danger', 'warning', 'warning-soft', 'good', 'good-soft',
    'call-ground', 'call-ink', 'call-ink-secondary', 'call-primary', 'call-danger']) {
    assert.equal([...tokens.matchAll(new RegExp(`^  --${name}: #[0-9A-F]{6};$`, 'gm'))].length, 1, name);
  }
  for (const [, used] of (await read('style.css')).matchAll(/var\(--([a-z-]+)\)/g)) assert.match(tokens, new RegExp(`--${used}:`), used);
});

/** WCAG 2.2, relative luminance and contrast. */
function contrast(one, other) {
  const luminance = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test('every pair of text and ground can be read by weak eyes', async () => {
  const tokens = await read('tokens.css');
  const colour = (name) => (name.startsWith('#') ? name : tokens.match(new RegExp(`--${name}: (#[0-9A-F]{6})`))[1]);
  for (const [text, ground] of [['ink', 'ground'], ['ink-secondary', 'ground'], ['primary', 'ground'], ['#FFFFFF', 'primary'], ['primary', 'primary-soft'],
    ['#FFFFFF', 'danger'], ['warning', 'warning-soft'], ['good', 'good-soft'], ['call-ink', 'call-ground'], ['call-ink-secondary', 'call-ground'],
    ['call-primary', 'call-ground'], ['call-danger', 'call-ground']]) {
    const ratio = contrast(colour(text), colour(ground));
    assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
  }
});
