// A call in each of the picture's codecs that a browser has: the real kiosk, Chromium and Firefox.
//
//   SANGDAM_BUILD=<build folder> node --test codecs.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

/**
 * In the page: the offer has this format first, as if the kiosk preferred it.
 * @param {string} name as in an rtpmap
 */
const putFirst = (name) => `{
  const take = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const wanted = sdp.match(/a=rtpmap:(\\d+) ${name}\\/90000/)[1];
    const moved = sdp.replace(/^(m=video \\S+ \\S+) (.*)$/m, (line, start, types) =>
      [start, wanted, ...types.trim().split(' ').filter((each) => each !== wanted)].join(' '));
    return take.call(this, { type, sdp: moved });
  };
}`;

/**
 * In the page: the browser wants to receive nothing but this codec. What it sends is another matter.
 * @param {string} name "VP8", "H264" or "VP9"
 */
const receiveOnly = (name) => `{
  const answer = RTCPeerConnection.prototype.createAnswer;
  RTCPeerConnection.prototype.createAnswer = function (...all) {
    for (const transceiver of this.getTransceivers()) {
      if (transceiver.receiver.track.kind !== 'video') continue;
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => ['video/${name}', 'video/rtx'].includes(mimeType)));
    }
    return answer.apply(this, all);
  };
}`;

/** In the page: what the newest connection's picture is sent and received as, e.g. {inbound: 'video/VP8', outbound: 'video/VP8'}. */
async function codecsInUse() {
  const report = await globalThis.connections.at(-1).getStats();
  const codecs = {};
  for (const entry of report.values()) {
    if (entry.kind !== 'video') continue;
    if (entry.type === 'inbound-rtp' && entry.framesDecoded > 5) codecs.inbound = report.get(entry.codecId)?.mimeType;
    if (entry.type === 'outbound-rtp' && entry.framesSent > 5) codecs.outbound = report.get(entry.codecId)?.mimeType;
  }
  return codecs;
}

describe('a call in each codec', { timeout: 300000 }, () => {
  let browser;
  let kiosk;
  let patient;

  before(async () => {
    browser = await launchBrowser({ camera: { width: 640, height: 360 } });
  });
  afterEach(async (test) => {
    if (!test.passed) console.log(kiosk?.log);
    await patient?.close();
    await kiosk?.stop();
    patient = kiosk = undefined;
  });
  after(() => browser?.close());

  /** A call whose page runs `initScript`; the codecs once pictures flow both ways. */
  const codecsOfCall = async (initScript) => {
    kiosk = await Kiosk.start({ args: ['--auto-admit'] });
    patient = await Patient.open(browser, kiosk.session.url, { initScript });
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await patient.inCall();
    await kiosk.event('first-frame');
    await patient.seesMovement();
    const codecs = await waitFor('pictures both ways', async () => {
      const now = await patient.page.evaluate(codecsInUse);
      return now.inbound && now.outbound ? now : null;
    });
    assert.equal(kiosk.all('disconnected').length, 0);
    return codecs;
  };

  for (const name of ['VP8', 'H264', 'VP9']) {
    it(`has pictures both ways in Chromium with ${name}`, async () => {
      const codecs = await codecsOfCall(putFirst(name));
      assert.deepEqual(codecs, { inbound: `video/${name}`, outbound: `video/${name}` });
    });
  }

  it('takes another codec than it sends', async () => {
    const codecs = await codecsOfCall(receiveOnly('H264'));
    assert.equal(codecs.inbound, 'video/H264');
    assert.notEqual(codecs.outbound, 'video/H264');
  });
});
