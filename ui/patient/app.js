// The patient's page: joins the flow (flow.js), the connection (protocol.js), the media (peer.js, media.js), the screens
// (display.js) and what surrounds them. Everything a person sees follows from `state`, `call` and the media's view;
// nothing else is remembered.
import { CallView } from './call_view.js';
import { Chat } from './chat.js';
import { askForClinic } from './clinic.js';
import { Control } from './control.js';
import { Devices } from './devices.js';
import { Display } from './display.js';
import { initialState, isStuck, next } from './flow.js';
import { Hearing } from './hearing.js';
import { placeOf } from './in_app.js';
import { isGranted, LocalMedia, obstacle } from './media.js';
import { Peers } from './peer.js';
import { ProofSearch } from './proof_search.js';
import { gatewayAddress, Signalling } from './protocol.js';
import { levelOf } from './quality.js';
import { playChime, unlockSound } from './sound.js';
import { Store } from './store.js';
import { languageFor, translator, wishedLanguages } from './strings.js';
import { Surroundings } from './surroundings.js';
import { singleLine } from './text.js';
import { UsefulPicture } from './useful_picture.js';
import { CONSENT_VERSION } from './screens/consent.js';

/** After so long it is time to call somebody. */
const LONG_MS = 15000;

export class App {
  #store = new Store(() => window.sessionStorage);
  #display = new Display(this);
  #surroundings = new Surroundings({
    onNetworkChange: () => {
      this.signalling.nudge();
      this.peers.networkChanged();
    },
    onReturn: () => {
      this.signalling.nudge();
      this.#display.showTitle();
      this.#keepAwake();
    },
    onBack: () => {
      this.back();
      this.#guardBack();
    },
    onNewCode: () => {
      this.takeCodeFromAddress();
      location.reload();
    },
  });
  #control = new Control({ media: () => this.media.view, send: (line) => this.peers.send('control', line), agreed: (name) => this.peers.hasFeature(name) });
  #useful = new UsefulPicture();
  /** @type {import('./clinic.js').Clinic | null} the gateway's, if it has just one */
  #clinic = null;
  /** @type {ReturnType<typeof setTimeout> | null} */
  #patience = null;
  proof = new ProofSearch({
    onProgress: () => this.render(),
    onProof: (code, proof) => this.signalling.join(code, proof),
    onNone: () => this.dispatch({ type: 'error', code: 'proof-failed', retryAt: 0 }),
  });
  hearing = new Hearing({ storage: () => window.localStorage, unlock: unlockSound, onChange: () => this.render() });
  call = new CallView();

  constructor() {
    const { kept } = this.#store;
    /** @type {import('./strings.js').Language} */
    this.language = languageFor([kept.language ?? '', ...wishedLanguages(navigator)]);
    this.t = translator(this.language);
    this.takeCodeFromAddress();
    /** Where the page is open, and why a visit is not possible there, if it is known already. */
    this.place = placeOf(navigator);
    this.obstacle = obstacle();
    const mustMove = this.obstacle !== null || (this.place.app !== null && !kept.here);
    /** @type {import('./flow.js').PageState} */
    this.state = initialState(this.#store.kept, mustMove);
    if (this.state.screen !== 'elsewhere') this.#surroundings.showCode('');

    /** @type {LocalMedia} */
    this.media = new LocalMedia({
      onChange: () => this.#onMediaChange(),
      onTrack: (kind, track) => this.peers?.replaceTrack(kind, track),
    });
    this.media.remember(this.#store.kept);
    this.devices = new Devices({ media: this.media, keep: (changes) => this.keep(changes), onChange: () => this.render() });
    this.chat = this.#newChat();
    /** @type {Peers} */
    this.peers = new Peers({
      tracks: () => this.media.tracks,
      sendAnswer: (peer, sdp) => this.signalling.answer(peer, sdp),
      sendCandidate: (peer, mline, candidate) => this.signalling.candidate(peer, mline, candidate),
      requestOffer: (peer) => this.signalling.requestOffer(peer),
      onConnected: (stream) => this.#onConnected(stream),
      onInterrupted: () => this.dispatch({ type: 'media', media: 'interrupted' }),
      onNoPath: () => this.#onNoPath(),
      onChannelOpen: (label) => (label === 'chat' ? this.chat.resend() : this.#control.onOpen()),
      onChat: (line) => this.chat.receive(line),
      onControl: (line) => this.#onControl(line),
      clinicCamera: () => this.call.clinicCamera,
      onAgreed: () => this.#control.onAgreed(),
      onLevel: (level) => this.#onLevel(level),
      onSample: (sample) => this.#onSample(sample),
    });
    /** @type {Signalling} */
    this.signalling = new Signalling({
      url: gatewayAddress(location.href),
      language: () => this.language,
      connectedPeer: () => this.peers.connectedPeer,
      onEvent: (event) => this.#onSignal(event),
    });

    this.render();
    this.#askForClinic();
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

  takeCodeFromAddress() {
    const { code } = this.#surroundings;
    if (!code || code === this.#store.kept.code) return;
    this.#store.forget();  // a new code is a new visit
    this.keep({ code });
  }

  /** Here all the same, though it is an app. */
  stayHere() {
    this.keep({ here: true });
    this.#surroundings.showCode('');
    this.dispatch({ type: 'stay' });
  }

  /** It did not work here; the code is to be good elsewhere. */
  goElsewhere() {
    const { code = '' } = this.kept;
    this.#leaveSeat();
    this.keep({ code, here: false });
    this.#surroundings.showCode(code);
    this.dispatch({ type: 'elsewhere' });
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
    if (this.media.view.microphone === 'idle' && await isGranted() && this.state.screen === 'check') this.devices.turnOn();
  }

  ready() {
    unlockSound();
    this.devices.putAway();  // the person goes on with what there is
    this.dispatch({ type: 'ready' });
    this.knock();
  }

  knock() {
    const { camera, microphone } = this.media.view;
    if (this.state.visit === 'declined') this.dispatch({ type: 'ready' });
    this.peers.setWaiting();
    this.signalling.knock({
      name: singleLine(this.kept.name ?? ''),
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
    this.#display.redraw();
  }

  startOver() {
    this.#leaveSeat();
    this.dispatch({ type: 'start-over' });
  }

  #leaveSeat() {
    if (this.state.seated) this.signalling.leave();
    this.signalling.close();
    this.#store.forget();
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
      case 'ice-servers':
        this.peers.setIceServers(event.iceServers);
        break;
      case 'error':
        this.#onError(event);
        break;
      case 'link':
        this.dispatch(event);
        if (event.link === 'offline') this.#askForClinic();
        break;
    }
  }

  /** Who it is, and whether there is anybody. */
  async #askForClinic() {
    if (!navigator.onLine) return;  // no answer is to be had
    const { answers, clinic } = await askForClinic(location.href);
    this.#clinic = clinic ?? this.#clinic;
    this.dispatch({ type: 'asked', answers });
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
    this.#prepareAtTheDoor();
    if (state === 'getting-ready' && this.state.knocked && this.state.screen === 'waiting') this.knock();
  }

  /**
   * After a reload or a return the kiosk needs no second knock, and the camera may start later than the kiosk speaks.
   * Not without either of the two: see setWaiting().
   */
  #prepareAtTheDoor() {
    const { camera, microphone } = this.media.view;
    if (this.state.visit === 'waiting' && this.state.knocked && (camera === 'on' || microphone === 'on')) this.peers.setWaiting();
  }

  /** @param {import('./protocol.js').Refusal} event */
  #onError(event) {
    if (event.code === 'proof-needed' && event.challenge && this.kept.code) {
      this.proof.start(event.challenge, this.kept.code);
      this.dispatch({ type: 'proving' });
      return;
    }
    if (event.code === 'in-line') {
      this.dispatch({ type: 'in-line', seconds: event.retryAfter });
      return;
    }
    if (event.code === 'resume-unknown') {
      const { code } = this.kept;
      this.#store.forget();
      this.keep({ code });
    }
    this.dispatch({ type: 'error', code: event.code, retryAt: event.retryAfter > 0 ? Date.now() + 1000 * event.retryAfter : 0,
                    clinic: event.clinic, phone: event.phone });
  }

  /** @param {MediaStream} stream */
  #onConnected(stream) {
    const again = this.state.media === 'interrupted';
    const first = this.state.media === 'connecting' || this.state.media === 'none';
    if (stream !== this.call.remote) {
      // A new connection: what is worse on it is told again.
      this.call.incoming = 'video';
      this.call.theirLevel = 'good';
    }
    this.call.remote = stream;
    this.hearing.play(stream);
    this.dispatch({ type: 'media', media: 'connected' });
    if (again) this.#display.announce(this.t('callBack'));
    else if (first) this.#display.announce(this.t('callStarted'));
  }

  #onNoPath() {
    const known = this.state.noPath;
    this.dispatch({ type: 'no-path' });
    if (!known && this.state.noPath) this.#display.announce(this.t('callNoPath'));
  }

  /** @param {import('./peer.js').ControlLine} line */
  #onControl(line) {
    if (line.type === 'ended') {
      // The gateway may not have said it, or not yet: what it would come back to is no more.
      this.signalling.close();
      this.dispatch({ type: 'status', state: 'ended', outcome: line.outcome });
      return;
    }
    if (line.type === 'media') {
      if (this.call.clinicMicrophone && !line.microphone) this.#display.announce(this.t('callClinicMuted'));
      if (this.call.clinicCamera && !line.camera) this.#display.announce(this.t('callClinicDark'));
      this.call.clinicMicrophone = line.microphone;
      this.call.clinicCamera = line.camera;
    } else if (line.type === 'media-level') {
      const words = { video: 'callLevelBack', stills: 'callStills', voice: 'callVoice', text: 'callText' };
      if (line.level !== this.call.incoming) this.#display.announce(this.t(/** @type {any} */ (words[line.level])));
      this.call.incoming = line.level;
      if (line.level === 'text') this.openChat(true);
    } else {
      this.call.theirLevel = line.level;
    }
    this.render();
  }

  /** @param {import('./media_level.js').MediaLevel} level the line to the clinic carries no more */
  #onLevel(level) {
    if (level !== this.call.outgoing && level !== 'video') {
      const words = /** @type {const} */ ({ stills: 'callMeStills', voice: 'callMeVoice', text: 'callMeText' });
      this.#display.announce(this.t(words[level]));
    }
    this.call.outgoing = level;
    this.#control.tellSent(level);
    if (level === 'text') this.openChat(true);
    this.render();
  }

  /** @param {import('./quality.js').Sample} sample of the last two seconds */
  #onSample(sample) {
    this.call.receive(levelOf(sample));
    this.devices.listen(sample.spoken);
    this.#control.tellLevel(this.call.ourLevel);
    // A page that nobody sees shows no pictures, which says nothing of the machine.
    if (sample.height > 0 && !document.hidden) this.#useful.add(sample);
    this.#control.tellView(this.#useful.size);
    this.render();
  }

  /**
   * The place for the clinic's picture on the screen.
   * @param {number} width
   * @param {number} height
   * @param {boolean} covers
   */
  showsPicture(width, height, covers) {
    this.#useful.show(width, height, devicePixelRatio, covers);
    this.#control.tellView(this.#useful.size);
  }

  #onMediaChange() {
    if (!this.signalling) return;  // still being constructed
    const { camera, muted } = this.media.view;
    if (this.kept.muted !== muted && camera !== 'idle') this.keep({ muted });
    this.#control.tellMedia();
    this.#prepareAtTheDoor();
    this.render();
  }

  /** @returns {Chat} */
  #newChat() {
    return new Chat({
      items: [...(this.kept.chat ?? [])],
      send: (line) => this.peers.send('chat', line),
      readsRefusals: () => this.peers.hasFeature('chat-refused'),
      onChange: (added) => {
        this.keep({ chat: [...this.chat.items] });
        if (added && !added.mine && !this.call.chatOpen) {
          this.call.onUnread(added.text);
          this.#display.announce(this.t('chatNew', { text: added.text }));
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
    if (this.#clinic && this.state.clinic === '') this.state = next(this.state, { type: 'clinic', ...this.#clinic });
    const { state } = this;
    this.#bePatient();
    if (state.screen === 'goodbye' && before.screen !== 'goodbye') this.#endVisit();
    if (event.type === 'start-over' || event.type === 'elsewhere' || (event.type === 'error' && event.code === 'resume-unknown')) this.#endVisit();
    if (this.kept.token && (state.screen !== before.screen || state.knocked !== before.knocked) && state.screen !== 'goodbye') {
      this.keep({ screen: state.screen, knocked: state.knocked });
    }
    if (state.screen === 'call' && before.screen === 'waiting') {
      playChime();
      this.#display.showAdmission();
    }
    if (state.media === 'interrupted' && before.media === 'connected') this.call.needsTap = false;
    this.#keepAwake();
    this.render();
  }

  #bePatient() {
    if (!isStuck(this.state)) {
      if (this.#patience !== null) clearTimeout(this.#patience);
      this.#patience = null;
    } else if (this.#patience === null) {
      this.#patience = setTimeout(() => this.dispatch({ type: 'long' }), LONG_MS);
    }
  }

  /** Nothing of the visit goes on: camera and microphone go dark at once. */
  #endVisit() {
    this.peers.close();
    this.media.stop();
    this.hearing.play(null);
    this.devices.forget();
    this.call = new CallView();
    this.#control.forget();
    const { screen, ending } = this.state;
    if (ending === 'ended' || screen === 'code' || screen === 'elsewhere') {
      const { code } = this.kept;
      this.#store.forget();
      if (ending !== 'ended') this.keep({ code });
      this.chat.clear();
    }
  }

  render() {
    if (this.#display.render()) this.#guardBack();
  }

  /** The browser's "back" is our "back"; in a call it asks first. */
  #guardBack() {
    if (!['elsewhere', 'code', 'goodbye'].includes(this.state.screen)) this.#surroundings.guardBack();
  }

  #keepAwake() {
    this.#surroundings.keepAwake(this.state.screen === 'waiting' || this.state.screen === 'call');
  }
}

new App();
