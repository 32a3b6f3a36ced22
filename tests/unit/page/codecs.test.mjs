import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codecAbilities, codecOrder, isThinNetwork, knownSoon, preferCodecs } from '../../../ui/patient/codecs.js';

const software = { supported: true, smooth: true, powerEfficient: false };
const hardware = { supported: true, smooth: true, powerEfficient: true };
const absent = { supported: false, smooth: false, powerEfficient: false };
const slow = { supported: true, smooth: false, powerEfficient: false };
const both = (ability) => ({ encoding: ability, decoding: ability });
const desktop = { VP8: both(software), H264: both(software), VP9: both(software) };
const phone = { ...desktop, H264: both(hardware) };

describe('the order of the codecs', () => {
  it('is the offer\'s where nothing is known', () => {
    assert.equal(codecOrder({}, false)[0], 'VP8');
    assert.equal(codecOrder({}, true)[0], 'VP8');
  });
  it('begins with VP8 on a machine that encodes in software', () => {
    assert.equal(codecOrder(desktop, false)[0], 'VP8');
  });
  it('begins with H.264 where the hardware encodes it', () => {
    assert.deepEqual(codecOrder(phone, false), ['H264', 'VP8', 'VP9']);
  });
  it('does not count hardware that only decodes, or that cannot decode', () => {
    assert.equal(codecOrder({ ...desktop, H264: { encoding: software, decoding: hardware } }, false)[0], 'VP8');
    assert.equal(codecOrder({ ...desktop, H264: { encoding: hardware, decoding: absent } }, false)[0], 'VP8');
    assert.equal(codecOrder({ ...desktop, H264: { encoding: { ...absent, powerEfficient: true }, decoding: hardware } }, false)[0], 'VP8');
  });
  it('begins with VP9 on a thin line, on a machine that is strong enough', () => {
    assert.deepEqual(codecOrder(desktop, true), ['VP9', 'VP8', 'H264']);
    assert.deepEqual(codecOrder(phone, true), ['VP9', 'VP8', 'H264']);
    assert.equal(codecOrder({ ...desktop, VP9: { encoding: slow, decoding: software } }, true)[0], 'VP8');
    assert.equal(codecOrder({ ...phone, VP9: both(absent) }, true)[0], 'H264');
  });
  it('names every codec once', () => {
    for (const isThin of [true, false]) {
      for (const abilities of [{}, desktop, phone]) assert.deepEqual(codecOrder(abilities, isThin).sort(), ['H264', 'VP8', 'VP9']);
    }
  });
});

describe('the offer in another order', () => {
  const offer = [
    'v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2',
    'm=video 0 UDP/TLS/RTP/SAVPF 96 97 102 103 98 99 104 105', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96',
    'a=rtpmap:102 H264/90000', 'a=fmtp:102 max-fs=8160;packetization-mode=1', 'a=rtpmap:103 rtx/90000', 'a=fmtp:103 apt=102',
    'a=rtpmap:98 VP9/90000', 'a=rtpmap:99 rtx/90000', 'a=fmtp:99 apt=98',
    'a=rtpmap:104 H264/90000', 'a=fmtp:104 packetization-mode=0', 'a=rtpmap:105 rtx/90000', 'a=fmtp:105 apt=104',
    'm=application 0 UDP/DTLS/SCTP webrtc-datachannel', '',
  ].join('\r\n');
  const pictureTypes = (sdp) => /m=video \S+ \S+ (.*)/.exec(sdp)[1];

  it('moves each format with its retransmissions, and nothing else', () => {
    const moved = preferCodecs(offer, ['H264', 'VP8', 'VP9']);
    assert.equal(pictureTypes(moved), '102 103 104 105 96 97 98 99');
    assert.equal(moved.replace(/m=video.*/, ''), offer.replace(/m=video.*/, ''));
    assert.equal(pictureTypes(preferCodecs(offer, ['VP9', 'H264', 'VP8'])), '98 99 102 103 104 105 96 97');
  });
  it('leaves unknown formats behind the known', () => {
    const unknown = offer.replace('SAVPF 96', 'SAVPF 45 96').replace('a=rtpmap:96', 'a=rtpmap:45 AV1/90000\r\na=rtpmap:96');
    assert.equal(pictureTypes(preferCodecs(unknown, ['VP8', 'H264', 'VP9'])), '96 97 102 103 104 105 98 99 45');
  });
  it('leaves an older kiosk\'s offer alone', () => {
    const older = 'v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n';
    assert.equal(preferCodecs(older, ['H264', 'VP8', 'VP9']), older);
    assert.equal(preferCodecs('v=0\r\nm=audio 9 X 111\r\n', ['VP8']), 'v=0\r\nm=audio 9 X 111\r\n');
    assert.equal(preferCodecs('', ['VP8']), '');
  });
});

describe('what the browser says of the machine', () => {
  it('is nothing where it cannot say', async () => {
    assert.deepEqual(await codecAbilities(undefined), {});
    assert.deepEqual(await codecAbilities(/** @type {any} */ ({ decodingInfo: () => {} })), {});
    const refusing = { encodingInfo: async () => { throw new TypeError('webrtc'); }, decodingInfo: async () => software };
    assert.deepEqual(await codecAbilities(/** @type {any} */ (refusing)), {});
  });
  it('is what it says of each codec, both ways', async () => {
    const asked = [];
    const info = (way) => async ({ type, video }) => {
      asked.push(`${way} ${type} ${video.contentType}`);
      if (video.contentType.startsWith('video/VP9')) throw new TypeError('VP9');
      return video.contentType.startsWith('video/H264') ? hardware : software;
    };
    const abilities = await codecAbilities(/** @type {any} */ ({ encodingInfo: info('encode'), decodingInfo: info('decode') }));
    assert.deepEqual(abilities, { VP8: both(software), H264: both(hardware) });
    assert.ok(asked.every((each) => each.includes(' webrtc ')));
  });
  it('is not waited for when it takes long', async () => {
    const never = new Promise(() => {});
    assert.deepEqual(await knownSoon(codecAbilities(/** @type {any} */ ({ encodingInfo: () => never, decodingInfo: () => never }))), {});
    assert.deepEqual(await knownSoon(Promise.resolve(phone)), phone);
  });
});

describe('a thin network', () => {
  it('is one that the browser knows to carry little, or shall be spared', () => {
    assert.equal(isThinNetwork(undefined), false);
    assert.equal(isThinNetwork({ downlink: 10 }), false);
    assert.equal(isThinNetwork({ downlink: 0.3 }), true);
    assert.equal(isThinNetwork({ saveData: true, downlink: 10 }), true);
  });
});
