// Whom to call before a code has told it: what a gateway of one clinic says of it to everybody (docs/protocol.md, "The
// clinic's card").

/** @typedef {{clinic: string, phone: string}} Clinic */

const MAX_CLINIC = 80;
const MAX_PHONE = 40;

/**
 * @param {unknown} value
 * @param {number} most code points
 */
const isLine = (value, most) => typeof value === 'string' && [...value].length <= most && !/[\p{Cc}\u2028\u2029]/u.test(value);

/**
 * @param {any} card
 * @returns {Clinic | null}
 */
export function clinicOf(card) {
  if (card === null || typeof card !== 'object') return null;
  const { clinic, phone } = card;
  return isLine(clinic, MAX_CLINIC) && clinic !== '' && isLine(phone, MAX_PHONE) ? { clinic, phone } : null;
}

/**
 * Asks for it; that there is an answer at all says that the network leads to the gateway's machine.
 * @param {string} page where the gateway served the page from
 * @returns {Promise<{answers: boolean, clinic: Clinic | null}>}
 */
export async function askForClinic(page) {
  try {
    const answer = await fetch(new URL('clinic.json', page).href, { cache: 'no-store' });
    return { answers: true, clinic: answer.ok ? clinicOf(await answer.json().catch(() => null)) : null };
  } catch {
    return { answers: false, clinic: null };
  }
}
