// The patient's half of docs/protocol.md: one WebSocket to the gateway, kept alive and taken up again. No DOM.
//
// The owner gets typed events through one callback. Once a seat is ours (`joined`) the client comes back to it by
// itself after every loss, until the visit ends, somebody else takes the place, or the owner closes it. Messages
// sent while there is no connection are dropped on purpose: after a `resume` the gateway and the kiosk say what
// still matters, and an old answer or candidate would only harm.

import { CandidateQueue } from './candidates.js';
import { FEATURES, featuresOf, unknownOf, UnknownTypes } from './features.js';

export const VERSION = 1;
export const MAX_MESSAGE_BYTES = 64 * 1024;
export const MAX_NAME_CODE_POINTS = 60;

const PING_MS = 5000;
const SILENCE_MS = 12000;
const CONNECT_MS = 8000;
const NUDGE_MS = 2500;
const BACKOFF_MS = [300, 700, 1500, 3000, 6000];
/** A connection that lived this long was a good one: the next loss starts from the shortest wait again. */
const STEADY_MS = 10000;
/** After the gateway said that we are too fast. */
const TOO_FAST_MS = 1000;

const STATES = ['getting-ready', 'waiting', 'admitted', 'declined', 'ended', 'refused', 'clinic-away', 'clinic-back'];
const CLOSING = ['malformed', 'too-large', 'too-fast', 'unexpected', 'version-unsupported', 'replaced', 'idle'];

/** @typedef {{nonce: string, bits: number}} Challenge */
/** @typedef {'getting-ready'|'waiting'|'admitted'|'declined'|'ended'|'refused'|'clinic-away'|'clinic-back'} VisitState */
/** @typedef {{type: 'joined', token: string, resumed: boolean, clinic: string, phone: string, iceServers: RTCIceServer[], features: string[]}} Joined */
/** @typedef {{type: 'status', state: VisitState, outcome: string}} Status */
/** @typedef {{type: 'offer', peer: number, sdp: string}} Offer */
/** @typedef {{type: 'candidate', peer: number, mline: number, candidate: string}} Candidate */
/** @typedef {{type: 'ice-servers', iceServers: RTCIceServer[]}} IceServers with fresh credentials */
/** @typedef {{type: 'error', code: string, retryAfter: number, challenge: Challenge | null, clinic: string, phone: string}} Refusal */
/** @typedef {{type: 'link', link: 'connecting' | 'online' | 'offline'}} Link our own: how the connection is */
/** @typedef {{type: 'pong'}} Pong */
/** @typedef {Joined | Status | Offer | Candidate | IceServers | Refusal} FromGateway */
/** @typedef {FromGateway | Link} SignallingEvent */
/** @typedef {{name: string, consent: string, camera: boolean, microphone: boolean}} Knock */

/**
 * The part of a WebSocket that is used here; tests put their own in its place.
 * @typedef {object} Socket
 * @property {((event: any) => void) | null} onopen
 * @property {((event: {data: any}) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 * @property {(text: string) => void} send
 * @property {(code?: number) => void} close
 */
/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(run: () => void, ms: number) => any} after
 * @property {(timer: any) => void} cancel
 */

/** @type {Clock} */
const systemClock = {
  now: () => performance.now(),
  after: (run, ms) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
};

/**
 * @param {unknown} value
 * @param {number} [limit]
 * @returns {value is string}
 */
const isText = (value, limit = 1000) => typeof value === 'string' && value.length <= limit;
/**
 * @param {unknown} value
 * @param {number} high
 * @returns {value is number}
 */
const isCount = (value, high) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= high;

/**
 * Reads one message of the gateway.
 * @param {unknown} data
 * @returns {FromGateway | Pong | import('./features.js').Unknown | null} null if it is not one
 */
export function decode(data) {
  if (typeof data !== 'string' || data.length > MAX_MESSAGE_BYTES) return null;
  /** @type {any} */
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (message === null || typeof message !== 'object') return null;
  switch (message.type) {
    case 'joined': {
      if (message.v !== VERSION) return { type: 'error', code: 'version-unsupported', retryAfter: 0, challenge: null, clinic: '', phone: '' };
      if (!isText(message.token) || !/^[0-9a-f]{32}$/.test(message.token)) return null;
      if (!isText(message.clinic) || !isText(message.phone) || !Array.isArray(message.ice_servers)) return null;
      const features = featuresOf(message.features);
      if (!features) return null;
      return {
        type: 'joined',
        token: message.token,
        resumed: message.resumed === true,
        clinic: message.clinic,
        phone: message.phone,
        iceServers: message.ice_servers.filter(isIceServer).map(iceServerOf),
        features,
      };
    }
    case 'status':
      if (!STATES.includes(message.state)) return null;
      return { type: 'status', state: message.state, outcome: isText(message.outcome) ? message.outcome : '' };
    case 'offer':
      if (!isCount(message.peer, 2 ** 31) || !isText(message.sdp, 48 * 1024)) return null;
      return { type: 'offer', peer: message.peer, sdp: message.sdp };
    case 'candidate':
      if (!isCount(message.peer, 2 ** 31) || !isCount(message.mline, 31) || !isText(message.candidate, 512)) return null;
      return { type: 'candidate', peer: message.peer, mline: message.mline, candidate: message.candidate };
    case 'ice-servers':
      if (!Array.isArray(message.ice_servers)) return null;
      return { type: 'ice-servers', iceServers: message.ice_servers.filter(isIceServer).map(iceServerOf) };
    case 'pong':
      return { type: 'pong' };
    case 'error': {
      if (!isText(message.code)) return null;
      const { challenge } = message;
      const isChallenge = challenge && isText(challenge.nonce, 200) && isCount(challenge.bits, 256);
      return {
        type: 'error',
        code: message.code,
        retryAfter: isCount(message.retry_after, 86400) ? message.retry_after : 0,
        challenge: isChallenge ? { nonce: challenge.nonce, bits: challenge.bits } : null,
        clinic: isText(message.clinic, 400) ? message.clinic : '',
        phone: isText(message.phone, 200) ? message.phone : '',
      };
    }
    default:
      return unknownOf(message.type);
  }
}

/** @param {any} server */
function isIceServer(server) {
  if (server === null || typeof server !== 'object') return false;
  const urls = Array.isArray(server.urls) ? server.urls : [server.urls];
  return urls.length > 0 && urls.every((/** @type {unknown} */ url) => isText(url, 512) && /^(stun|turn)s?:/.test(url));
}

/**
 * @param {any} server
 * @returns {RTCIceServer}
 */
function iceServerOf(server) {
  if (!isText(server.username) || !isText(server.credential)) return { urls: server.urls };
  return { urls: server.urls, username: server.username, credential: server.credential };
}

/** @param {string} page where the gateway served the page from */
export const gatewayAddress = (page) => new URL('ws/patient', page).href.replace(/^http/, 'ws');

export class Signalling {
  /** @type {Socket | null} */
  #socket = null;
  #open = false;
  #seated = false;
  /** @type {string} the seat's token; empty: none */
  #token = '';
  /** @type {{code: string, proof: string} | null} */
  #join = null;
  #attempt = 0;
  #heard = 0;
  #opened = 0;
  #unknown = new UnknownTypes();
  /** @type {any} */
  #retry = null;
  /** @type {any} */
  #beat = null;
  /** @type {any} */
  #deadline = null;
  #url;
  #language;
  #connectedPeer;
  #onEvent;
  #openSocket;
  #clock;
  #candidates;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {() => string} options.language
   * @param {() => number} options.connectedPeer the number of the media peer that is connected now, 0 if none
   * @param {(event: SignallingEvent) => void} options.onEvent
   * @param {(url: string) => Socket} [options.openSocket]
   * @param {Clock} [options.clock]
   */
  constructor({ url, language, connectedPeer, onEvent, openSocket, clock }) {
    this.#url = url;
    this.#language = language;
    this.#connectedPeer = connectedPeer;
    this.#onEvent = onEvent;
    this.#openSocket = openSocket ?? ((address) => /** @type {Socket} */ (new WebSocket(address)));
    this.#clock = clock ?? systemClock;
    this.#candidates = new CandidateQueue({
      send: (item) => this.#send({ type: 'candidate', ...item }),
      clock: this.#clock,
    });
  }

  /**
   * Asks for the seat of the session with this code.
   * @param {string} code nine digits
   * @param {string} [proof]
   */
  join(code, proof = '') {
    this.#token = '';
    this.#seated = false;
    this.#join = { code, proof };
    if (this.#open) this.#introduce();
    else this.#connect();
  }

  /**
   * Takes the seat of an earlier connection again.
   * @param {string} token
   */
  resume(token) {
    this.#token = token;
    this.#join = null;
    this.#seated = false;
    if (this.#open) this.#introduce();
    else this.#connect();
  }

  /** @param {Knock} knock */
  knock(knock) {
    this.#send({ type: 'knock', ...knock });
  }

  /**
   * @param {number} peer
   * @param {string} sdp
   */
  answer(peer, sdp) {
    this.#candidates.begin(peer);
    this.#send({ type: 'answer', peer, sdp });
  }

  /**
   * Goes out a little later: see candidates.js.
   * @param {number} peer the one answered last
   * @param {number} mline
   * @param {string} candidate
   */
  candidate(peer, mline, candidate) {
    this.#candidates.add(peer, mline, candidate);
  }

  /** @param {number} peer */
  requestOffer(peer) {
    this.#send({ type: 'request-offer', peer });
  }

  /** Tells the clinic that the patient left, and closes. The token stays good for coming back. */
  leave() {
    this.#send({ type: 'leave' });
    this.close();
  }

  /** Ends the connection and does not come back by itself. */
  close() {
    this.#token = '';
    this.#join = null;
    this.#drop(1000);
    this.#stopRetrying();
  }

  /** Something changed (network, the page is seen again): find out now whether the connection still lives. */
  nudge() {
    if (!this.#token && !this.#join) return;
    if (!this.#socket) {
      this.#attempt = 0;
      this.#connect();
      return;
    }
    if (!this.#open) return;
    const before = this.#heard;
    this.#transmit({ type: 'ping' });
    this.#clock.cancel(this.#deadline);
    this.#deadline = this.#clock.after(() => {
      if (this.#heard === before) this.#lost();
    }, NUDGE_MS);
  }

  /** True while the gateway knows us and listens. */
  get online() {
    return this.#open && this.#seated;
  }

  #connect() {
    this.#stopRetrying();
    this.#drop(1000);
    this.#onEvent({ type: 'link', link: 'connecting' });
    const socket = this.#openSocket(this.#url);
    this.#socket = socket;
    this.#unknown = new UnknownTypes();
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#open = true;
      this.#heard = this.#opened = this.#clock.now();
      this.#clock.cancel(this.#deadline);
      this.#onEvent({ type: 'link', link: 'online' });
      this.#introduce();
      this.#beat = this.#clock.after(() => this.#onBeat(), PING_MS);
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#onMessage(event.data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#deadline = this.#clock.after(() => {
      if (socket === this.#socket && !this.#open) this.#lost();
    }, CONNECT_MS);
  }

  #introduce() {
    const language = this.#language();
    if (this.#token) {
      const peer = this.#connectedPeer();
      this.#transmit({ type: 'resume', v: VERSION, token: this.#token, language, ...(peer > 0 ? { peer } : {}), features: FEATURES });
    } else if (this.#join) {
      const { code, proof } = this.#join;
      this.#transmit({ type: 'join', v: VERSION, code, language, ...(proof ? { proof } : {}), features: FEATURES });
    }
  }

  #onBeat() {
    // Once there is no seat to keep and no answer to wait for, silence is no loss.
    if (this.#clock.now() - this.#heard > SILENCE_MS) {
      this.#lost();
      return;
    }
    if (this.#seated) this.#transmit({ type: 'ping' });
    else if (!this.#join && !this.#token) this.#heard = this.#clock.now();
    this.#beat = this.#clock.after(() => this.#onBeat(), PING_MS);
  }

  /** @param {unknown} data */
  #onMessage(data) {
    this.#heard = this.#clock.now();
    const message = decode(data);
    if (!message || message.type === 'pong') return;
    if (message.type === 'unknown') {
      this.#unknown.ignore(message, this.#heard);  // whatever the answer: nothing here trusts the gateway less for it
      return;
    }
    // The gateway lets go of a page that gives no code for a long time; the next code opens a new connection.
    if (message.type === 'error' && message.code === 'idle' && !this.#join && !this.#token) return;
    if (message.type === 'joined') {
      this.#unknown.agree(message.features);
      this.#seated = true;
      this.#token = message.token;
      this.#join = null;
    } else if (message.type === 'status' && message.state === 'ended') {
      this.#token = '';  // the gateway closes next; there is nothing to come back to
      this.#join = null;
      this.#seated = false;
    } else if (message.type === 'error' && message.code !== 'in-line') {  // that answer is still to come
      this.#onError(message);
    }
    this.#onEvent(message);
  }

  /** @param {Refusal} error */
  #onError(error) {
    // A refusal of our join or resume is an answer: what to do next is the owner's business.
    const closes = CLOSING.includes(error.code);
    const final = error.code === 'replaced' || error.code === 'version-unsupported' || error.code === 'resume-unknown';
    if (final || !this.#token) {
      // clinic-away for a resume keeps the seat: the gateway tells us when the clinic is back.
      this.#token = '';
      this.#join = null;
      this.#seated = false;
    }
    if (closes) this.#drop(1000);
    // Our own haste is no failure of the network, and a call goes on without us: nothing is said unless we do not get back.
    if (closes && this.#token && error.code === 'too-fast') this.#scheduleRetry(TOO_FAST_MS);
    else if (closes && this.#token) this.#lost();
    if (!closes && this.#token && !this.#seated) this.#scheduleRetry();
  }

  /** The connection is gone or does not answer. */
  #lost() {
    if (this.#opened > 0 && this.#clock.now() - this.#opened > STEADY_MS) this.#attempt = 0;
    this.#drop(4000);
    if (!this.#token && !this.#join) return;
    this.#onEvent({ type: 'link', link: 'offline' });
    this.#scheduleRetry();
  }

  /** @param {number} [least] milliseconds */
  #scheduleRetry(least = 0) {
    this.#stopRetrying();
    const wait = least + BACKOFF_MS[Math.min(this.#attempt, BACKOFF_MS.length - 1)];
    this.#attempt += 1;
    // Spread by a third each way, or all patients of a gateway come back in the same instant.
    this.#retry = this.#clock.after(() => this.#connect(), wait * (0.67 + 0.66 * Math.random()));
  }

  #stopRetrying() {
    this.#clock.cancel(this.#retry);
    this.#retry = null;
  }

  /** @param {number} code of the close frame */
  #drop(code) {
    this.#clock.cancel(this.#beat);
    this.#clock.cancel(this.#deadline);
    this.#candidates.clear();
    const socket = this.#socket;
    this.#socket = null;
    this.#open = false;
    this.#seated = false;
    this.#opened = 0;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  /** @param {object} message what only somebody with a seat may send */
  #send(message) {
    if (this.online) this.#transmit(message);
  }

  /** @param {object} message */
  #transmit(message) {
    if (this.#open) this.#socket?.send(JSON.stringify(message));
  }
}
