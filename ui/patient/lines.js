// The lines of the two data channels (docs/protocol.md, "Between the two peers"): reading with limits, writing. Pure.

import { featuresOf, unknownOf } from './features.js';

export const MAX_CHANNEL_BYTES = 16 * 1024;
export const MAX_CHAT_CODE_POINTS = 2000;

/** @typedef {{type: 'text', id: string, text: string}} ChatText */
/** @typedef {{type: 'received', id: string}} ChatReceived */
/** @typedef {{type: 'media', microphone: boolean, camera: boolean}} MediaState */
/** @typedef {{type: 'quality', level: import('./quality.js').Level}} QualityLine */

/** @typedef {{type: 'hello', features: string[]}} Hello the first line on the control channel, both ways */
/** @typedef {import('./features.js').Unknown} Unknown */

/** @param {string} text */
export const codePoints = (text) => [...text].length;

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

/**
 * @param {unknown} data
 * @returns {ChatText | ChatReceived | Unknown | null}
 */
export function decodeChat(data) {
  const line = objectOf(data);
  if (!line) return null;
  if (line.type !== 'text' && line.type !== 'received') return unknownOf(line.type);
  if (typeof line.id !== 'string' || !/^[0-9a-f]{32}$/.test(line.id)) return null;
  if (line.type === 'received') return { type: 'received', id: line.id };
  if (typeof line.text !== 'string') return null;
  const length = codePoints(line.text);
  return length >= 1 && length <= MAX_CHAT_CODE_POINTS ? { type: 'text', id: line.id, text: line.text } : null;
}

/**
 * @param {unknown} data
 * @returns {Hello | MediaState | QualityLine | Unknown | null}
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
  return unknownOf(line.type);
}
