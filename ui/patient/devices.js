// What the person does about camera and microphone, and what of it fails. The tracks themselves are media.js's.
import { deviceTrouble } from './device_trouble.js';
import { SilentMicrophone } from './silent_microphone.js';
import { Ear, unlockSound } from './sound.js';

export class Devices {
  #media;
  #keep;
  #onChange;
  #ear = new Ear();
  #microphone = new SilentMicrophone();
  /** The trouble that the person knows of and has put away. */
  #putAway = '';

  /**
   * @param {object} options
   * @param {import('./media.js').LocalMedia} options.media
   * @param {(changes: Partial<import('./store.js').Kept>) => void} options.keep
   * @param {() => void} options.onChange
   */
  constructor({ media, keep, onChange }) {
    this.#media = media;
    this.#keep = keep;
    this.#onChange = onChange;
  }

  get trouble() {
    return deviceTrouble(this.#media.view, this.#microphone.isSilent);
  }

  /** What of it is news. */
  get news() {
    const { trouble } = this;
    return trouble.key === this.#putAway ? null : trouble;
  }

  putAway() {
    this.#putAway = this.trouble.key;
    this.#onChange();
  }

  turnOn() {
    unlockSound();
    this.#media.startAll();
  }

  tryAgain() {
    unlockSound();
    const { kinds } = this.trouble;
    this.#expect();
    if (kinds.length > 0) this.#media.retry(kinds);
    else this.#media.startAll();
  }

  /**
   * @param {import('./media.js').Kind} kind
   * @param {string} deviceId
   */
  async choose(kind, deviceId) {
    this.#expect();
    await this.#media.choose(kind, deviceId);
    this.#keepChoice();
  }

  async flip() {
    this.#expect();
    await this.#media.flip();
    this.#keepChoice();
  }

  toggleCamera() {
    const { camera } = this.#media.view;
    if (camera === 'starting') return;
    this.#expect();
    this.#keep({ cameraOff: camera === 'on' });
    this.#media.setCameraOff(camera === 'on');
  }

  /** Where there is no microphone the button looks for one: whoever presses it wants to be heard. */
  toggleMicrophone() {
    const { microphone, muted } = this.#media.view;
    if (microphone === 'starting') return;
    this.#expect();
    this.#media.setMuted(microphone === 'on' && !muted);
    if (microphone !== 'on') this.#media.retry(['audio']);
  }

  /** @param {number} energy that the browser says the microphone heard in the last seconds; NaN: it does not say */
  listen(energy) {
    const { microphone, muted, interrupted } = this.#media.view;
    const spoken = Number.isNaN(energy) ? this.#ear.energyOf(this.#media.tracks.audio) : energy;
    this.#microphone.add(microphone === 'on' && !muted && !interrupted.audio ? spoken : NaN);
  }

  /** The visit is over. */
  forget() {
    this.#ear.energyOf(null);
    this.#expect();
  }

  /** The person does something about a device: what comes of it is said, though it may be what was said before. */
  #expect() {
    this.#putAway = '';
    this.#microphone = new SilentMicrophone();
  }

  #keepChoice() {
    const { cameraId, microphoneId } = this.#media.view;
    if (cameraId !== '') this.#keep({ cameraId });
    if (microphoneId !== '') this.#keep({ microphoneId });
  }
}
