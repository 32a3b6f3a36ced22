// Where the page is and what leads on: one pure function. No DOM, no clock, no connection.
//
//   (elsewhere ->) code -> consent -> check -> waiting -> call -> goodbye
//
// The gateway's messages and the person's taps are events; app.js does what follows from the change of state, and
// the screens draw the state. "Left" and "ended" are different things: who left may come back.

/** @typedef {'elsewhere' | 'code' | 'consent' | 'check' | 'waiting' | 'call' | 'goodbye'} Screen */
/** @typedef {'none' | 'getting-ready' | 'waiting' | 'admitted' | 'declined' | 'refused'} Visit */
/** @typedef {'left' | 'ended' | 'replaced' | 'outdated'} Ending */
/**
 * @typedef {object} PageState
 * @property {Screen} screen
 * @property {boolean} seated the gateway knows us
 * @property {boolean} busy asked for the seat, no answer yet
 * @property {boolean} returning after a reload: not yet known whether the seat is still ours
 * @property {boolean} offline
 * @property {boolean} answers while offline: the gateway's machine answers all the same
 * @property {boolean} long something has been in the way for so long that it is time to call
 * @property {boolean} clinicAway
 * @property {string} clinic
 * @property {string} phone
 * @property {string} problem on the code screen: an error code of the protocol, or ''
 * @property {number} retryAt milliseconds since 1970: when another try is allowed; 0: now
 * @property {boolean} proving
 * @property {number} waitSeconds in line with a code: about so much longer; 0: not in line
 * @property {Visit} visit
 * @property {boolean} knocked
 * @property {'none' | 'connecting' | 'connected' | 'interrupted'} media
 * @property {boolean} noPath a try to connect has failed: this network, or the clinic's, may not let it through
 * @property {Ending | null} ending
 * @property {string} outcome of an ended visit
 */
/**
 * @typedef {{type: 'elsewhere'} | {type: 'stay'} | {type: 'code-given'} | {type: 'proving'} | {type: 'in-line', seconds: number} | {type: 'consented'} | {type: 'ready'} | {type: 'back'}
 *   | {type: 'left'} | {type: 'come-back'} | {type: 'start-over'}
 *   | {type: 'media', media: 'connected' | 'interrupted'} | {type: 'no-path'}
 *   | {type: 'error', code: string, retryAt: number, clinic?: string, phone?: string}
 *   | {type: 'joined', resumed: boolean, clinic: string, phone: string}
 *   | {type: 'status', state: import('./protocol.js').VisitState, outcome: string}
 *   | {type: 'link', link: 'connecting' | 'online' | 'offline'} | {type: 'asked', answers: boolean} | {type: 'long'}
 *   | {type: 'clinic', clinic: string, phone: string}} FlowEvent
 */

/** @type {readonly Screen[]} */
export const STEPS = ['code', 'consent', 'check', 'waiting'];

/**
 * @param {import('./store.js').Kept} kept from before a reload
 * @param {boolean} [mustMove] this is no good place for a visit
 * @returns {PageState}
 */
export function initialState(kept, mustMove = false) {
  const back = Boolean(kept.token);
  return {
    screen: back ? (kept.left ? 'goodbye' : kept.screen ?? 'consent') : mustMove ? 'elsewhere' : 'code',
    seated: false,
    busy: false,
    returning: back && !kept.left,
    offline: false,
    answers: false,
    long: false,
    clinicAway: false,
    clinic: back ? kept.clinic ?? '' : '',
    phone: back ? kept.phone ?? '' : '',
    problem: '',
    retryAt: 0,
    proving: false,
    waitSeconds: 0,
    visit: 'none',
    knocked: back && (kept.knocked ?? false),
    media: 'none',
    noPath: false,
    ending: back && kept.left ? 'left' : null,
    outcome: '',
  };
}

/**
 * The person waits for something that should not take long.
 * @param {PageState} state
 */
export function isStuck({ screen, ending, busy, proving, waitSeconds, returning, offline, clinicAway, media }) {
  const asks = (busy && !proving && waitSeconds === 0) || returning;
  return !ending && (asks || offline || clinicAway || (screen === 'call' && media !== 'connected'));
}

/**
 * @param {PageState} state
 * @param {FlowEvent} event
 * @returns {PageState}
 */
export function next(state, event) {
  const after = step(state, event);
  return after.long && !isStuck(after) ? { ...after, long: false } : after;
}

/**
 * @param {PageState} state
 * @param {FlowEvent} event
 * @returns {PageState}
 */
function step(state, event) {
  switch (event.type) {
    case 'elsewhere':
      return initialState({}, true);
    case 'stay':
      return state.screen === 'elsewhere' ? { ...state, screen: 'code' } : state;
    case 'code-given':
      return { ...state, busy: true, problem: '', retryAt: 0, proving: false, waitSeconds: 0 };
    case 'proving':
      return { ...state, busy: true, problem: 'proof-needed', proving: true, waitSeconds: 0 };
    case 'in-line':
      return state.screen === 'code'
        ? { ...state, busy: true, problem: 'in-line', proving: false, waitSeconds: event.seconds }
        : state;
    case 'joined':
      return onJoined(state, event);
    case 'consented':
      return state.screen === 'consent' ? { ...state, screen: 'check' } : state;
    case 'ready':
      return state.screen === 'check' || state.screen === 'waiting'
        ? { ...state, screen: 'waiting', knocked: true, visit: state.visit === 'admitted' ? 'admitted' : 'waiting' }
        : state;
    case 'back':
      return onBack(state);
    case 'left':
      if (state.screen === 'goodbye') return state;
      return { ...state, screen: 'goodbye', ending: 'left', seated: false, offline: false, media: 'none', visit: 'none' };
    case 'come-back':
      return state.ending === 'left' || state.ending === 'replaced'
        ? { ...state, ending: null, returning: true, busy: true, screen: state.knocked ? 'waiting' : 'consent' }
        : state;
    case 'start-over':
      return initialState({});
    case 'media':
      if (state.screen !== 'call') return state;
      return { ...state, media: event.media, noPath: state.noPath && event.media !== 'connected' };
    case 'no-path':
      return { ...state, noPath: state.screen === 'call' && state.media !== 'connected' };
    case 'error':
      return onError(state, event);
    case 'status':
      return onStatus(state, event);
    case 'link':
      // While connecting anew we stay "offline": the words must not flicker with each try.
      if (event.link === 'connecting') return state;
      return { ...state, offline: event.link === 'offline' && !state.ending, answers: state.answers && event.link === 'offline' };
    case 'asked':
      return { ...state, answers: state.offline && event.answers };
    case 'long':
      return { ...state, long: true };
    case 'clinic':
      // What came with the code is nearer.
      return state.clinic === '' ? { ...state, clinic: event.clinic, phone: event.phone } : state;
  }
}

/**
 * @param {PageState} state
 * @param {{clinic: string, phone: string}} event
 */
function onJoined(state, event) {
  const { clinic, phone } = event;
  const known = { ...state, clinic, phone, seated: true, busy: false, proving: false, waitSeconds: 0, problem: '', returning: false,
    clinicAway: false };
  return state.screen === 'code' ? { ...known, screen: /** @type {Screen} */ ('consent') } : known;
}

/**
 * @param {PageState} state
 * @returns {PageState}
 */
function onBack(state) {
  switch (state.screen) {
    case 'consent':
      return initialState({});
    case 'check':
      return { ...state, screen: 'consent' };
    case 'waiting':
      return { ...state, screen: 'check' };
    case 'elsewhere':
    case 'code':
    case 'call':
    case 'goodbye':
      return state;
  }
}

/**
 * @param {PageState} state
 * @param {{code: string, retryAt: number, clinic?: string, phone?: string}} event
 * @returns {PageState}
 */
function onError(state, event) {
  switch (event.code) {
    case 'replaced':
      return { ...state, screen: 'goodbye', ending: 'replaced', seated: false, offline: false, media: 'none' };
    case 'version-unsupported':
      return { ...state, screen: 'goodbye', ending: 'outdated', seated: false, offline: false, media: 'none' };
    case 'resume-unknown':
      return { ...initialState({}), problem: 'resume-unknown' };
    default:
      if (state.screen !== 'code') {
        return event.code === 'clinic-away' ? { ...state, clinicAway: true } : state;
      }
      // Whoever has, or had, the code is told whom to call.
      return { ...state, busy: false, proving: false, waitSeconds: 0, problem: event.code, retryAt: event.retryAt,
               clinic: event.clinic || state.clinic, phone: event.phone || state.phone };
  }
}

/**
 * @param {PageState} state
 * @param {{state: string, outcome: string}} event
 * @returns {PageState}
 */
function onStatus(state, event) {
  if (state.ending === 'left' || state.ending === 'replaced') return state;
  switch (event.state) {
    case 'clinic-away':
      return { ...state, clinicAway: true };
    case 'clinic-back':
      return { ...state, clinicAway: false };
    case 'getting-ready':
      // The kiosk waits for our name. If it was given already (a restart, a new seat), app.js gives it again.
      return { ...state, visit: 'getting-ready', screen: state.screen === 'call' ? 'waiting' : state.screen, media: 'none' };
    case 'waiting':
      if (!state.knocked) return { ...state, visit: 'waiting' };
      return { ...state, visit: 'waiting', screen: state.screen === 'check' ? 'check' : 'waiting', media: 'none' };
    case 'declined':
    case 'refused':
      return { ...state, visit: event.state, screen: 'waiting', media: 'none' };
    case 'admitted':
      if (!state.knocked) return state;
      return { ...state, visit: 'admitted', screen: 'call', noPath: state.screen === 'call' && state.noPath, media: state.screen === 'call' && state.media !== 'none' ? state.media : 'connecting' };
    case 'ended':
      return { ...state, screen: 'goodbye', ending: 'ended', outcome: event.outcome, seated: false, offline: false,
        clinicAway: false, media: 'none', visit: 'none', returning: false };
    default:
      return state;
  }
}
