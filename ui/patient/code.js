// Session codes as src/consultation/session_code.cpp has them: eight random digits and Damm's check digit, which
// catches every wrong digit and every swap of neighbours, so that a slip is found here and never counts as a try.

export const CODE_DIGITS = 9;

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

/**
 * The digits of what a person typed or pasted, at most nine: full-width digits of Korean and Japanese keyboards count
 * as digits, everything else is dropped. For the field while it is being typed into.
 * @param {string} typed
 */
export function digitsOf(typed) {
  return typed
    .replace(/[\uFF10-\uFF19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
    .replace(/[^0-9]/g, '')
    .slice(0, CODE_DIGITS);
}

/**
 * What a person typed as nine digits, or null if anything but digits, spaces, hyphens and dots is in it or it is not
 * nine digits long.
 * @param {string} typed
 * @returns {string | null}
 */
export function normaliseCode(typed) {
  const digits = typed
    .replace(/[\uFF10-\uFF19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
    .replace(/[ \t.-]/g, '');
  return /^[0-9]{9}$/.test(digits) ? digits : null;
}

/**
 * "482731906" -> "482 731 906"; also for a code that is half typed.
 * @param {string} digits
 */
export function codeForPeople(digits) {
  return digits.replace(/(.{3})(?=.)/g, '$1 ');
}

/**
 * The code of a link: "#482731906" or "#482-731-906".
 * @param {string} fragment location.hash
 */
export function codeOfFragment(fragment) {
  try {
    return normaliseCode(decodeURIComponent(fragment.replace(/^#/, '')));
  } catch {
    return null;  // a broken %-escape
  }
}
