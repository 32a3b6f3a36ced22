import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkParts } from '../../../ui/patient/links.js';

const links = (text) => linkParts(text).filter(({ isLink }) => isLink).map((part) => part.text);

test('an address in a text can be tapped, and the text stays as it is', () => {
  for (const [text, ...expected] of [
    ['https://clinic.kr/a?b=c#d', 'https://clinic.kr/a?b=c#d'],
    ['여기 http://clinic.kr 보세요', 'http://clinic.kr'],
    ['https://clinic.kr/map에서 보세요', 'https://clinic.kr/map'],
    ['(https://clinic.kr/a_(b)) and https://clinic.kr/c.', 'https://clinic.kr/a_(b)', 'https://clinic.kr/c'],
    ['HTTPS://CLINIC.KR/X!', 'HTTPS://CLINIC.KR/X'],
    ['“https://clinic.kr/1”, https://clinic.kr/2?', 'https://clinic.kr/1', 'https://clinic.kr/2'],
    ['https://clinic.kr/%EA%B0%80\nhttps://clinic.kr:8443/', 'https://clinic.kr/%EA%B0%80', 'https://clinic.kr:8443/'],
  ]) {
    assert.deepEqual(links(text), expected, text);
    assert.equal(linkParts(text).map((part) => part.text).join(''), text);
  }
});

test('nothing else can be tapped', () => {
  for (const text of [
    '', 'hello', 'javascript:alert(1)', 'data:text/html,x', 'ftp://clinic.kr/', 'file:///etc/passwd', 'www.clinic.kr', 'mailto:a@b.kr',
    'https://', 'https:///x', 'https://clinic.kr@elsewhere.example/', 'https://a:b@elsewhere.example', 'https://한글.kr', 'https://a한글.kr',
    'xhttps://clinic.kr', 'https://[', `https://clinic.kr/${'a'.repeat(3000)}`, 'tel:112', 'intent://x#Intent;end',
  ]) {
    assert.deepEqual(links(text), [], text);
    assert.equal(linkParts(text).map((part) => part.text).join(''), text);
  }
});

test('markup beside an address stays text', () => {
  assert.deepEqual(links('<a href="https://clinic.kr/x" onclick="y">z</a>'), ['https://clinic.kr/x']);
  assert.deepEqual(links('https://clinic.kr/"><script>'), ['https://clinic.kr/']);
});
