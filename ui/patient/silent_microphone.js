// Whether our microphone gives nothing at all: its switch is off, or a headset is out of reach. A quiet room is not
// silent; zero after zero is.

/** Two seconds each; some browsers' noise suppression leaves nothing of a breath. */
const SILENT_SAMPLES = 5;

export class SilentMicrophone {
  #silent = 0;

  get isSilent() {
    return this.#silent >= SILENT_SAMPLES;
  }

  /** @param {number} energy that it heard since the last time; NaN: not known, or it is muted */
  add(energy) {
    this.#silent = energy === 0 ? this.#silent + 1 : 0;
  }
}
