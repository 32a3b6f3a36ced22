// How loud and clear the clinic is heard, for whoever hears badly: beyond the device's own volume, and remembered for the
// next visit in this browser.
//
// As long as nothing else is wished the element that shows the picture plays the sound too, as it comes. Otherwise that
// element is silent, and WebAudio plays: an element's volume ends at 100 %, and iOS does not heed it at all.
//
// The echo canceller of the microphone still knows what is played: Chromium's on a PC takes all that the browser plays,
// Android's and iOS's is the system's, Firefox's takes the mix of the page. So the sound goes to the context's own
// destination; by way of another element it would only be later.

const KEY = 'sangdam-hearing';
export const AS_IT_COMES = 100;
export const LOUDEST = 200;

/** What comes out of the limiter's curve at most: room for what a loudspeaker's own resampling adds. */
const CEILING = 0.97;
/** Up to here the curve is straight. */
const KNEE = 0.7;
/** What the curve is made for; a wave shaper cuts off what is beyond 1. */
const MOST = 8;

/**
 * What the compressor does, and what is left to do behind it: it makes up for some of what it takes away, more than is
 * wished where it only has to keep loud moments in bounds. `clear` brings speech up by some 12 dB, soft speech by more.
 */
const PLAIN = { threshold: -3, knee: 0, ratio: 20, behind: 0.82 };
const CLEAR = { threshold: -30, knee: 12, ratio: 3, behind: 1.6 };

/** @typedef {{volume: number, clear: boolean}} Wish volume: percent, 0 to LOUDEST */

/**
 * Straight, then ever flatter: what the compressor is too slow for is rounded, never cut.
 */
function limit() {
  const curve = new Float32Array(8193);
  for (let i = 0; i < curve.length; i += 1) {
    const sample = MOST * (2 * i / (curve.length - 1) - 1);
    const over = Math.abs(sample) - KNEE;
    curve[i] = over <= 0 ? sample : Math.sign(sample) * (KNEE + (CEILING - KNEE) * Math.tanh(over / (CEILING - KNEE)));
  }
  return curve;
}

/**
 * The way of the sound, from `input` to `output`.
 * @param {BaseAudioContext} context
 */
export function shaping(context) {
  const rumble = new BiquadFilterNode(context, { type: 'highpass', Q: 0.7 });
  // Consonants, which hearing loses first, are at 2 to 4 kHz.
  const presence = new BiquadFilterNode(context, { type: 'peaking', frequency: 3000, Q: 0.9 });
  const loudness = new GainNode(context);
  const compressor = new DynamicsCompressorNode(context, { attack: 0.003, release: 0.2 });
  const behind = new GainNode(context);
  const limiter = new WaveShaperNode(context, { curve: limit() });
  rumble.connect(presence).connect(loudness).connect(compressor).connect(behind).connect(limiter);
  return {
    input: rumble,
    output: limiter,
    /** @param {Wish} wish */
    set({ volume, clear }) {
      const now = context.currentTime;
      /** @type {(param: AudioParam, value: number) => void} without a click */
      const turn = (param, value) => { param.setTargetAtTime(value, now, 0.02); };
      turn(rumble.frequency, clear ? 150 : 10);
      turn(presence.gain, clear ? 9 : 0);
      turn(loudness.gain, volume / 100);
      const way = clear ? CLEAR : PLAIN;
      turn(compressor.threshold, way.threshold);
      turn(compressor.knee, way.knee);
      turn(compressor.ratio, way.ratio);
      turn(behind.gain, way.behind / MOST);
    },
  };
}

export class Hearing {
  /** @type {Wish} */
  #wish = { volume: AS_IT_COMES, clear: false };
  /** @type {Pick<Storage, 'getItem' | 'setItem'> | null} */
  #storage = null;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {{stream: MediaStream, source: MediaStreamAudioSourceNode, shaping: ReturnType<typeof shaping>} | null} */
  #path = null;
  #unlock;
  #onChange;

  /**
   * @param {object} options
   * @param {() => Pick<Storage, 'getItem' | 'setItem'>} options.storage may throw: some browsers forbid it
   * @param {() => AudioContext | null} options.unlock the page's context, as sound.js has it
   * @param {() => void} options.onChange
   */
  constructor({ storage, unlock, onChange }) {
    this.#unlock = unlock;
    this.#onChange = onChange;
    try {
      this.#storage = storage();
      const { volume, clear } = JSON.parse(this.#storage.getItem(KEY) ?? '{}');
      if (Number.isInteger(volume) && volume >= 0 && volume <= LOUDEST) this.#wish.volume = volume;
      this.#wish.clear = clear === true;
    } catch {
      // Then it is as it comes.
    }
  }

  /** @returns {Readonly<Wish>} */
  get wish() {
    return this.#wish;
  }

  /** Whether the clinic's sound is played here; the element that has it has to be silent then. */
  get plays() {
    return this.#path !== null && this.#context?.state === 'running';
  }

  /** @param {MediaStream | null} stream the clinic's; null: the call is over */
  play(stream) {
    this.#stream = stream;
    this.#follow();
  }

  /** @param {Partial<Wish>} changes */
  set(changes) {
    this.#wish = { ...this.#wish, ...changes };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#wish));
    } catch {
      // Full or forbidden: for this visit only.
    }
    this.#follow();
    this.#onChange();
  }

  #follow() {
    const { volume, clear } = this.#wish;
    const stream = volume === AS_IT_COMES && !clear ? null : this.#stream;
    if (this.#path && this.#path.stream !== stream) {
      this.#path.source.disconnect();
      this.#path.shaping.output.disconnect();
      this.#path = null;
    }
    if (!stream || stream.getAudioTracks().length === 0) return;
    const context = this.#unlock();
    if (!context) return;  // no sound card: the element does what it can
    if (this.#context !== context) {
      this.#context = context;
      // Not yet allowed to play, or interrupted by a telephone call.
      context.addEventListener('statechange', () => this.#onChange());
    }
    if (!this.#path) {
      const source = context.createMediaStreamSource(stream);
      this.#path = { stream, source, shaping: shaping(context) };
      source.connect(this.#path.shaping.input);
      this.#path.shaping.output.connect(context.destination);
    }
    this.#path.shaping.set(this.#wish);
  }
}
