// The media connection: answers the kiosk's offers (RFC 8829), one RTCPeerConnection per offer, make before break.
//
// An offer is prepared as soon as it comes, and while we wait at the door our addresses are gathered, so that admission
// is quick; but our answer and our candidates leave, and the kiosk's are used, only once we are admitted: until then
// nobody learns our addresses and no media can flow. The newest offer takes over when it is connected; until then the connected one goes on. Newest
// means latest received, not highest number: a kiosk that was restarted counts from one again. The kiosk cannot restart
// ICE: to recover, we ask for a new offer. Media is sent through transceivers whose track is replaced, so that a camera
// that comes, goes or flips needs no new negotiation.
import { codecAbilities, codecOrder, isThinNetwork, knownSoon, preferCodecs } from './codecs.js';
import { onStateOf, stateOf } from './connection_state.js';
import { FEATURES, UnknownTypes } from './features.js';
import { decodeChat, decodeControl } from './lines.js';
import { MediaLevelControl } from './media_level.js';
import { Readings } from './quality.js';

/** ICE's "disconnected" often mends itself; after this long we ask for a new offer. */
const GRACE_MS = 2000;
/** How long an answered offer may take to connect: a little less than the kiosk gives it (15 s), which ends it for both. */
const CONNECT_MS = 14000;
/**
 * The same after a connection: what broke it, a relay that starts anew for example, may be over in a moment, and only a new
 * try finds that out. Each try that fails leaves the next one half as much longer, for lines on which it takes its time.
 */
const RECONNECT_MS = 4000;
/** Asking again, in case the request or the offer was lost. */
const ASK_AGAIN_MS = 5000;
const RETIRED_MS = 2000;
const STATISTICS_MS = 2000;
const MAX_VIDEO_BPS = 3_000_000;
/** As the kiosk's (pipelines/sender.cpp). */
const SPEECH = { besideStills: 24_000, alone: 16_000 };
/** Below "video": one small picture a second. */
const STILL = { framesPerSecond: 1, bps: 30_000, lines: 180 };
const MAX_MALFORMED = 20;
const MAX_HELD_CANDIDATES = 200;

/** @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} Tracks */
/** @typedef {import('./lines.js').MediaState | import('./lines.js').QualityLine | import('./lines.js').LevelLine | import('./lines.js').EndedLine} ControlLine */
/** @typedef {import('./lines.js').ChatText | import('./lines.js').ChatReceived | import('./lines.js').ChatRefused} ChatLine */
/**
 * @typedef {object} PeersOptions
 * @property {() => Tracks} tracks
 * @property {(peer: number, sdp: string) => void} sendAnswer
 * @property {(peer: number, mline: number, candidate: string) => void} sendCandidate
 * @property {(peer: number) => void} requestOffer
 * @property {(stream: MediaStream) => void} onConnected also each time a newer peer takes over
 * @property {() => void} onInterrupted
 * @property {() => void} onNoPath what was answered did not connect, and nothing else is connected; another try follows
 * @property {(label: 'chat' | 'control') => void} onChannelOpen
 * @property {(line: ChatLine) => void} onChat
 * @property {(line: ControlLine) => void} onControl
 * @property {() => boolean} clinicCamera true unless the clinic said that its camera is off
 * @property {() => void} onAgreed the clinic said what it can do
 * @property {(level: import('./media_level.js').MediaLevel) => void} onLevel we send more or less from now on; a new peer begins with video
 * @property {(sample: import('./quality.js').Sample) => void} onSample how the last two seconds were
 */

/**
 * Takes the candidates out of a description, because those in it would be tried at once.
 * @param {string} sdp
 */
export function splitCandidates(sdp) {
  /** @type {{mline: number, candidate: string}[]} */
  const candidates = [];
  /** @type {string[]} */
  const kept = [];
  let mline = -1;
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith('m=')) mline += 1;
    if (line.startsWith('a=candidate:') && mline >= 0) candidates.push({ mline, candidate: line.slice(2) });
    else if (line !== 'a=end-of-candidates') kept.push(line);
  }
  return { sdp: kept.join('\r\n'), candidates };
}

/** One offer's connection. */
class Peer {
  number;
  offered;
  connection;
  remote = new MediaStream();
  connected = false;
  closed = false;
  malformed = 0;
  level = new MediaLevelControl();
  unknown = new UnknownTypes();
  /** @type {string[]} what the clinic said it can do */
  features = [];
  /** @type {Map<string, RTCDataChannel>} */
  channels = new Map();
  /** @type {RTCSessionDescriptionInit | null} */
  answer = null;
  gathers = false;
  answered = false;
  /** @type {{mline: number, candidate: string}[]} the kiosk's, until we are admitted */
  heldRemote = [];
  /** @type {{mline: number, candidate: string}[]} ours, until we are admitted */
  heldLocal = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /**
   * @param {number} number
   * @param {string} offered
   * @param {RTCConfiguration} configuration
   */
  constructor(number, offered, configuration) {
    this.number = number;
    this.offered = offered;
    this.connection = new RTCPeerConnection(configuration);
  }

  /**
   * @param {number} number
   * @param {string} offered
   */
  isFor(number, offered) {
    return this.number === number && this.offered === offered;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.connection.close();
  }

  /** Another one has taken over here. The clinic finds that a moment later, and would take our end for a broken line. */
  retire() {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connection.close(), RETIRED_MS);
  }
}

export class Peers {
  /** @type {PeersOptions} */
  #options;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** @type {Peer | null} the connected one */
  #active = null;
  /** @type {Peer | null} the newest, not connected yet */
  #next = null;
  #waiting = false;
  #admitted = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #statistics;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asking;
  #readings = new Readings();
  /** How long the next try may take. */
  #patience = CONNECT_MS;
  /** @type {Promise<import('./codecs.js').Abilities>} asked for once, before it is needed */
  #abilities;

  /** @param {PeersOptions} options */
  constructor(options) {
    this.#options = options;
    this.#abilities = codecAbilities(globalThis.navigator?.mediaCapabilities);
  }

  /** @param {RTCIceServer[]} servers */
  setIceServers(servers) {
    this.#iceServers = servers;
    const prepared = this.#next;
    // Not in Firefox before 119.
    if (prepared && !prepared.gathers && 'setConfiguration' in prepared.connection) prepared.connection.setConfiguration(this.#configuration());
    else this.#prepareAnew();  // with the fresh credentials
  }

  /** The number of the connected peer, 0 if there is none. */
  get connectedPeer() {
    return this.#active?.connected ? this.#active.number : 0;
  }

  /**
   * Whether the clinic said that it can do this.
   * @param {string} name
   */
  hasFeature(name) {
    return this.#active?.features.includes(name) ?? false;
  }

  /** The connection that media flows through, for statistics. */
  get connection() {
    return this.#active?.connection ?? null;
  }

  /**
   * We are at the door. Not earlier: until the person has let us use the camera, a browser hides its addresses behind
   * names that the kiosk has to look up, and often cannot.
   */
  setWaiting() {
    this.#waiting = true;
    if (this.#next) this.#gather(this.#next);
  }

  /** @param {boolean} admitted */
  setAdmitted(admitted) {
    this.#admitted = admitted;
    if (admitted) {
      if (this.#next) this.#sendAnswer(this.#next);
      return;
    }
    // Shown out again, or the connection could not prove itself: what has been answered is of no more use.
    if (this.#active) this.#close(this.#active);
    if (this.#next?.answered) this.#close(this.#next);
  }

  /**
   * @param {number} number
   * @param {string} offered
   */
  async offer(number, offered) {
    // Sent again after a reconnection: what is prepared or connected already stays. (If our answer got lost, the
    // same offer has to be answered anew.)
    if (this.#next?.isFor(number, offered) && !this.#next.answered) return;
    if (this.#active?.isFor(number, offered) && this.#active.connected) return;
    clearTimeout(this.#asking);
    if (this.#next) this.#close(this.#next);

    const { sdp, candidates } = splitCandidates(offered);
    const peer = new Peer(number, offered, this.#configuration());
    peer.heldRemote = candidates;
    this.#next = peer;
    this.#listen(peer);
    try {
      const order = codecOrder(await knownSoon(this.#abilities), this.#isThin());
      if (peer.closed) return;
      await peer.connection.setRemoteDescription({ type: 'offer', sdp: preferCodecs(sdp, order) });
      for (const transceiver of peer.connection.getTransceivers()) {
        transceiver.direction = 'sendrecv';
        const tracks = this.#options.tracks();  // asked each time: a camera may start while we wait here
        await transceiver.sender.replaceTrack(transceiver.receiver.track.kind === 'audio' ? tracks.audio : tracks.video);
      }
      peer.answer = await peer.connection.createAnswer();
    } catch (error) {
      if (peer.closed) return;
      console.warn('the offer could not be prepared', error);
      this.#broken(peer);
      return;
    }
    if (peer.closed) return;
    if (this.#admitted) this.#sendAnswer(peer);
    else if (this.#waiting) this.#gather(peer);
  }

  /**
   * @param {number} number
   * @param {number} mline
   * @param {string} candidate
   */
  candidate(number, mline, candidate) {
    const peer = this.#next?.number === number ? this.#next : this.#active?.number === number ? this.#active : null;
    if (!peer || candidate === '') return;
    if (peer.answered) this.#addCandidate(peer, mline, candidate);
    else if (peer.heldRemote.length < MAX_HELD_CANDIDATES) peer.heldRemote.push({ mline, candidate });
  }

  /**
   * The camera or microphone changed.
   * @param {'audio' | 'video'} kind
   * @param {MediaStreamTrack | null} track
   */
  async replaceTrack(kind, track) {
    for (const peer of [this.#active, this.#next]) {
      for (const transceiver of peer?.connection.getTransceivers() ?? []) {
        if (transceiver.receiver.track.kind === kind) await transceiver.sender.replaceTrack(track).catch(() => {});
      }
    }
  }

  /**
   * @param {'chat' | 'control'} label
   * @param {object} line
   * @returns {boolean} false if the channel is not open
   */
  send(label, line) {
    const channel = this.#active?.channels.get(label);
    if (channel?.readyState !== 'open') return false;
    try {
      channel.send(JSON.stringify(line));
      return true;
    } catch {
      return false;  // its buffer is full: as good as closed
    }
  }

  /** The network changed: do not wait for ICE to notice. */
  networkChanged() {
    // The one that is just connecting tries the old network's addresses. It is the one to name: while it is on its way
    // the kiosk does not hear complaints about the older one.
    const peer = this.#next?.answered ? this.#next : this.#active;
    if (peer && this.#admitted) this.#ask(peer);
    if (this.#next?.gathers) this.#prepareAnew();  // what was gathered is of the old network
  }

  close() {
    clearTimeout(this.#asking);
    if (this.#next) this.#close(this.#next);
    if (this.#active) this.#close(this.#active);
    this.#admitted = false;
    this.#waiting = false;
  }

  /** The line carried no moving pictures a moment ago, or the browser says that it carries little. */
  #isThin() {
    const connection = /** @type {{connection?: {saveData?: boolean, downlink?: number}} | undefined} */ (globalThis.navigator)?.connection;
    return (this.#active?.level.level ?? 'video') !== 'video' || isThinNetwork(connection);
  }

  /** Nobody has seen the answer yet: the same offer can be answered again, from a new connection. */
  #prepareAnew() {
    const prepared = this.#next;
    if (!prepared || prepared.answered) return;
    const { number, offered, heldRemote } = prepared;
    this.#close(prepared);
    this.offer(number, offered);
    for (const { mline, candidate } of heldRemote) this.candidate(number, mline, candidate);
  }

  /** @returns {RTCConfiguration} */
  #configuration() {
    return { iceServers: this.#iceServers, bundlePolicy: 'max-bundle' };
  }

  /** @param {Peer} peer */
  #listen(peer) {
    const { connection } = peer;
    connection.addEventListener('track', (event) => peer.remote.addTrack(event.track));
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (peer.closed) return;
      const ours = { mline: candidate?.sdpMLineIndex ?? 0, candidate: candidate?.candidate ?? '' };
      if (peer.answered) this.#options.sendCandidate(peer.number, ours.mline, ours.candidate);
      else peer.heldLocal.push(ours);
    });
    connection.addEventListener('datachannel', ({ channel }) => {
      const { label } = channel;
      if ((label !== 'chat' && label !== 'control') || peer.channels.has(label)) {
        channel.close();
        return;
      }
      peer.channels.set(label, channel);
      const onOpen = () => {
        if (label === 'control') channel.send(JSON.stringify({ type: 'hello', features: FEATURES }));
        if (peer === this.#active) this.#options.onChannelOpen(label);
      };
      if (channel.readyState === 'open') onOpen();
      else channel.addEventListener('open', onOpen);
      channel.addEventListener('message', ({ data }) => this.#onLine(peer, label, data));
    });
    onStateOf(connection, () => this.#onState(peer));
  }

  /**
   * Gathering begins with the local description.
   * @param {Peer} peer
   */
  #gather(peer) {
    if (peer.gathers || peer.closed || !peer.answer) return;
    peer.gathers = true;
    peer.connection.setLocalDescription(peer.answer).catch((error) => {
      if (peer.closed) return;
      console.warn('the answer could not be given', error);
      this.#broken(peer);
    });
  }

  /** @param {Peer} peer */
  #sendAnswer(peer) {
    if (peer.answered || peer.closed || !peer.answer) return;
    peer.answered = true;
    this.#gather(peer);
    this.#options.sendAnswer(peer.number, peer.answer.sdp ?? '');
    for (const { mline, candidate } of peer.heldLocal.splice(0)) this.#options.sendCandidate(peer.number, mline, candidate);
    for (const { mline, candidate } of peer.heldRemote.splice(0)) this.#addCandidate(peer, mline, candidate);
    peer.timer = setTimeout(() => {
      if (!peer.connected) this.#broken(peer);
    }, this.#patience);
  }

  /**
   * @param {Peer} peer
   * @param {number} mline
   * @param {string} candidate
   */
  #addCandidate(peer, mline, candidate) {
    peer.connection.addIceCandidate({ candidate, sdpMLineIndex: mline }).catch((error) => {
      if (!peer.closed) console.warn('a candidate could not be used', error);
    });
  }

  /** @param {Peer} peer */
  #onState(peer) {
    if (peer.closed) return;
    switch (stateOf(peer.connection)) {
      case 'connected':
        clearTimeout(peer.timer);
        peer.connected = true;
        if (peer === this.#active) {
          clearTimeout(this.#asking);
          this.#options.onConnected(peer.remote);
        } else {
          this.#takeOver(peer);
        }
        break;
      case 'disconnected':
        if (peer !== this.#active) break;
        peer.connected = false;
        this.#options.onInterrupted();
        clearTimeout(peer.timer);
        peer.timer = setTimeout(() => this.#ask(peer), GRACE_MS);
        break;
      case 'failed':
        this.#broken(peer);
        break;
      default:
        break;
    }
  }

  /** @param {Peer} peer */
  #takeOver(peer) {
    const old = this.#active;
    this.#active = peer;
    this.#patience = RECONNECT_MS;
    if (this.#next === peer) this.#next = null;
    old?.retire();
    clearTimeout(this.#asking);
    this.#limitSenders(peer);
    this.#options.onLevel(peer.level.level);
    this.#readings.clear();
    clearInterval(this.#statistics);
    this.#statistics = setInterval(() => this.#measure(peer), STATISTICS_MS);
    this.#options.onConnected(peer.remote);
    for (const label of /** @type {const} */ (['control', 'chat'])) {
      if (peer.channels.get(label)?.readyState === 'open') this.#options.onChannelOpen(label);
    }
  }

  /** @param {Peer} peer it will not recover by itself */
  #broken(peer) {
    if (peer === this.#active) {
      peer.connected = false;
      this.#options.onInterrupted();
      this.#ask(peer);
      return;
    }
    const wasNext = peer === this.#next;
    const { answered } = peer;
    this.#close(peer);
    if (!wasNext || !this.#admitted) return;
    this.#ask(peer);
    if (!answered || this.connectedPeer !== 0) return;
    if (this.#patience === CONNECT_MS) this.#options.onNoPath();
    this.#patience = Math.min(CONNECT_MS, this.#patience * 1.5);
  }

  /** @param {Peer} peer the broken one */
  #ask(peer) {
    clearTimeout(this.#asking);
    this.#options.requestOffer(peer.number);
    this.#asking = setTimeout(() => {
      if (this.#admitted && this.connectedPeer === 0 && !this.#next) this.#ask(peer);
    }, ASK_AGAIN_MS);
  }

  /** @param {Peer} peer */
  #close(peer) {
    peer.close();
    if (peer === this.#next) this.#next = null;
    if (peer === this.#active) {
      this.#active = null;
      clearInterval(this.#statistics);
    }
  }

  /** @param {Peer} peer */
  #limitSenders(peer) {
    const { level } = peer.level;
    const still = level === 'stills';
    for (const { sender, receiver } of peer.connection.getTransceivers()) {
      const parameters = sender.getParameters();
      const encoding = /** @type {(RTCRtpEncodingParameters & {maxFramerate?: number}) | undefined} */ (parameters.encodings?.[0]);
      if (!encoding) continue;
      if (receiver.track.kind === 'audio') {
        // Left alone where there is room: with a bound Chromium takes all of it, however thin the line.
        if (level === 'video') delete encoding.maxBitrate;
        else encoding.maxBitrate = level === 'stills' ? SPEECH.besideStills : SPEECH.alone;
        // Of a packet with 20 ms of speech half are headers: longer ones where the browser can.
        Object.assign(encoding, { adaptivePtime: level !== 'video' });
      }
      encoding.active = level !== 'text' && (level !== 'voice' || receiver.track.kind === 'audio');
      if (receiver.track.kind === 'video') {
        const lines = sender.track?.getSettings().height ?? STILL.lines;
        encoding.maxBitrate = still ? STILL.bps : MAX_VIDEO_BPS;
        encoding.scaleResolutionDownBy = still ? Math.max(1, lines / STILL.lines) : 1;
        if (still) encoding.maxFramerate = STILL.framesPerSecond;
        else delete encoding.maxFramerate;
        // A thin line costs sharpness first: lips and signs need 20 pictures a second (EN 301 549, 6.5). A still is to
        // be looked at.
        Object.assign(parameters, { degradationPreference: still ? 'maintain-resolution' : 'maintain-framerate' });
      }
      sender.setParameters(parameters).catch(() => {});  // not every browser knows every member
    }
  }

  /**
   * @param {Peer} peer
   * @param {'chat' | 'control'} label
   * @param {unknown} data
   */
  #onLine(peer, label, data) {
    if (peer.closed) return;
    const line = label === 'chat' ? decodeChat(data) : decodeControl(data);
    if (line?.type === 'hello') {
      peer.features = line.features;
      peer.unknown.agree(line.features);
      if (peer === this.#active) this.#options.onAgreed();
    } else if (!line || line.type === 'unknown') {
      if (line && peer.unknown.ignore(line, performance.now())) return;
      peer.malformed += 1;
      if (peer.malformed > MAX_MALFORMED) this.#broken(peer);
    } else if (line.type === 'text' || line.type === 'received' || line.type === 'refused') {
      this.#options.onChat(line);
    } else {
      this.#options.onControl(line);
    }
  }

  /** @param {Peer} peer */
  async #measure(peer) {
    const report = await peer.connection.getStats().catch(() => null);
    if (!report || peer !== this.#active || !peer.connected) return;
    const sample = this.#readings.add(report, this.#options.clinicCamera());
    if (peer.level.add(performance.now(), sample.outgoing)) {
      this.#limitSenders(peer);
      this.#options.onLevel(peer.level.level);
    }
    this.#options.onSample(sample);
  }
}
