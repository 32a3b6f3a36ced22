// The patient's page: joins the flow (flow.js), the connection (protocol.js), the media (peer.js, media.js) and the
// screens. Everything a person sees follows from `state`, `call` and the media's view; nothing else is remembered.
import { Chat } from './chat.js';
import { codeOfFragment } from './code.js';
import { initialState, next } from './flow.js';
import { isGranted, LocalMedia } from './media.js';
import { Peers } from './peer.js';
import { Signalling } from './protocol.js';
import { SteadyLevel } from './quality.js';
import { playChime, unlockSound } from './sound.js';
import { Store } from './store.js';
import { languageFor, translator } from './strings.js';
import { call } from './screens/call.js';
import { check } from './screens/check.js';
import { consent, CONSENT_VERSION, nameOf } from './screens/consent.js';
import { enterCode } from './screens/enter_code.js';
import { goodbye } from './screens/goodbye.js';
import { waiting } from './screens/waiting.js';

/** @typedef {import('./screens/frame.js').View} View */
/**
 * @typedef {object} CallView what the call screen shows beyond the page's state
 * @property {MediaStream | null} remote
 * @property {boolean} clinicMicrophone
 * @property {boolean} clinicCamera
 * @property {import('./quality.js').Level} level the worse of both directions
 * @property {boolean} chatOpen
 * @property {number} unread
 * @property {string} lastText
 * @property {boolean} needsTap
 * @property {boolean} asksToLeave
 */

const SCREENS = { code: enterCode, consent, check, waiting, call, goodbye };
const RANK = { good: 0, fair: 1, poor: 2 };

/** @returns {CallView} */
const newCall = () => ({
  remote: null, clinicMicrophone: true, clinicCamera: true, level: 'good', chatOpen: false, unread: 0, lastText: '',
  needsTap: false, asksToLeave: false,
});

export class App {
  #store = new Store(() => window.sessionStorage);
  #page = /** @type {HTMLElement} */ (document.getElementById('page'));
  #announcer = /** @type {HTMLElement} */ (document.getElementById('announcer'));
  /** @type {View | null} */
  #view = null;
  #shown = '';
  /** @type {Worker | null} */
  #worker = null;
  /** @type {{released: boolean, release: () => Promise<void>} | null} */
  #wakeLock = null;
  #received = new SteadyLevel();
  /** @type {import('./quality.js').Level} */
  #theirLevel = 'good';
  /** @type {import('./quality.js').Level} */
  #ourLevel = 'good';
  #guarded = false;
  proofShare = 0;
  call = newCall();

  constructor() {
    const { kept } = this.#store;
    /** @type {import('./strings.js').Language} */
    this.language = kept.language === 'ko' || kept.language === 'en' ? kept.language : languageFor(navigator.languages);
    this.t = translator(this.language);
    this.takeCodeFromAddress();
    /** @type {import('./flow.js').PageState} */
    this.state = initialState(this.#store.kept);

    /** @type {LocalMedia} */
    this.media = new LocalMedia({
      onChange: () => this.#onMediaChange(),
      onTrack: (kind, track) => this.peers?.replaceTrack(kind, track),
    });
    this.media.remember(this.#store.kept);
    this.chat = this.#newChat();
    /** @type {Peers} */
    this.peers = new Peers({
      tracks: () => this.media.tracks,
      sendAnswer: (peer, sdp) => this.signalling.answer(peer, sdp),
      sendCandidate: (peer, mline, candidate) => this.signalling.candidate(peer, mline, candidate),
      requestOffer: (peer) => this.signalling.requestOffer(peer),
      onConnected: (stream) => this.#onConnected(stream),
      onInterrupted: () => this.dispatch({ type: 'media', media: 'interrupted' }),
      onChannelOpen: (label) => (label === 'chat' ? this.chat.resend() : this.#sendMediaState()),
      onChat: (line) => this.chat.receive(line),
      onControl: (line) => this.#onControl(line),
      onLevel: (level) => this.#onLevel(level),
    });
    const address = new URL('ws/patient', location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.hash = '';
    /** @type {Signalling} */
    this.signalling = new Signalling({
      url: address.href,
      language: () => this.language,
      connectedPeer: () => this.peers.connectedPeer,
      onEvent: (event) => this.#onSignal(event),
    });

    this.#watchTheWorld();
    this.render();
    if (this.state.returning && kept.token) {
      this.signalling.resume(kept.token);
      if (this.state.screen === 'waiting' || this.state.screen === 'call') this.media.start();
    }
  }

  /** @returns {Readonly<import('./store.js').Kept>} */
  get kept() {
    return this.#store.kept;
  }

  /** @param {Partial<import('./store.js').Kept>} changes */
  keep(changes) {
    this.#store.keep(changes);
  }

  // --- What the person does -------------------------------------------------------------------------------

  /** @param {import('./strings.js').Language} language */
  setLanguage(language) {
    this.language = language;
    this.t = translator(language);
    this.keep({ language });
    this.render();
  }

  /** A link or QR code carries the code in the fragment; it does not stay in the address bar. */
  takeCodeFromAddress() {
    const code = codeOfFragment(location.hash);
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
    if (!code || code === this.#store.kept.code) return;
    this.#store.forget();  // a new code is a new visit
    this.keep({ code });
  }

  /** @param {string} code */
  join(code) {
    unlockSound();
    this.keep({ code });
    this.dispatch({ type: 'code-given' });
    this.signalling.join(code);
  }

  forgetProblem() {
    if (this.state.problem === '' || this.state.busy || this.state.retryAt > Date.now()) return;
    this.state = { ...this.state, problem: '', retryAt: 0 };
  }

  /** @param {string} name */
  async consent(name) {
    unlockSound();
    this.keep({ name, agreed: true });
    this.dispatch({ type: 'consented' });
    // The visit may end while the browser looks up its answer.
    if (this.media.view.microphone === 'idle' && await isGranted() && this.state.screen === 'check') this.turnOn();
  }

  turnOn() {
    unlockSound();
    this.media.startAll();
  }

  /**
   * @param {import('./media.js').Kind} kind
   * @param {string} deviceId
   */
  chooseDevice(kind, deviceId) {
    this.keep(kind === 'video' ? { cameraId: deviceId } : { microphoneId: deviceId });
    this.media.choose(kind, deviceId);
  }

  ready() {
    unlockSound();
    this.dispatch({ type: 'ready' });
    this.knock();
  }

  knock() {
    const { camera, microphone } = this.media.view;
    if (this.state.visit === 'declined') this.dispatch({ type: 'ready' });
    this.peers.setWaiting();
    this.signalling.knock({
      name: nameOf(this.kept.name ?? ''),
      consent: CONSENT_VERSION,
      camera: camera === 'on',
      microphone: microphone === 'on',
    });
  }

  back() {
    if (this.state.screen === 'call') {
      this.call.asksToLeave = true;
      this.render();
    } else if (this.state.screen === 'consent') {
      this.startOver();
    } else {
      this.dispatch({ type: 'back' });
    }
  }

  toggleCamera() {
    const off = this.media.view.camera === 'on';
    this.keep({ cameraOff: off });
    this.media.setCameraOff(off);
  }

  /** @param {boolean} open */
  openChat(open) {
    this.call.chatOpen = open;
    if (open) this.call.unread = 0;
    this.render();
  }

  /** @param {boolean} needed */
  setNeedsTap(needed) {
    if (this.call.needsTap === needed) return;
    this.call.needsTap = needed;
    this.render();
  }

  leave() {
    this.signalling.leave();
    this.keep({ left: true });
    this.dispatch({ type: 'left' });
  }

  comeBack() {
    unlockSound();
    const { token } = this.kept;
    if (!token) {
      this.startOver();
      return;
    }
    this.keep({ left: false });
    this.dispatch({ type: 'come-back' });
    this.signalling.resume(token);
    this.media.remember(this.kept);  // what was switched off before leaving stays off
    if (this.state.knocked) this.media.start();
  }

  /** The visit is over for the person, whatever the clinic does with it. */
  done() {
    this.#store.forget();
    this.state = { ...this.state, ending: 'ended', outcome: 'completed' };
    this.#shown = '';
    this.render();
  }

  startOver() {
    if (this.state.seated) this.signalling.leave();
    this.signalling.close();
    this.#store.forget();
    this.dispatch({ type: 'start-over' });
  }

  // --- What others do -------------------------------------------------------------------------------------

  /** @param {import('./protocol.js').SignallingEvent} event */
  #onSignal(event) {
    switch (event.type) {
      case 'joined':
        this.keep({ token: event.token, clinic: event.clinic, phone: event.phone });
        this.peers.setIceServers(event.iceServers);
        this.dispatch(event);
        break;
      case 'status':
        this.#onStatus(event);
        break;
      case 'offer':
        this.peers.offer(event.peer, event.sdp);
        break;
      case 'candidate':
        this.peers.candidate(event.peer, event.mline, event.candidate);
        break;
      case 'error':
        this.#onError(event);
        break;
      case 'link':
        this.dispatch(event);
        break;
    }
  }

  /** @param {import('./protocol.js').Status} event */
  #onStatus(event) {
    const { state } = event;
    // Not if this page has given no name yet: another one's admission is not ours. Before the new screen is drawn: the
    // clinic waits for our answer.
    if (state === 'admitted') this.peers.setAdmitted(next(this.state, event).screen === 'call');
    this.dispatch(event);
    if (state !== 'admitted' && state !== 'clinic-away' && state !== 'clinic-back') {
      this.peers.setAdmitted(false);
    }
    if (state === 'getting-ready' && this.state.knocked && this.state.screen === 'waiting') this.knock();
  }

  /** @param {import('./protocol.js').Refusal} event */
  #onError(event) {
    if (event.code === 'proof-needed' && event.challenge && this.kept.code) {
      this.#prove(event.challenge, this.kept.code);
      return;
    }
    if (event.code === 'resume-unknown') {
      const { code } = this.kept;
      this.#store.forget();
      this.keep({ code });
    }
    this.dispatch({ type: 'error', code: event.code, retryAt: event.retryAfter > 0 ? Date.now() + 1000 * event.retryAfter : 0 });
  }

  /**
   * @param {import('./protocol.js').Challenge} challenge
   * @param {string} code
   */
  #prove(challenge, code) {
    this.proofShare = 0;
    this.dispatch({ type: 'proving' });
    this.#worker?.terminate();
    const worker = new Worker(new URL('proof_worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    const finish = (/** @type {string | null} */ proof) => {
      worker.terminate();
      if (worker !== this.#worker) return;
      this.#worker = null;
      if (proof) this.signalling.join(code, proof);
      else this.dispatch({ type: 'error', code: 'proof-failed', retryAt: 0 });
    };
    worker.onerror = () => finish(null);
    worker.onmessage = ({ data }) => {
      if ('proof' in data) {
        finish(data.proof);
      } else {
        this.proofShare = data.share;
        this.render();
      }
    };
    worker.postMessage({ challenge, code });
  }

  /** @param {MediaStream} stream */
  #onConnected(stream) {
    const again = this.state.media === 'interrupted';
    const first = this.state.media === 'connecting' || this.state.media === 'none';
    this.call.remote = stream;
    this.dispatch({ type: 'media', media: 'connected' });
    if (again) this.announce(this.t('callBack'));
    else if (first) this.announce(this.t('callStarted'));
  }

  /** @param {import('./peer.js').ControlLine} line */
  #onControl(line) {
    if (line.type === 'media') {
      if (this.call.clinicMicrophone && !line.microphone) this.announce(this.t('callClinicMuted'));
      if (this.call.clinicCamera && !line.camera) this.announce(this.t('callClinicDark'));
      this.call.clinicMicrophone = line.microphone;
      this.call.clinicCamera = line.camera;
    } else {
      this.#theirLevel = line.level;
    }
    this.#showLevel();
  }

  /** @param {import('./quality.js').Level} level of the last two seconds */
  #onLevel(level) {
    const steady = this.#received.add(level);
    if (steady !== this.#ourLevel) {
      this.#ourLevel = steady;
      this.peers.send('control', { type: 'quality', level: steady });
    }
    this.#showLevel();
  }

  #showLevel() {
    this.call.level = RANK[this.#ourLevel] > RANK[this.#theirLevel] ? this.#ourLevel : this.#theirLevel;
    this.render();
  }

  #onMediaChange() {
    if (!this.signalling) return;  // still being constructed
    const { camera, microphone, muted } = this.media.view;
    if (this.kept.muted !== muted && camera !== 'idle') this.keep({ muted });
    this.#sendMediaState(`${camera === 'on'} ${microphone === 'on' && !muted}`);
    this.render();
  }

  #lastMediaState = '';

  /** @param {string} [changed] absent: the channel is new and must be told in any case */
  #sendMediaState(changed) {
    if (changed !== undefined && changed === this.#lastMediaState) return;
    const { camera, microphone, muted } = this.media.view;
    const sent = this.peers.send('control', { type: 'media', microphone: microphone === 'on' && !muted, camera: camera === 'on' });
    if (sent) this.#lastMediaState = `${camera === 'on'} ${microphone === 'on' && !muted}`;
    if (sent && changed === undefined) this.peers.send('control', { type: 'quality', level: this.#ourLevel });
  }

  /** @returns {Chat} */
  #newChat() {
    return new Chat({
      items: [...(this.kept.chat ?? [])],
      send: (line) => this.peers.send('chat', line),
      onChange: (added) => {
        this.keep({ chat: [...this.chat.items] });
        if (added && !added.mine && !this.call.chatOpen) {
          this.call.unread += 1;
          this.call.lastText = added.text;
          this.announce(this.t('chatNew', { text: added.text }));
        }
        this.render();
      },
    });
  }

  // --- The state and what follows from it -----------------------------------------------------------------

  /** @param {import('./flow.js').FlowEvent} event */
  dispatch(event) {
    const before = this.state;
    this.state = next(before, event);
    const { state } = this;
    if (state.screen === 'goodbye' && before.screen !== 'goodbye') this.#endVisit();
    if (event.type === 'start-over' || (event.type === 'error' && event.code === 'resume-unknown')) this.#endVisit();
    if (this.kept.token && (state.screen !== before.screen || state.knocked !== before.knocked) && state.screen !== 'goodbye') {
      this.keep({ screen: state.screen, knocked: state.knocked });
    }
    if (state.screen === 'call' && before.screen === 'waiting') {
      playChime();
      if (document.hidden) document.title = this.t('admittedTitle');
    }
    if (state.media === 'interrupted' && before.media === 'connected') this.call.needsTap = false;
    this.#holdWakeLock();
    this.render();
  }

  /** Nothing of the visit goes on: camera and microphone go dark at once. */
  #endVisit() {
    this.peers.close();
    this.media.stop();
    this.call = newCall();
    this.#received = new SteadyLevel();
    this.#ourLevel = this.#theirLevel = 'good';
    this.#lastMediaState = '';
    if (this.state.ending === 'ended' || this.state.screen === 'code') {
      const { code } = this.kept;
      this.#store.forget();
      if (this.state.screen === 'code') this.keep({ code });
      this.chat.clear();
    }
  }

  render() {
    const { state } = this;
    const wanted = `${state.screen} ${state.ending} ${this.language} ${state.clinic}`;
    if (wanted === this.#shown) {
      this.#view?.update();
      return;
    }
    const screenChanged = !this.#shown.startsWith(`${state.screen} ${state.ending} `);
    this.#shown = wanted;
    this.#view?.destroy?.();
    this.#view = SCREENS[state.screen](this);
    this.#page.replaceChildren(this.#view.root);
    document.documentElement.lang = this.language;
    document.body.classList.toggle('in-call', state.screen === 'call');
    const { clinic } = state;
    if (!document.hidden || state.screen !== 'call') document.title = clinic ? `${this.t('pageTitle')} · ${clinic}` : this.t('pageTitle');
    if (!screenChanged) return;
    this.#guardBack();
    window.scrollTo(0, 0);
    this.#view.focus.focus({ preventScroll: true });
  }

  /**
   * For screen readers.
   * @param {string} text
   */
  announce(text) {
    this.#announcer.textContent = '';
    // A fresh text in an emptied live region is read even if it is the same as before.
    requestAnimationFrame(() => {
      this.#announcer.textContent = text;
    });
  }

  /** The browser's "back" is our "back"; in a call it asks first. */
  #guardBack() {
    if (this.#guarded || this.state.screen === 'code' || this.state.screen === 'goodbye') return;
    this.#guarded = true;
    history.pushState({ guard: true }, '');
  }

  #watchTheWorld() {
    const nudge = () => this.signalling.nudge();
    const networkChanged = () => {
      this.signalling.nudge();
      this.peers.networkChanged();
    };
    window.addEventListener('online', networkChanged);
    /** @type {any} */
    const connection = /** @type {any} */ (navigator).connection;
    let kind = connection?.type;
    connection?.addEventListener('change', () => {
      // It also fires for every new estimate of the speed; only another kind of network is news.
      if (connection.type === kind) return;
      kind = connection.type;
      networkChanged();
    });
    window.addEventListener('pageshow', (event) => event.persisted && nudge());
    window.addEventListener('hashchange', () => {
      if (codeOfFragment(location.hash) === null) return;
      this.takeCodeFromAddress();
      location.reload();
    });
    window.addEventListener('popstate', () => {
      if (!this.#guarded) return;
      this.#guarded = false;
      this.back();
      this.#guardBack();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      nudge();
      const { clinic } = this.state;
      document.title = clinic ? `${this.t('pageTitle')} · ${clinic}` : this.t('pageTitle');
      this.#holdWakeLock();
    });
  }

  /** A phone must not go to sleep while somebody waits or talks. */
  async #holdWakeLock() {
    const wanted = this.state.screen === 'waiting' || this.state.screen === 'call';
    if (!wanted) {
      this.#wakeLock?.release().catch(() => {});
      this.#wakeLock = null;
    } else if (!document.hidden && (!this.#wakeLock || this.#wakeLock.released)) {
      // Not in every browser, and not in the DOM types of TypeScript 4.8.
      const { wakeLock } = /** @type {any} */ (navigator);
      this.#wakeLock = await wakeLock?.request('screen').catch(() => null) ?? null;
    }
  }
}

new App();
