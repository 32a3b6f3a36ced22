// The largest picture of the clinic that is of use here: what the screen shows of it, or what this machine decodes in
// time. No DOM.

/** @typedef {{width: number, height: number}} Size in pixels */

// Beyond two of the screen's pixels in each of the page's nobody sees a difference.
const MOST_PIXEL_RATIO = 2;
const STEP = 60;  // in height: a window that is being resized tells a handful of sizes, not hundreds
const LEAST_HEIGHT = 180;
const MOST_HEIGHT = 2160;
// A hardware decoder may take its time for each picture and drop none, and a bad line may cost pictures while the
// decoder has nothing to do: only both together say that the machine is too slow.
const DROPPED_SHARE = 0.15;
const BUSY_SHARE = 0.6;
const SLOW_SAMPLES = 2;
// With what the size is rounded up by and the kiosk sends beyond it, still less than what was too much.
const SMALLER = 0.6;
const SPARE_DROPPED_SHARE = 0.02;
const SPARE_SAMPLES = 15;
const MOST_SPARE_SAMPLES = 300;

export class UsefulPicture {
  /** What the screen shows. */
  #shown = Infinity;
  /** What the machine manages. */
  #managed = Infinity;
  #slow = 0;
  #spare = 0;
  #patience = SPARE_SAMPLES;

  /**
   * @param {number} width of the place for it, in the page's pixels
   * @param {number} height
   * @param {number} pixelRatio of the screen
   * @param {boolean} covers the place is filled, and what juts out is cut off
   */
  show(width, height, pixelRatio, covers) {
    if (!(width > 0 && height > 0)) return;  // hidden just now
    const asWide = width * 9 / 16;
    this.#shown = Math.min(pixelRatio, MOST_PIXEL_RATIO) * (covers ? Math.max(height, asWide) : Math.min(height, asWide));
  }

  /**
   * How decoding went in the last seconds.
   * @param {{height: number, droppedShare: number, decodingShare: number}} sample
   */
  add({ height, droppedShare, decodingShare }) {
    const slow = droppedShare > DROPPED_SHARE && decodingShare > BUSY_SHARE;
    this.#slow = slow ? this.#slow + 1 : 0;
    this.#spare = droppedShare < SPARE_DROPPED_SHARE ? this.#spare + 1 : 0;
    if (this.#slow >= SLOW_SAMPLES && height > LEAST_HEIGHT) {
      // It was too much again: the next try waits twice as long.
      if (this.#managed < Infinity || this.#patience > SPARE_SAMPLES) this.#patience = Math.min(2 * this.#patience, MOST_SPARE_SAMPLES);
      this.#managed = SMALLER * height;
      this.#slow = 0;
    } else if (this.#managed < Infinity && this.#spare >= this.#patience) {
      this.#managed /= SMALLER;
      if (this.#managed >= 720) {
        this.#managed = Infinity;
        this.#patience = Math.min(2 * this.#patience, MOST_SPARE_SAMPLES);
      }
      this.#spare = 0;
    }
  }

  /** @returns {Size} 16:9 */
  get size() {
    const wanted = Math.min(this.#shown, this.#managed, MOST_HEIGHT);
    const height = Math.max(LEAST_HEIGHT, STEP * Math.ceil(wanted / STEP));
    return { width: Math.round(height * 16 / 9), height };
  }
}
