// What the call screen shows beyond the page's state; made anew with each call.
import { SteadyLevel, worse } from './quality.js';

/** @typedef {import('./quality.js').Level} Level */

export class CallView {
  /** @type {MediaStream | null} */
  remote = null;
  clinicMicrophone = true;
  clinicCamera = true;
  chatOpen = false;
  unread = 0;
  lastText = '';
  needsTap = false;
  asksToLeave = false;
  /** @type {Level} how the clinic receives us */
  theirLevel = 'good';
  /** @type {Level} how we receive the clinic */
  ourLevel = 'good';
  /** @type {import('./media_level.js').MediaLevel} what of picture and sound comes from the clinic */
  incoming = 'video';
  /** @type {import('./media_level.js').MediaLevel} what of ours is sent */
  outgoing = 'video';
  #steady = new SteadyLevel();

  /** The one of both directions that is shown. */
  get level() {
    return worse(this.ourLevel, this.theirLevel);
  }

  /** @param {string} text came while the chat was closed */
  onUnread(text) {
    this.unread += 1;
    this.lastText = text;
  }

  /** @param {Level} level how we received the clinic in the last two seconds */
  receive(level) {
    this.ourLevel = this.#steady.add(level);
  }
}
