// What a stylesheet uses, looked up in MDN's data. A declaration whose property stands in the same rule before it, with a
// value that all browsers have, needs none of them to have it: the older ones stay with the one before.
import { find, missingIn } from './support.mjs';

const UNITS = { dvh: 'dynamic', dvw: 'dynamic', svh: 'small', svw: 'small', lvh: 'large', lvw: 'large' };

/** @param {string} text @returns {{head: string, body: string}[]} rules, those inside of @media among them */
function rulesOf(text) {
  const rules = [];
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '');
  let head = '';
  const open = [];
  for (const part of plain.match(/[^{}]+|[{}]/g) ?? []) {
    if (part === '{') open.push(head.trim());
    else if (part === '}') open.pop();
    else {
      const end = part.lastIndexOf(';');
      if (open.length > 0 && part.includes(':')) rules.push({ head: open.at(-1), body: part });
      head = end < 0 ? part : part.slice(end + 1);
      if (open.length === 0 || !part.includes(';')) rules.push({ head: head.trim(), body: '' });
    }
  }
  return rules;
}

/** @returns {string[][]} what of MDN's data a declaration uses */
function usedBy(property, value) {
  const used = [['css', 'properties', property]];
  const words = value.replace(/"[^"]*"|'[^']*'|var\([^)]*\)/g, ' ');
  for (const [, word, call] of words.matchAll(/(?<![\w#.-])(-?[a-z][a-z0-9-]*)(\(?)/g)) {
    if (find('css', 'properties', property, word)) used.push(['css', 'properties', property, word]);
    else if (call && find('css', 'types', word)) used.push(['css', 'types', word]);
  }
  for (const [, unit] of words.matchAll(/\d([a-z]+)\b/g)) {
    if (unit in UNITS) used.push(['css', 'types', 'length', `viewport_percentage_units_${UNITS[unit]}`]);
    else used.push(['css', 'types', 'length', unit]);
  }
  return used.filter((names) => find(...names));
}

/** @param {string} text @param {string} place @param {import('./support.mjs').Findings} findings */
export function checkStyle(text, place, findings) {
  for (const { head, body } of rulesOf(text)) {
    if (head.startsWith('@')) {
      const [name] = head.slice(1).split(/[\s(]/);
      findings.check(place, 'css', 'at-rules', name);
      for (const [, feature] of head.matchAll(/\((?:min-|max-)?([a-z-]+)\s*:/g)) findings.check(place, 'css', 'at-rules', name, feature);
      if (/\([^:)]*[<>]/.test(head)) findings.check(place, 'css', 'at-rules', name, 'range_syntax');
      if (body === '') continue;
    }
    for (const [, pseudo] of head.matchAll(/::?([a-z-]+)/g)) findings.check(place, 'css', 'selectors', pseudo);
    const before = new Set();
    for (const declaration of body.split(';')) {
      const [, property, value] = /^\s*([a-z-]+)\s*:\s*([\s\S]+)$/.exec(declaration) ?? [];
      if (!property || property.startsWith('--')) continue;
      const used = usedBy(property, value);
      const everywhere = used.every((names) => missingIn(find(...names)).length === 0);
      if (everywhere) before.add(property);
      if (everywhere || !before.has(property)) for (const names of used) findings.check(place, ...names);
    }
  }
}
