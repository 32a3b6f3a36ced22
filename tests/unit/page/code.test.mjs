import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDigit, codeForPeople, codeOfFragment, digitsOf, isWellFormedCode, normaliseCode } from '../../../ui/patient/code.js';

test('the check digit is the one of the kiosk', () => {
  assert.equal(checkDigit('572'), '4');  // the example of Damm's method that is found everywhere
  assert.equal(checkDigit(''), '0');
  assert.ok(isWellFormedCode(`48273190${checkDigit('48273190')}`));
});

test('every wrong digit and every swap of neighbours is caught', () => {
  for (let n = 0; n < 300; ++n) {
    const eight = String((n * 7919393) % 100000000).padStart(8, '0');
    const code = eight + checkDigit(eight);
    for (let at = 0; at < 9; ++at) {
      for (let digit = 0; digit < 10; ++digit) {
        if (String(digit) !== code[at]) assert.equal(isWellFormedCode(code.slice(0, at) + digit + code.slice(at + 1)), false);
      }
      if (at < 8 && code[at] !== code[at + 1]) {
        assert.equal(isWellFormedCode(code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2)), false);
      }
    }
  }
});

test('codes are only nine ASCII digits', () => {
  for (const code of ['', '00000000', '0000000000', '00000000a', '０００００００００']) assert.equal(isWellFormedCode(code), false, code);
});

test('what people type becomes nine digits', () => {
  for (const typed of ['482731906', '482 731 906', '482-731-906', '482.731.906', ' 482\t731906 ', '４８２７３１９０６', '４８２-731 ９０６']) {
    assert.equal(normaliseCode(typed), '482731906', typed);
  }
  for (const typed of ['', '48273190', '4827319061', '48273190O', '482/731/906', '482731906\n', '٤٨٢٧٣١٩٠٦']) {
    assert.equal(normaliseCode(typed), null, JSON.stringify(typed));
  }
});

test('the field drops what is no digit and everything past nine', () => {
  assert.equal(digitsOf('코드: ４82 731-906 입니다 12'), '482731906');
  assert.equal(digitsOf('abc'), '');
});

test('a code is shown in groups of three', () => {
  assert.deepEqual(['', '4', '482', '4827', '482731', '4827319', '482731906'].map(codeForPeople),
    ['', '4', '482', '482 7', '482 731', '482 731 9', '482 731 906']);
});

test('a link carries the code in its fragment', () => {
  assert.equal(codeOfFragment('#482731906'), '482731906');
  assert.equal(codeOfFragment('#482-731-906'), '482731906');
  assert.equal(codeOfFragment('#482%20731%20906'), '482731906');
  for (const fragment of ['', '#', '#main', '#%E0%A4%A', '#48273190']) assert.equal(codeOfFragment(fragment), null, fragment);
});
