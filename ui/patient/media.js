// The patient's own camera and microphone. No DOM beyond navigator.mediaDevices.
//
// "Camera off" stops the camera, so that its light goes out: somebody who undresses must be able to trust that.
// "Muted" only disables the track, because a word must not be lost to a microphone that takes a second to start.

/** @typedef {'audio' | 'video'} Kind */
/** @typedef {'denied' | 'busy' | 'none' | 'insecure' | 'unsupported' | 'failed'} Problem */
/** @typedef {'idle' | 'starting' | 'on' | 'off' | Problem} Part idle: never asked for; off: the patient's wish */
/**
 * @typedef {object} MediaView
 * @property {Part} camera
 * @property {Part} microphone
 * @property {boolean} muted
 * @property {'user' | 'environment'} facing
 * @property {MediaDeviceInfo[]} cameras
 * @property {MediaDeviceInfo[]} microphones
 * @property {string} cameraId
 * @property {string} microphoneId
 */

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * @param {unknown} error of getUserMedia
 * @returns {Problem}
 */
export function problemOf(error) {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
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

/** True if the browser will not ask the person again. */
export async function isGranted() {
  try {
    const names = ['camera', 'microphone'];
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
    const why = obstacle();
    if (why) {
      this.#parts = { audio: why, video: why };
      this.#onChange();
      return;
    }
    /** @type {Kind[]} */
    const kinds = [];
    if (!this.#tracks.audio) kinds.push('audio');
    if (!this.#tracks.video && this.#parts.video !== 'off') kinds.push('video');
    if (kinds.length === 0) return;
    const failed = await this.#get(kinds);
    if (kinds.length === 2) {
      // One of the two is missing, taken or forbidden: find out which, and keep the other.
      const requests = { ...this.#request };
      for (const kind of failed) if (this.#request[kind] === requests[kind]) await this.#get([kind]);
    }
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
      await this.#get(['video']);
      await this.#listDevices();
    }
  }

  /** Between the phone's front and back camera, or on to the next camera of a PC. */
  async flip() {
    const { cameras, cameraId } = this.view;
    const known = this.#tracks.video?.getSettings().facingMode;
    const before = { facing: this.#facing, wanted: this.#wanted.video };
    this.#facing = this.#facing === 'user' ? 'environment' : 'user';
    if (known) {
      this.#wanted.video = '';
    } else {
      const at = cameras.findIndex(({ deviceId }) => deviceId === cameraId);
      this.#wanted.video = cameras[(at + 1) % cameras.length]?.deviceId ?? '';
      this.#facing = 'user';
    }
    // Most phones cannot open both at once, so the old one goes first; if the new one fails, the old one comes back.
    const failed = await this.#get(['video']);
    if (failed.length === 0) return;
    this.#facing = before.facing;
    this.#wanted.video = before.wanted;
    await this.#get(['video']);
  }

  /**
   * @param {Kind} kind
   * @param {string} deviceId
   */
  async choose(kind, deviceId) {
    const before = this.#wanted[kind];
    this.#wanted[kind] = deviceId;
    // A microphone goes on until the new one is there: nothing that is said meanwhile is lost.
    const keeps = kind === 'audio' && this.#tracks.audio !== null;
    const failed = await this.#get([kind], keeps);
    if (keeps && failed.length > 0) this.#wanted[kind] = before;
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
    if (!track) return;
    track.onended = null;
    track.stop();
    this.#onTrack(kind, null);
  }

  /**
   * @param {Kind[]} kinds
   * @param {boolean} [keeps] what there is, until the new one comes or if it does not
   * @returns {Promise<Kind[]>} what failed, without what was dropped or asked for anew meanwhile
   */
  async #get(kinds, keeps = false) {
    for (const kind of kinds) {
      if (keeps) this.#request[kind] += 1;
      else this.#drop(kind, 'starting');
    }
    const requests = { ...this.#request };
    this.#onChange();
    /** @type {MediaStreamConstraints} */
    const constraints = {};
    if (kinds.includes('audio')) {
      // Chromium does not heed a device that is only "ideal".
      constraints.audio = { ...AUDIO, ...(this.#wanted.audio ? { deviceId: { exact: this.#wanted.audio } } : {}) };
    }
    if (kinds.includes('video')) {
      constraints.video = {
        ...VIDEO,
        ...(this.#wanted.video ? { deviceId: { exact: this.#wanted.video } } : { facingMode: this.#facing }),
      };
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) {
        const kind = /** @type {Kind} */ (track.kind);
        if (this.#request[kind] === requests[kind]) this.#take(kind, track);
        else track.stop();
      }
      this.#onChange();
      return [];
    } catch (error) {
      const problem = problemOf(error);
      const failed = kinds.filter((kind) => this.#request[kind] === requests[kind]);
      const wished = failed.filter((kind) => this.#wanted[kind] !== '');
      if (!keeps && wished.length > 0 && error instanceof Error && error.name === 'OverconstrainedError') {
        // A device of before the reload that is not there any more: another one is better than none.
        for (const kind of wished) this.#wanted[kind] = '';
        return this.#get(failed);
      }
      if (!keeps) for (const kind of failed) this.#parts[kind] = problem;
      this.#onChange();
      return failed;
    }
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #take(kind, track) {
    const old = this.#tracks[kind];
    this.#tracks[kind] = track;
    this.#parts[kind] = 'on';
    if (kind === 'audio') track.enabled = !this.#muted;
    if (kind === 'video') {
      track.contentHint = 'motion';
      const facing = track.getSettings().facingMode;
      if (facing === 'user' || facing === 'environment') this.#facing = facing;
    }
    // Unplugged, or permission taken back meanwhile.
    track.onended = () => {
      if (this.#tracks[kind] !== track) return;
      this.#drop(kind, 'none');
      this.#onChange();
    };
    const taken = Promise.resolve(this.#onTrack(kind, track));
    if (!old) return;
    old.onended = null;
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
