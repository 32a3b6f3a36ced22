// Where the addresses are in a text that people wrote. Only http and https, and only what is an address as it stands:
// what is shown is where it leads. Pure.

/** ASCII, as RFC 3986 has it: Hangul that follows without a space is the sentence's. */
const ADDRESS = /\bhttps?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi;
const MAX_ADDRESS = 2000;

/**
 * @param {string} found
 * @returns {string} without what ends the sentence around it
 */
function trimmed(found) {
  let address = found;
  for (;;) {
    const last = address.slice(-1);
    const opening = { ')': '(', ']': '[' }[last];
    const closesNothing = opening !== undefined && address.split(last).length > address.split(opening).length;
    if (!/[.,;:!?'*]/.test(last) && !closesNothing) return address;
    address = address.slice(0, -1);
  }
}

/** @param {string} address */
function isSafe(address) {
  if (address.length > MAX_ADDRESS) return false;
  try {
    const { protocol, hostname, username, password } = new URL(address);
    // A name before the host ("clinic.kr@elsewhere") shows one place and leads to another. Without a dot the host was
    // cut off at a letter that is not ASCII.
    return (protocol === 'https:' || protocol === 'http:') && hostname.includes('.') && username === '' && password === '';
  } catch {
    return false;
  }
}

/**
 * @param {string} text
 * @returns {{text: string, isLink: boolean}[]} in order; together they are the text
 */
export function linkParts(text) {
  /** @type {{text: string, isLink: boolean}[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!isSafe(address)) continue;
    const at = match.index ?? 0;
    if (at > end) parts.push({ text: text.slice(end, at), isLink: false });
    parts.push({ text: address, isLink: true });
    end = at + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isLink: false });
  return parts;
}
