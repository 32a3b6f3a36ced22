// Which codec the picture should have: both ends send in the order of the offer, so that is what we turn over before
// the browser sees it. Not setCodecPreferences(): with it Chromium takes what we prefer but goes on sending what the
// offer has first.
//
// VP8 is what every browser has; it stays first unless there is a reason (figures of the kiosk's encoders at 300 kbit/s
// and 640x360 are tests/bench/codecs.cpp's):
//   H.264 where the machine encodes it in hardware, as phones do: the call warms them less and their battery lasts
//   VP9 on a thin line, where the machine can afford it: 0.1 to 1.1 dB more than VP8 for twice the work. H.264 has 3 dB
//   less than VP8 there, so hardware is no reason on a machine that can do without

/** @typedef {'VP8' | 'H264' | 'VP9'} Codec */
/** @typedef {{supported: boolean, smooth: boolean, powerEfficient: boolean}} Ability */
/** @typedef {Partial<Record<Codec, {encoding: Ability, decoding: Ability}>>} Abilities what is missing is not known */

/** @type {Record<Codec, string>} as the Media Capabilities API wants to hear it */
const TYPES = {
  VP8: 'video/VP8',
  H264: 'video/H264;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  VP9: 'video/VP9;profile-id=0',
};
const PICTURE = { width: 1280, height: 720, framerate: 30, bitrate: 1_500_000 };
/** What a thin line carries. */
const SMALL_PICTURE = { width: 640, height: 360, framerate: 30, bitrate: 300_000 };
/** A browser that does not know by then shall not hold up the call. */
const DEADLINE_MS = 400;
const THIN_MBIT = 0.5;

/**
 * The best first.
 * @param {Abilities} abilities
 * @param {boolean} isThin the line is known to carry little
 * @returns {Codec[]}
 */
export function codecOrder(abilities, isThin) {
  const { H264, VP9 } = abilities;
  const hasHardware = H264?.encoding.powerEfficient === true && H264.encoding.supported && H264.decoding.supported;
  const isStrong = [VP9?.encoding, VP9?.decoding].every((ability) => ability?.supported && ability.smooth);
  if (isThin && isStrong) return ['VP9', 'VP8', 'H264'];
  return hasHardware ? ['H264', 'VP8', 'VP9'] : ['VP8', 'H264', 'VP9'];
}

/**
 * The description with the picture's formats in this order, each with its retransmissions. What else is in it, and
 * formats of other codecs, stay as they are.
 * @param {string} sdp
 * @param {Codec[]} order
 */
export function preferCodecs(sdp, order) {
  const lines = sdp.split('\r\n');
  const at = lines.findIndex((line) => line.startsWith('m=video '));
  if (at < 0) return sdp;
  const end = lines.findIndex((line, index) => index > at && line.startsWith('m='));
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {Map<string, string>} */
  const repairs = new Map();
  for (const line of lines.slice(at, end < 0 ? undefined : end)) {
    const map = /^a=rtpmap:(\d+) ([^/]+)\//.exec(line);
    if (map) names.set(map[1], map[2]);
    const again = /^a=fmtp:(\d+) (?:.*;)? *apt=(\d+)/.exec(line);
    if (again) repairs.set(again[1], again[2]);
  }
  /** @param {string} type */
  const rank = (type) => {
    const place = order.indexOf(/** @type {Codec} */ (names.get(repairs.get(type) ?? type)));
    return place < 0 ? order.length : place;
  };
  const [kind, port, transport, ...types] = lines[at].trim().split(' ');
  const sorted = types.map((type, index) => ({ type, index })).sort((a, b) => rank(a.type) - rank(b.type) || a.index - b.index);
  lines[at] = [kind, port, transport, ...sorted.map(({ type }) => type)].join(' ');
  return lines.join('\r\n');
}

/**
 * What the browser says that this machine can do; nothing of a codec that it does not know.
 * @param {MediaCapabilities | undefined} capabilities
 * @returns {Promise<Abilities>}
 */
export async function codecAbilities(capabilities) {
  if (!capabilities?.encodingInfo) return {};
  /** @type {Abilities} */
  const abilities = {};
  await Promise.allSettled(Object.entries(TYPES).map(async ([name, contentType]) => {
    const video = { ...(name === 'VP9' ? SMALL_PICTURE : PICTURE), contentType };
    const [encoding, decoding] = await Promise.all([
      capabilities.encodingInfo({ type: 'webrtc', video }), capabilities.decodingInfo({ type: 'webrtc', video }),
    ]);
    abilities[/** @type {Codec} */ (name)] = { encoding, decoding };
  }));
  return abilities;
}

/**
 * The abilities, or nothing where the browser takes its time.
 * @param {Promise<Abilities>} asked
 * @returns {Promise<Abilities>}
 */
export async function knownSoon(asked) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve({}), DEADLINE_MS); });
  const known = await Promise.race([asked, /** @type {Promise<Abilities>} */ (late)]);
  clearTimeout(timer);
  return known;
}

/**
 * Whether the browser knows that the line carries little, or the person wants it to (Network Information API).
 * @param {{saveData?: boolean, downlink?: number} | undefined} connection
 */
export function isThinNetwork(connection) {
  return connection?.saveData === true || (connection?.downlink ?? Infinity) < THIN_MBIT;
}
