// How well we receive, in one of three words. No connection of its own.

/** @typedef {'good' | 'fair' | 'poor'} Level */
/**
 * @typedef {object} Sample what changed between two readings of the connection's statistics
 * @property {number} lost packets lost
 * @property {number} received packets received
 * @property {number} roundTripMs
 * @property {number} jitterMs of the sound's packets (RFC 3550, 6.4.1)
 * @property {number} framesPerSecond of the picture; NaN if the clinic shows none
 * @property {number} frozenShare part of the time in which the picture stood, 0 to 1
 * @property {number} droppedShare part of the pictures that came and were not shown
 * @property {number} decodingShare part of the time that decoding took
 * @property {number} height of the picture, 0 if there is none
 * @property {number} spoken energy that our microphone heard (webrtc-stats, totalAudioEnergy); NaN: the browser does not tell
 * @property {import('./media_level.js').Outgoing} outgoing how what we send fares
 */

/** Makes samples of a connection's statistics, each from the reading before. */
export class Readings {
  /** @type {Map<string, any>} */
  #previous = new Map();

  /** Another connection counts from zero. */
  clear() {
    this.#previous.clear();
  }

  /**
   * @param {{forEach: (visit: (entry: any) => void) => void}} report of RTCPeerConnection.getStats()
   * @param {boolean} picture false while the clinic's camera is off: the few black pictures that it sends then are no
   *   measure of the connection
   * @returns {Sample}
   */
  add(report, picture) {
    const outgoing = { availableKbps: NaN, lostShare: 0, roundTripMs: 0, unheard: false };
    let sent = 0;
    let reports = 0;
    let fresh = 0;
    const sample = { lost: 0, received: 0, roundTripMs: 0, jitterMs: 0, framesPerSecond: NaN, frozenShare: 0, droppedShare: 0, decodingShare: 0, height: 0,
      spoken: NaN, outgoing };
    report.forEach((entry) => {
      if (entry.type === 'inbound-rtp') {
        const before = this.#previous.get(entry.id) ?? entry;
        this.#previous.set(entry.id, entry);
        const seconds = (entry.timestamp - before.timestamp) / 1000;
        sample.lost += Math.max(0, entry.packetsLost - before.packetsLost);
        sample.received += entry.packetsReceived - before.packetsReceived;
        if (entry.kind === 'audio') sample.jitterMs = 1000 * (entry.jitter ?? 0);
        if (!picture || entry.kind !== 'video' || seconds <= 0 || entry.bytesReceived === before.bytesReceived) return;
        sample.framesPerSecond = (entry.framesDecoded - before.framesDecoded) / seconds;
        const since = (/** @type {string} */ member) => (entry[member] ?? 0) - (before[member] ?? 0);
        sample.frozenShare = since('totalFreezesDuration') / seconds;
        sample.droppedShare = since('framesDropped') / Math.max(1, since('framesReceived'));
        sample.decodingShare = since('totalDecodeTime') / seconds;
        sample.height = entry.frameHeight ?? 0;
      } else if (entry.type === 'candidate-pair' && entry.nominated && entry.currentRoundTripTime !== undefined) {
        sample.roundTripMs = 1000 * entry.currentRoundTripTime;
        outgoing.roundTripMs = Math.max(outgoing.roundTripMs, sample.roundTripMs);
        if (entry.availableOutgoingBitrate > 0) outgoing.availableKbps = entry.availableOutgoingBitrate / 1000;
      } else if (entry.type === 'remote-inbound-rtp') {
        const before = this.#previous.get(entry.id);
        this.#previous.set(entry.id, entry);
        reports += 1;
        // A stream that is not sent just now gets no new report: its last one says nothing.
        if (!before || before.timestamp === entry.timestamp) return;
        fresh += 1;
        outgoing.lostShare = Math.max(outgoing.lostShare, entry.fractionLost ?? 0);
        outgoing.roundTripMs = Math.max(outgoing.roundTripMs, 1000 * (entry.roundTripTime ?? 0));
      } else if (entry.type === 'media-source' && entry.kind === 'audio' && entry.totalAudioEnergy !== undefined) {
        sample.spoken = entry.totalAudioEnergy - (this.#previous.get(entry.id)?.totalAudioEnergy ?? 0);
        this.#previous.set(entry.id, entry);
      } else if (entry.type === 'outbound-rtp') {
        sent += (entry.packetsSent ?? 0) - (this.#previous.get(entry.id)?.packetsSent ?? 0);
        this.#previous.set(entry.id, entry);
      }
    });
    outgoing.unheard = reports > 0 && fresh === 0 && sent > 0 && sample.received > 0;
    return sample;
  }
}

/** What a line without trouble stays below: then a picture that is slow or stands is not the line's. */
const LOST_SHARE = 0.01;
const ROUND_TRIP_MS = 250;
const JITTER_MS = 60;

/**
 * How good the line is. A camera in a dim room gives eight pictures a second, and a slow machine shows fewer than come:
 * pictures count only beside another sign of trouble on the line.
 * @param {Sample} sample
 * @returns {Level}
 */
export function levelOf(sample) {
  const all = sample.lost + sample.received;
  const lostShare = all > 0 ? sample.lost / all : 0;
  const isClean = all > 0 && lostShare < LOST_SHARE && sample.roundTripMs < ROUND_TRIP_MS && sample.jitterMs < JITTER_MS;
  const framesPerSecond = isClean ? NaN : sample.framesPerSecond;
  const frozenShare = isClean ? 0 : sample.frozenShare;
  // Opus conceals about a tenth of its packets; past a 400 ms round trip people begin to talk over each other
  // (ITU-T G.114 counts one way).
  if (lostShare > 0.1 || sample.roundTripMs > 800 || framesPerSecond < 5 || frozenShare > 0.4) return 'poor';
  if (lostShare > 0.03 || sample.roundTripMs > 400 || framesPerSecond < 12 || frozenShare > 0.15) return 'fair';
  return 'good';
}

const RANK = { good: 0, fair: 1, poor: 2 };

/**
 * @param {Level} one
 * @param {Level} other
 */
export const worse = (one, other) => (RANK[one] > RANK[other] ? one : other);

/** Steadies the level: worse at once when two samples agree, better only after four. A word that flickers is noise. */
export class SteadyLevel {
  /** @type {Level} */
  #shown = 'good';
  /** @type {Level} */
  #heard = 'good';
  #times = 0;

  /**
   * @param {Level} level
   * @returns {Level}
   */
  add(level) {
    this.#times = level === this.#heard ? this.#times + 1 : 1;
    this.#heard = level;
    const needed = RANK[level] > RANK[this.#shown] ? 2 : 4;
    if (this.#times >= needed) this.#shown = level;
    return this.#shown;
  }
}
