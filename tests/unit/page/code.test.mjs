import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDigit, codeForPeople, codeIn, codeOfFragment, digitsOf, isOnlyDigits, isWellFormedCode } from '../../../ui/patient/code.js';

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

/** Each writes the same code: zeros of scripts (Unicode 15, "Nd"), and how people divide it. */
const ZEROS = {
  ASCII: 0x30, 'full-width': 0xFF10, Arabic: 0x660, Persian: 0x6F0, Devanagari: 0x966, Bengali: 0x9E6, Tamil: 0xBE6, Thai: 0xE50,
  Lao: 0xED0, Tibetan: 0xF20, Myanmar: 0x1040, Khmer: 0x17E0, Mongolian: 0x1810, 'bold mathematical': 0x1D7CE,
  'monospaced mathematical': 0x1D7F6, Chakma: 0x11136, Adlam: 0x1E950,
};
const DIVIDED = [
  (d) => d, (d) => groupsOf(d).join(' '), (d) => groupsOf(d).join('-'), (d) => groupsOf(d).join('.'), (d) => groupsOf(d).join(' - '),
  (d) => groupsOf(d).join('\u00A0'), (d) => groupsOf(d).join('\u3000'), (d) => groupsOf(d).join('–'), (d) => groupsOf(d).join('\n'),
  (d) => groupsOf(d).join('·'), (d) => groupsOf(d).join(', '), (d) => groupsOf(d).join('/'), (d) => [...d].join(' '), (d) => `\u2067${d}\u2069`,
  (d) => `(${groupsOf(d).join(') (')})`, (d) => [...d].map((each) => `${each}\uFE0F\u20E3`).join(''), (d) => groupsOf(d).join('\u200B'),
];
/** What a code stands in when it is pasted, with other numbers; "@" is the code. */
const SENTENCES = [
  '@', '코드는 @입니다.', '코드: @', '@에서', '@로 들어오세요', '[@]', '“@”', 'Your code is @.', 'code=@', '@!', '@?', '@、', '@。',
  '한빛의원 화상 진료 2026-11-27 14:30, 코드 @, 문의 02-123-4567', '문의 02-123-4567 / 코드 @', '11월 27일 오후 2:30에 @ 을 입력해 주세요 (15분 전부터)',
  'Call +82 10-1234-5678 if @ does not work', '예약 #3: @', '<@>', '‎@‎',
];
const LINKS = ['https://192.168.0.5:8443/#@', 'https://visit.example.org/#@', 'sangdam.local/#@', 'http://[2001:db8::20]/#@', 'https://10.1.2.3/?v=12345678#@'];
const AFTER_LINKS = ['', '.', ',', ')', '>', '"', '에서', '입니다.', '로 들어오세요', ' 로 들어오세요', '、', '%EC%97%90%EC%84%9C', '%E', '%E0%A4%A', '&lang=ko', '/'];

const groupsOf = (digits) => digits.match(/\d{3}/g) ?? [];
const inScript = (text, zero) => text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
/** So many codes that none is found by chance. */
const CODES = Array.from({ length: 40 }, (_, n) => String((n * 24686421 + 7) % 100000000).padStart(8, '0')).map((eight) => eight + checkDigit(eight));

test('a code is found in whatever script and however it is divided', () => {
  for (const code of CODES) {
    for (const [script, zero] of Object.entries(ZEROS)) {
      for (const divide of DIVIDED) {
        const typed = inScript(divide(code), zero);
        assert.equal(codeIn(typed), code, `${script}: ${JSON.stringify(typed)}`);
        assert.equal(digitsOf(typed), code, `${script}: ${JSON.stringify(typed)}`);
      }
    }
  }
});

test('a code is found in whatever is said around it', () => {
  for (const code of CODES) {
    for (const sentence of SENTENCES) {
      for (const written of [code, groupsOf(code).join(' '), groupsOf(code).join('-'), inScript(code, ZEROS.Arabic)]) {
        assert.equal(codeIn(sentence.replace('@', written)), code, sentence.replace('@', written));
      }
    }
  }
});

test('a link gives its code, whatever a messenger took for a part of it', () => {
  for (const code of CODES) {
    for (const link of LINKS) {
      for (const after of AFTER_LINKS) {
        for (const written of [code, groupsOf(code).join('-'), groupsOf(code).join('%20'), inScript(code, ZEROS.Persian), encodeURIComponent(inScript(code, ZEROS['full-width']))]) {
          const whole = link.replace('@', written) + after;
          assert.equal(codeIn(whole), code, whole);
          assert.equal(codeIn(`진료 10:30 ${whole} 02-123-4567`), code, whole);
          assert.equal(codeOfFragment(whole.slice(whole.indexOf('#'))), code, whole);
        }
      }
    }
  }
});

test('a code that is split over words is found by its check digit', () => {
  for (const code of CODES) {
    const [a, b, c] = groupsOf(code);
    for (const text of [`먼저 ${a} 그다음 ${b} 마지막 ${c}`, `${a} then ${b} then ${c}`, `앞 ${a}, 가운데 ${b}, 뒤 ${c}`]) assert.equal(codeIn(text), code, text);
  }
});

test('a slip is found too, and not another number in its place', () => {
  for (const code of CODES) {
    const slip = code.slice(0, 8) + ((Number(code[8]) + 1) % 10);
    for (const text of ['@', '코드는 @입니다.', 'https://192.168.0.5:8443/#@', 'https://192.168.0.5:8443/#@에서', '코드 @ 문의 02-1234-5678']) {
      assert.equal(codeIn(text.replace('@', slip)), slip, text);
    }
  }
});

test('what is no code gives none', () => {
  for (const text of ['', 'abc', '48273190', '4827319061', '010-1234-5678', '2026-11-27 14:30', 'https://visit.example.org:8443/', '#', '💊']) {
    assert.equal(codeIn(text), null, text);
  }
});

test('only what may become a code is divided while it is typed', () => {
  for (const typed of ['', '4', '482 7', '482-', '(482) 731', '４８２', '٤٨٢ ٧']) assert.equal(isOnlyDigits(typed), true, typed);
  for (const typed of ['h', 'https:', '코드', '#4', '482 731 906입']) assert.equal(isOnlyDigits(typed), false, typed);
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
