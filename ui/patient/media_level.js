// Whether moving pictures, stills, speech alone or nothing but text fits through the line to the clinic.
//
// The browser's own rate control shares out what the line carries; this steps in where its smallest picture is still too
// much, so that speech does not suffer for pictures. The next level up is tried again by itself, later and later if that
// fails: what is not sent tells nothing of the line. The kiosk does the same for its direction (pipelines/media_level).

/** @typedef {'video' | 'stills' | 'voice' | 'text'} MediaLevel each includes those after it; text always tries */
/** @type {readonly MediaLevel[]} */
export const LEVELS = ['video', 'stills', 'voice', 'text'];

/**
 * @typedef {object} Outgoing how the last seconds of what we send went
 * @property {number} availableKbps the browser's estimate of the line; NaN: it does not tell
 * @property {number} lostShare of the packets, as the clinic reports; 0 to 1
 * @property {number} roundTripMs
 * @property {boolean} unheard the clinic reported nothing of it, and yet it is heard itself: its reports drown, or what
 *   they are about never came
 */

/** What a level needs at least, with the headers of its packets. The estimate for speech alone is that of its own rate. */
const LEAST_KBPS = { video: 100, stills: 60, voice: 0, text: 0 };
/** Beside stills the estimate still grows with the line, so there is no need to try. */
const ENOUGH_FOR_VIDEO_KBPS = 115;
const MOST_LOST = 0.25;
const MOST_ROUND_TRIP_MS = 2000;
const FULL_SAMPLES = 2;
/** The kiosk reports about once a second. */
const UNHEARD_SAMPLES = 3;
const DRAIN_MS = 4000;
const FIRST_WAIT_MS = 5000;
/** Before the next level up is tried. The less there is to lose, the oftener. */
const LONGEST_WAIT_MS = { text: 15_000, voice: 20_000, stills: 30_000, video: 30_000 };
const HELD_MS = 30_000;

export class MediaLevelControl {
  /** @type {MediaLevel} */
  level = 'video';
  #full = 0;
  #unheard = 0;
  #changed = -Infinity;
  #tried = -Infinity;
  #wait = FIRST_WAIT_MS;

  /**
   * @param {number} now milliseconds
   * @param {Outgoing} outgoing of the last two seconds or so
   * @returns {boolean} true if the level changed
   */
  add(now, outgoing) {
    if (this.#tried > -Infinity && now - this.#tried >= HELD_MS) {
      this.#tried = -Infinity;
      this.#wait = FIRST_WAIT_MS;
    }
    if (now - this.#changed < DRAIN_MS) return false;
    this.#unheard = outgoing.unheard ? this.#unheard + 1 : 0;
    const isFull = this.level !== 'text' && (this.#unheard >= UNHEARD_SAMPLES || outgoing.availableKbps < LEAST_KBPS[this.level]
      || outgoing.lostShare > MOST_LOST || outgoing.roundTripMs > MOST_ROUND_TRIP_MS);
    this.#full = isFull ? this.#full + 1 : 0;
    if (this.#full >= FULL_SAMPLES) {
      if (this.#tried > -Infinity) this.#wait *= 2;
      this.#tried = -Infinity;
      this.#change(now, 1);
      return true;
    }
    this.#wait = Math.min(this.#wait, LONGEST_WAIT_MS[this.level]);
    // A line that carries what was raised a moment ago may carry all of it again.
    const wait = this.#tried > -Infinity ? FIRST_WAIT_MS : this.#wait;
    if (this.level === 'video' || isFull || this.#unheard > 0 || now - this.#changed < wait) return false;
    if (this.level === 'stills' && outgoing.availableKbps < ENOUGH_FOR_VIDEO_KBPS) return false;
    this.#tried = now;
    this.#change(now, -1);
    return true;
  }

  /**
   * @param {number} now
   * @param {1 | -1} step
   */
  #change(now, step) {
    this.level = LEVELS[LEVELS.indexOf(this.level) + step];
    this.#changed = now;
    this.#full = 0;
    this.#unheard = 0;
  }
}
