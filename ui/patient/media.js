// The patient's own camera and microphone. No DOM beyond navigator.mediaDevices.
//
// "Camera off" stops the camera, so that its light goes out: somebody who undresses must be able to trust that.
// "Muted" only disables the track, because a word must not be lost to a microphone that takes a second to start.

/** @typedef {'audio' | 'video'} Kind */
/**
 * @typedef {'denied' | 'denied-by-system' | 'busy' | 'none' | 'lost' | 'insecure' | 'unsupported' | 'failed'} Problem
 *   lost: it was on, and was unplugged or taken back
 */
/** @typedef {'idle' | 'starting' | 'on' | 'off' | Problem} Part idle: never asked for; off: the patient's wish */
/**
 * @typedef {object} MediaView
 * @property {Part} camera
 * @property {Part} microphone
 * @property {Readonly<Record<Kind, boolean>>} interrupted it is on, but the device gives nothing: a phone call has it
 * @property {Readonly<Record<Kind, boolean>>} unchanged another one was wanted and did not start; the one before is back
 * @property {boolean} asking the browser's question has been unanswered for a while
 * @property {boolean} muted
 * @property {'user' | 'environment'} facing
 * @property {MediaDeviceInfo[]} cameras
 * @property {MediaDeviceInfo[]} microphones
 * @property {string} cameraId
 * @property {string} microphoneId
 */

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** Unanswered for so long, the browser's question has probably not been seen. */
const ASKING_MS = 5000;
/** @type {readonly Part[]} what another device of the kind would not mend */
const REFUSALS = ['denied', 'denied-by-system', 'insecure', 'unsupported'];

/**
 * @param {unknown} error of getUserMedia
 * @returns {Problem}
 */
export function problemOf(error) {
  const known = error instanceof Error || error instanceof DOMException ? error : null;
  switch (known?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      // Chromium's words where not the page but the browser itself may not use it.
      return /by system/i.test(known.message) ? 'denied-by-system' : 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    default:
      return 'failed';
  }
}

/**
 * Nothing if the browser can do a visit; otherwise why not.
 * @returns {Problem | null}
 */
export function obstacle() {
  if (!window.isSecureContext) return 'insecure';
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return 'unsupported';
  return null;
}

/**
 * True if the browser will not ask the person again.
 * @param {readonly Kind[]} [kinds]
 */
export async function isGranted(kinds = ['audio', 'video']) {
  try {
    const names = kinds.map((kind) => (kind === 'video' ? 'camera' : 'microphone'));
    const states = await Promise.all(names.map((name) => (
      navigator.permissions.query({ name: /** @type {PermissionName} */ (name) }))));
    return states.every(({ state }) => state === 'granted');
  } catch {
    return false;  // this browser does not tell
  }
}

export class LocalMedia {
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null };
  /** @type {Record<Kind, Part>} */
  #parts = { audio: 'idle', video: 'idle' };
  #muted = false;
  /** @type {'user' | 'environment'} */
  #facing = 'user';
  /** @type {MediaDeviceInfo[]} */
  #devices = [];
  /** @type {Record<Kind, string>} */
  #wanted = { audio: '', video: '' };
  /**
   * Rises with each request for a kind and when it is dropped. A slow answer to an old request is thrown away, and an
   * old request is not tried once more: after the visit's end no camera may light up again.
   */
  #request = { audio: 0, video: 0 };
  /** The last device of each kind that worked. */
  #good = { audio: '', video: '' };
  #interrupted = { audio: false, video: false };
  #unchanged = { audio: false, video: false };
  /** Questions that have been unanswered for a while. */
  #unanswered = 0;
  #onChange;
  #onTrack;

  /**
   * @param {object} options
   * @param {() => void} options.onChange
   * @param {(kind: Kind, track: MediaStreamTrack | null) => unknown} options.onTrack may return a promise: until then the
   *   track before goes on
   */
  constructor({ onChange, onTrack }) {
    this.#onChange = onChange;
    this.#onTrack = onTrack;
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#listDevices());
  }

  /** @returns {MediaView} */
  get view() {
    const list = (/** @type {MediaDeviceKind} */ kind) => (
      this.#devices.filter((device) => device.kind === kind && device.deviceId !== ''));
    return {
      camera: this.#parts.video,
      microphone: this.#parts.audio,
      interrupted: this.#interrupted,
      unchanged: this.#unchanged,
      asking: this.#unanswered > 0,
      muted: this.#muted,
      facing: this.#facing,
      cameras: list('videoinput'),
      microphones: list('audioinput'),
      cameraId: this.#tracks.video?.getSettings().deviceId ?? '',
      microphoneId: this.#tracks.audio?.getSettings().deviceId ?? '',
    };
  }

  get tracks() {
    return { ...this.#tracks };
  }

  /**
   * @param {object} wishes from before a reload
   * @param {boolean} [wishes.muted]
   * @param {boolean} [wishes.cameraOff]
   * @param {string} [wishes.cameraId]
   * @param {string} [wishes.microphoneId]
   */
  remember({ muted, cameraOff, cameraId, microphoneId }) {
    this.#muted = muted ?? false;
    if (cameraOff) this.#parts.video = 'off';
    this.#wanted = { audio: microphoneId ?? '', video: cameraId ?? '' };
  }

  /** Asks for what is not on yet; one question for both where the browser can. */
  async start() {
    /** @type {Kind[]} */
    const kinds = [];
    if (!this.#tracks.audio) kinds.push('audio');
    if (!this.#tracks.video && this.#parts.video !== 'off') kinds.push('video');
    await this.retry(kinds);
  }

  /**
   * Asks once more, also for what is on and gives nothing: it may be free, allowed or plugged in by now.
   * @param {readonly Kind[]} kinds
   */
  async retry(kinds) {
    const why = obstacle();
    if (why) {
      this.#parts = { audio: why, video: why };
      this.#onChange();
      return;
    }
    if (kinds.length === 0) return;
    const failed = kinds.length > 1 ? await this.#get(kinds) : kinds;
    // One of the two is missing, taken or forbidden: find out which, and keep the other.
    const requests = { ...this.#request };
    for (const kind of failed) if (this.#request[kind] === requests[kind]) await this.#getAny(kind);
    await this.#listDevices();
  }

  /** The same, and the camera too, though the patient had switched it off. */
  async startAll() {
    if (this.#parts.video === 'off') this.#parts.video = 'idle';
    await this.start();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#muted = muted;
    if (this.#tracks.audio) this.#tracks.audio.enabled = !muted;
    this.#onChange();
  }

  /** @param {boolean} off */
  async setCameraOff(off) {
    if (off) {
      this.#drop('video', 'off');
      this.#onChange();
    } else {
      await this.#getAny('video');
      await this.#listDevices();
    }
  }

  /** Between the phone's front and back camera, or on to the next camera of a PC. */
  async flip() {
    const { cameras } = this.view;
    const facing = this.#facing === 'user' ? 'environment' : 'user';
    const at = cameras.findIndex(({ deviceId }) => deviceId === this.#good.video);
    const next = cameras[(at + 1) % cameras.length]?.deviceId ?? '';
    const known = this.#tracks.video?.getSettings().facingMode;
    await this.#change('video', [
      ...(known ? [{ facingMode: { exact: facing } }] : []),
      ...(next !== '' && next !== this.#good.video ? [{ deviceId: { exact: next } }] : []),
    ]);
  }

  /**
   * @param {Kind} kind
   * @param {string} deviceId
   */
  async choose(kind, deviceId) {
    await this.#change(kind, [{ deviceId: { exact: deviceId } }]);
  }

  /**
   * Another device of the kind. A microphone goes on until the new one is there: nothing that is said meanwhile is lost.
   * Most phones cannot open two cameras at once, so the old one goes first; if no other starts, it comes back.
   * @param {Kind} kind
   * @param {MediaTrackConstraints[]} wishes the best first; the next is for a device that is not there
   */
  async #change(kind, wishes) {
    const facing = this.#facing;
    const keeps = kind === 'audio' && this.#tracks.audio !== null;
    this.#unchanged[kind] = false;
    for (const wish of wishes) {
      const failed = await this.#get([kind], wish, keeps);
      if (failed.length === 0) return;
      if (this.#parts[kind] !== 'none') break;
    }
    this.#facing = facing;
    this.#wanted[kind] = this.#good[kind];
    if (!keeps) await this.#getAny(kind);
    this.#unchanged[kind] = this.#parts[kind] === 'on';
    this.#onChange();
  }

  stop() {
    this.#drop('audio', 'idle');
    this.#drop('video', 'idle');
    this.#muted = false;
    this.#onChange();
  }

  /**
   * @param {Kind} kind
   * @param {Part} part
   */
  #drop(kind, part) {
    this.#request[kind] += 1;
    const track = this.#tracks[kind];
    this.#tracks[kind] = null;
    this.#parts[kind] = part;
    this.#interrupted[kind] = this.#unchanged[kind] = false;
    if (!track) return;
    track.onended = track.onmute = track.onunmute = null;
    track.stop();
    this.#onTrack(kind, null);
  }

  /**
   * One device of the kind; where the chosen one is gone or taken, whatever the browser would take.
   * @param {Kind} kind
   */
  async #getAny(kind) {
    const failed = await this.#get([kind]);
    if (failed.length === 0 || this.#wanted[kind] === '' || REFUSALS.includes(this.#parts[kind])) return;
    this.#wanted[kind] = '';
    await this.#get([kind]);
  }

  /**
   * @param {Kind} kind
   * @returns {MediaTrackConstraints}
   */
  #constraints(kind) {
    // Not `ideal`: Chromium takes no notice of such a device id.
    if (this.#wanted[kind] !== '') return { deviceId: { exact: this.#wanted[kind] } };
    return kind === 'video' ? { facingMode: this.#facing } : {};
  }

  /**
   * @param {readonly Kind[]} kinds
   * @param {MediaTrackConstraints} [wish] of a single kind; without it the device wanted before, or any
   * @param {boolean} [keeps] what there is, until the new one comes or if it does not
   * @returns {Promise<readonly Kind[]>} what failed, without what was dropped or asked for anew meanwhile
   */
  async #get(kinds, wish, keeps = false) {
    for (const kind of kinds) {
      if (keeps) this.#request[kind] += 1;
      else this.#drop(kind, 'starting');
    }
    const requests = { ...this.#request };
    this.#onChange();
    const asked = (/** @type {Kind} */ kind) => wish ?? this.#constraints(kind);
    /** @type {MediaStreamConstraints} */
    const constraints = {};
    if (kinds.includes('audio')) constraints.audio = { ...AUDIO, ...asked('audio') };
    if (kinds.includes('video')) constraints.video = { ...VIDEO, ...asked('video') };
    const answered = this.#pointAtQuestion(kinds);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      answered();
      for (const track of stream.getTracks()) {
        const kind = /** @type {Kind} */ (track.kind);
        if (this.#request[kind] === requests[kind]) this.#take(kind, track);
        else track.stop();
      }
      this.#onChange();
      return [];
    } catch (error) {
      answered();
      const problem = problemOf(error);
      const failed = kinds.filter((kind) => this.#request[kind] === requests[kind]);
      if (!keeps) for (const kind of failed) this.#parts[kind] = problem;
      this.#onChange();
      return failed;
    }
  }

  /**
   * A question that stays unanswered may not have been seen; a device that takes its time is not asked about.
   * @param {readonly Kind[]} kinds
   * @returns {() => void} to be called with the answer
   */
  #pointAtQuestion(kinds) {
    let isOpen = true;
    let counted = false;
    const timer = setTimeout(async () => {
      if (await isGranted(kinds) || !isOpen) return;
      counted = true;
      this.#unanswered += 1;
      this.#onChange();
    }, ASKING_MS);
    return () => {
      isOpen = false;
      clearTimeout(timer);
      if (counted) this.#unanswered -= 1;
    };
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #take(kind, track) {
    const old = this.#tracks[kind];
    this.#tracks[kind] = track;
    this.#parts[kind] = 'on';
    this.#good[kind] = this.#wanted[kind] = track.getSettings().deviceId ?? '';
    this.#interrupted[kind] = track.muted;
    track.onmute = track.onunmute = ({ type }) => {
      this.#interrupted[kind] = type === 'mute';
      this.#onChange();
    };
    if (kind === 'audio') track.enabled = !this.#muted;
    if (kind === 'video') {
      track.contentHint = 'motion';
      const facing = track.getSettings().facingMode;
      if (facing === 'user' || facing === 'environment') this.#facing = facing;
    }
    // Unplugged, or permission taken back meanwhile.
    track.onended = () => {
      if (this.#tracks[kind] !== track) return;
      this.#drop(kind, 'lost');
      this.#onChange();
    };
    const taken = Promise.resolve(this.#onTrack(kind, track));
    if (!old) return;
    old.onended = old.onmute = old.onunmute = null;
    taken.finally(() => old.stop());
  }

  async #listDevices() {
    try {
      this.#devices = await navigator.mediaDevices.enumerateDevices();
    } catch {
      this.#devices = [];
    }
    this.#onChange();
  }
}
