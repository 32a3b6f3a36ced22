// What we tell the clinic over the control channel: which of camera and microphone it gets from us just now, and how
// well we receive it. Each only when it changes, and all of it on a new channel.

export class Control {
  #media = '';
  /** @type {import('./quality.js').Level} */
  #level = 'good';
  #options;

  /**
   * @param {object} options
   * @param {() => import('./media.js').MediaView} options.media
   * @param {(line: import('./peer.js').ControlLine) => boolean} options.send false if there is no channel just now
   */
  constructor(options) {
    this.#options = options;
  }

  onOpen() {
    this.#media = '';
    this.tellMedia();
    this.#options.send({ type: 'quality', level: this.#level });
  }

  tellMedia() {
    const view = this.#options.media();
    const microphone = view.microphone === 'on' && !view.muted;
    const camera = view.camera === 'on';
    const media = `${camera} ${microphone}`;
    if (media !== this.#media && this.#options.send({ type: 'media', microphone, camera })) this.#media = media;
  }

  /** @param {import('./quality.js').Level} level */
  tellLevel(level) {
    if (level === this.#level) return;
    this.#level = level;
    this.#options.send({ type: 'quality', level });
  }

  /** The call is over; the next one begins with nothing told. */
  forget() {
    this.#media = '';
    this.#level = 'good';
  }
}
