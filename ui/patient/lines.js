// The lines of the two data channels (docs/protocol.md, "Between the two peers"): reading with limits, writing. Pure.

import { featuresOf, unknownOf } from './features.js';
import { LEVELS } from './media_level.js';
import { codePoints, multiLine } from './text.js';

export const MAX_CHANNEL_BYTES = 16 * 1024;
export const MAX_CHAT_CODE_POINTS = 2000;

/** @typedef {{type: 'text', id: string, text: string}} ChatText the text is clean, but may be one to refuse */
/** @typedef {{type: 'received', id: string}} ChatReceived */
/** @typedef {{type: 'refused', id: string, reason: string}} ChatRefused that text is not shown there, and is not sent again */
/** @typedef {{type: 'media', microphone: boolean, camera: boolean}} MediaState */
/** @typedef {{type: 'quality', level: import('./quality.js').Level}} QualityLine */

/** @typedef {{type: 'view', width: number, height: number}} ViewLine the largest picture that is of use to us; only ever sent */
/** @typedef {{type: 'media-level', level: import('./media_level.js').MediaLevel}} LevelLine what the sender sends of picture and sound */
/** @typedef {{type: 'ended', outcome: string}} EndedLine the clinic's last: the visit is over for this browser */
/** @typedef {{type: 'hello', features: string[]}} Hello the first line on the control channel, both ways */
/** @typedef {import('./features.js').Unknown} Unknown */

/**
 * @param {unknown} data
 * @returns {any}
 */
function objectOf(data) {
  if (typeof data !== 'string' || new TextEncoder().encode(data).length > MAX_CHANNEL_BYTES) return null;
  try {
    const value = JSON.parse(data);
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** @param {unknown} value */
const isReason = (value) => typeof value === 'string' && /^[!#-[\]-~]{1,32}$/.test(value);

/**
 * Why a text is not sent, or not shown: the kiosk says the same.
 * @param {string} text clean
 * @returns {'' | 'empty' | 'too-long'}
 */
export function refusalOf(text) {
  if (text === '') return 'empty';
  return codePoints(text) > MAX_CHAT_CODE_POINTS ? 'too-long' : '';
}

/**
 * @param {unknown} data
 * @returns {ChatText | ChatReceived | ChatRefused | Unknown | null}
 */
export function decodeChat(data) {
  const line = objectOf(data);
  if (!line) return null;
  if (!['text', 'received', 'refused'].includes(line.type)) return unknownOf(line.type);
  if (typeof line.id !== 'string' || !/^[0-9a-f]{32}$/.test(line.id)) return null;
  if (line.type === 'received') return { type: 'received', id: line.id };
  if (line.type === 'refused') {
    return isReason(line.reason) ? { type: 'refused', id: line.id, reason: line.reason } : null;
  }
  if (typeof line.text !== 'string') return null;
  return { type: 'text', id: line.id, text: multiLine(line.text) };
}

/**
 * @param {unknown} data
 * @returns {Hello | MediaState | QualityLine | LevelLine | EndedLine | Unknown | null}
 */
export function decodeControl(data) {
  const line = objectOf(data);
  if (!line) return null;
  if (line.type === 'hello') {
    const features = featuresOf(line.features);
    return features && { type: 'hello', features };
  }
  if (line.type === 'media' && typeof line.microphone === 'boolean' && typeof line.camera === 'boolean') {
    return { type: 'media', microphone: line.microphone, camera: line.camera };
  }
  if (line.type === 'quality' && ['good', 'fair', 'poor'].includes(line.level)) {
    return { type: 'quality', level: line.level };
  }
  if (line.type === 'media-level' && LEVELS.includes(line.level)) return { type: 'media-level', level: line.level };
  if (line.type === 'ended' && (line.outcome === undefined || isReason(line.outcome))) {
    return { type: 'ended', outcome: line.outcome ?? '' };
  }
  return unknownOf(line.type);
}
