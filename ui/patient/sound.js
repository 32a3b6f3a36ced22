// What the page itself plays and listens to with WebAudio: the chime, the test sound, the level of the microphone.

/** @type {AudioContext | null} */
let shared = null;

/** Call from a tap once: browsers let a page play sound only after one. */
export function unlockSound() {
  try {
    shared ??= new AudioContext();
    if (shared.state !== 'running') shared.resume().catch(() => {});
  } catch {
    shared = null;  // no sound card
  }
  return shared;
}

/** @param {number[]} notes hertz, one after the other */
function play(notes) {
  const context = unlockSound();
  if (!context) return;
  notes.forEach((frequency, index) => {
    const at = context.currentTime + 0.05 + 0.22 * index;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 0.55);
  });
}

/** The clinic lets the patient in. */
export const playChime = () => play([659.3, 880]);
/** "Can you hear this?" */
export const playTestSound = () => play([523.3, 659.3, 784, 1046.5]);

/**
 * Watches how loud a microphone is until the returned function is called.
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} onLevel 0 (silent) to 1 (as loud as it gets), about ten times a second
 * @returns {() => void}
 */
export function watchLevel(track, onLevel) {
  const context = unlockSound();
  if (!context) return () => {};
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // -60 dBFS is a quiet room, -10 dBFS somebody loud close by.
    const decibels = 10 * Math.log10(mean + 1e-12);
    onLevel(Math.min(1, Math.max(0, (decibels + 60) / 50)));
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** Hears whether a microphone gives anything at all, for browsers whose statistics do not tell. */
export class Ear {
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;

  /**
   * @param {MediaStreamTrack | null} track null: nothing to hear any more
   * @returns {number} the energy of the last moment; NaN: it cannot be heard here
   */
  energyOf(track) {
    if (track !== this.#track) this.#attach(track);
    if (!this.#analyser || shared?.state !== 'running') return NaN;
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    return samples.reduce((sum, sample) => sum + sample * sample, 0);
  }

  /** @param {MediaStreamTrack | null} track */
  #attach(track) {
    this.#source?.disconnect();
    this.#track = track;
    this.#source = this.#analyser = null;
    if (!track || !shared) return;
    this.#analyser = shared.createAnalyser();
    this.#source = shared.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }
}
