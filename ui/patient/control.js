// What we tell the clinic over the control channel: which of camera and microphone it gets from us just now, how well we
// receive it, and how large a picture of it is of use. Each only when it changes, and all of it on a new channel.

export class Control {
  #media = '';
  /** @type {import('./quality.js').Level} */
  #level = 'good';
  /** @type {import('./useful_picture.js').Size | null} */
  #view = null;
  #told = '';  // of #view
  /** @type {import('./media_level.js').MediaLevel} */
  #sent = 'video';
  #toldSent = 'video';
  #options;

  /**
   * @param {object} options
   * @param {() => import('./media.js').MediaView} options.media
   * @param {(line: import('./peer.js').ControlLine | import('./lines.js').ViewLine | import('./lines.js').LevelLine) => boolean} options.send false if there is no channel just now
   * @param {(feature: string) => boolean} options.agreed whether the clinic said that it can do this
   */
  constructor(options) {
    this.#options = options;
  }

  onOpen() {
    this.#media = '';
    this.tellMedia();
    this.#options.send({ type: 'quality', level: this.#level });
    this.#told = '';
    this.#toldSent = 'video';
    this.onAgreed();
  }

  /** The clinic said what it can do. */
  onAgreed() {
    if (this.#view) this.tellView(this.#view);
    this.tellSent(this.#sent);
  }

  tellMedia() {
    const view = this.#options.media();
    const microphone = view.microphone === 'on' && !view.muted && !view.interrupted.audio;
    const camera = view.camera === 'on' && !view.interrupted.video;
    const media = `${camera} ${microphone}`;
    if (media !== this.#media && this.#options.send({ type: 'media', microphone, camera })) this.#media = media;
  }

  /** @param {import('./quality.js').Level} level */
  tellLevel(level) {
    if (level === this.#level) return;
    this.#level = level;
    this.#options.send({ type: 'quality', level });
  }

  /** @param {import('./useful_picture.js').Size} size */
  tellView(size) {
    this.#view = size;
    const view = `${size.width} ${size.height}`;
    if (view === this.#told || !this.#options.agreed('view')) return;
    if (this.#options.send({ type: 'view', ...size })) this.#told = view;
  }

  /** @param {import('./media_level.js').MediaLevel} level what we send of picture and sound */
  tellSent(level) {
    this.#sent = level;
    if (level === this.#toldSent || !this.#options.agreed('media-level')) return;
    if (this.#options.send({ type: 'media-level', level })) this.#toldSent = level;
  }

  /** The call is over; the next one begins with nothing told. */
  forget() {
    this.#media = '';
    this.#level = 'good';
    this.#view = null;
    this.#told = '';
    this.#sent = this.#toldSent = 'video';
  }
}
