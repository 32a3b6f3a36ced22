// The browsers inside of apps, which open what is tapped in a message: many give no camera or microphone to a page. Which
// app it is, and the way out of it. Pure. What each pattern is from is in tests/unit/page/in_app.test.mjs.

/** @typedef {'kakaotalk' | 'naver' | 'line' | 'instagram' | 'facebook' | 'daum' | 'other'} InApp */
/** @typedef {'android' | 'ios' | 'computer'} Platform */
/**
 * @typedef {object} Place where the page is open
 * @property {InApp | null} app null: a browser of its own
 * @property {Platform} platform
 * @property {number} iosVersion 0 elsewhere
 */

/** @type {[InApp, RegExp][]} */
const APPS = [
  ['kakaotalk', /KAKAOTALK/i],
  ['naver', /\bNAVER\(/i],
  ['line', /\bLine\/\d/],
  ['instagram', /\bInstagram\b/],
  ['facebook', /\bFB(AN|AV|_IAB)\b/],
  ['daum', /DaumApps/i],
  // By name where they look like a browser otherwise.
  ['other', /MicroMessenger|KAKAOSTORY|\bBAND\/|\bTwitter\b|TikTok|musical_ly|Bytedance|Snapchat|\bGSA\/|Telegram|\bZalo\b/i],
  // Android's own word for a page inside of an app, and what it was before Android 5.
  ['other', /Android.*(; wv\)|\bVersion\/[\d.]+ Chrome\/)/],
  // On iPhone and iPad every browser says "Safari", and a page inside of an app mostly does not.
  ['other', /(iPhone|iPad|iPod)(?!.*\bSafari\/).*AppleWebKit(?!.*\bSafari\/)/],
];

/**
 * @param {{userAgent: string, maxTouchPoints?: number}} from navigator
 * @returns {Place}
 */
export function placeOf({ userAgent, maxTouchPoints = 0 }) {
  const app = APPS.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
  // An iPad says that it is a Mac, which has no touch.
  const isApple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const platform = /Android/.test(userAgent) ? 'android' : isApple ? 'ios' : 'computer';
  const version = /\bOS (\d+)_/.exec(userAgent) ?? /\bVersion\/(\d+)/.exec(userAgent);
  return { app, platform, iosVersion: isApple && version ? Number(version[1]) : 0 };
}

/**
 * What opens an address in the device's own browser when it is tapped.
 * @param {Place} place
 * @param {string} address with the code in its fragment
 * @returns {string | null} null: only the app's own menu does
 */
export function wayOut({ app, platform, iosVersion }, address) {
  const url = new URL(address);
  if (app === null) return null;
  if (app === 'kakaotalk') return `kakaotalk://web/openExternal?url=${encodeURIComponent(url.href)}`;
  if (app === 'line') {
    url.searchParams.set('openExternalBrowser', '1');
    return url.href;
  }
  const scheme = url.protocol.replace(':', '');
  const rest = url.href.slice(url.protocol.length);
  // Android takes what is behind the last "#" for the intent, so a fragment of the address stays with it. No package is
  // named: whatever browser the person has chosen opens.
  if (platform === 'android') return `intent:${rest}#Intent;scheme=${scheme};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end`;
  if (platform === 'ios' && iosVersion >= 17) return `x-safari-${scheme}:${rest}`;
  return null;
}
