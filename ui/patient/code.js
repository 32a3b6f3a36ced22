// Session codes as src/consultation/session_code.cpp has them: eight random digits and Damm's check digit, which
// catches every wrong digit and every swap of neighbours, so that a slip is found here and never counts as a try.

export const CODE_DIGITS = 9;
/** Of a pasted text so much is looked at; a message is shorter. */
const MAX_TEXT = 4000;

// The quasigroup of order 10 of H. Michael Damm's thesis (2004), p. 111, one string per row.
const DAMM = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
];

/**
 * Zero for nine digits whose last is the check digit of the others.
 * @param {string} digits
 */
function interimDigit(digits) {
  let interim = 0;
  for (const digit of digits) interim = Number(DAMM[interim][Number(digit)]);
  return interim;
}

/**
 * The check digit of a string of digits.
 * @param {string} digits
 */
export function checkDigit(digits) {
  return String(interimDigit(digits));
}

/**
 * True for nine digits that end in their check digit.
 * @param {string} code
 */
export function isWellFormedCode(code) {
  return /^[0-9]{9}$/.test(code) && interimDigit(code) === 0;
}

/** What divides the digits of one code and no more than that: spaces, dashes, dots and the like, brackets at the ends. */
const DIVIDED = /^[\s\p{Pd}\u2212\u30fc\uff70.,·・ㆍ•_/|:~()[\]{}<>*'"]*$/u;
/** Drawn as nothing: marks of direction around Arabic digits, joiners, soft hyphens, what makes a keycap of a digit. */
const UNSEEN = /[\p{Cf}\ufe0e\ufe0f\u20e3]/gu;

/**
 * Any script's digits as those of a code. Unicode keeps the ten of each script together and in order, and each such row
 * begins with its zero.
 * @param {string} text
 */
function asciiDigits(text) {
  const isDigit = (/** @type {number} */ c) => /\p{Nd}/u.test(String.fromCodePoint(c));
  return text.replace(UNSEEN, '').normalize('NFKC').replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const c = /** @type {number} */ (digit.codePointAt(0));
    let zero = c;
    while (isDigit(zero - 1)) zero -= 1;
    return String((c - zero) % 10);
  });
}

/**
 * The digits of what a person typed, at most nine, in whatever script; everything else is dropped.
 * @param {string} typed
 */
export function digitsOf(typed) {
  return asciiDigits(typed).replace(/[^0-9]/g, '').slice(0, CODE_DIGITS);
}

/** True for what may be a code on its way: no words, no beginning of an address. */
export const isOnlyDigits = (/** @type {string} */ typed) => DIVIDED.test(asciiDigits(typed).replace(/[0-9]/g, ''));

/**
 * The code in a text that may say more than that: a message with a link, a sentence, a clinic's telephone number. Its
 * check digit tells it from other numbers.
 * @param {string} text
 * @returns {string | null} nine digits; those of a slip, too, if nothing else is as likely
 */
export function codeIn(text) {
  const plain = unescaped(asciiDigits(text.slice(0, MAX_TEXT)));
  // What a link carries is the code, whatever else is said around it; the numbers of its address are none.
  const carried = [...plain.matchAll(/(\/?)#(\S+)/g)].map(([, slash, fragment]) => ({ isLink: slash !== '', code: mostLikely(fragment) }));
  const good = carried.find(({ code }) => code && isWellFormedCode(code)) ?? carried.find(({ code, isLink }) => code && isLink);
  return good?.code ?? mostLikely(plain.replace(/\b[a-z]+:\/\/[^\s#]*/gi, ' '));
}

/**
 * How much a row of groups of digits looks like a code; 0: not at all. Dates, times and telephone numbers have other
 * groups, and nine digits of theirs are a code by chance one time in ten.
 * @param {string[]} groups
 * @param {string[]} between
 * @param {string} before
 */
function likeness(groups, between, before) {
  const code = groups.join('');
  const lengths = groups.map(({ length }) => length).join();
  const isTight = between.every((each) => DIVIDED.test(each) && each.length <= 3);
  const isShaped = isTight && ['9', '3,3,3', '1,1,1,1,1,1,1,1,1'].includes(lengths);
  const isNamed = /(code|코드)[^0-9]{0,12}$/i.test(before) ? 0.5 : 0;
  if (isWellFormedCode(code)) return isNamed + (isShaped ? 5 : isTight ? 4 : 2);
  return isTight ? isNamed + (isShaped ? 3 : 1) : 0;
}

/** @param {string} text with ASCII digits only */
function mostLikely(text) {
  const parts = text.split(/([0-9]+)/);  // between, digits, between, digits, ..., between
  let best = { code: '', likeness: 0 };
  for (let first = 1; first < parts.length; first += 2) {
    let length = 0;
    for (let last = first; last < parts.length && length < CODE_DIGITS; last += 2) {
      length += parts[last].length;
      if (length !== CODE_DIGITS) continue;
      const row = parts.slice(first, last + 1);
      const groups = row.filter((_, index) => index % 2 === 0);
      const found = likeness(groups, row.filter((_, index) => index % 2 === 1), parts[first - 1]);
      if (found > best.likeness) best = { code: groups.join(''), likeness: found };
    }
  }
  return best.likeness > 0 ? best.code : null;
}

/**
 * Browsers and messengers escape what is not ASCII in a link; one that is cut in the middle of an escape is read as far
 * as it goes.
 * @param {string} text
 */
function unescaped(text) {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = escapes.slice(1).split('%').map((byte) => parseInt(byte, 16));
    return asciiDigits(new TextDecoder().decode(new Uint8Array(bytes)));
  });
}

/**
 * "482731906" -> "482 731 906"; also for a code that is half typed.
 * @param {string} digits
 */
export function codeForPeople(digits) {
  return digits.replace(/(.{3})(?=.)/g, '$1 ');
}

/**
 * The code of a link, "#482731906", with whatever a messenger took for a part of the link: "#482-731-906입니다.".
 * @param {string} fragment location.hash
 */
export const codeOfFragment = (fragment) => codeIn(fragment.replace(/^#/, ''));
