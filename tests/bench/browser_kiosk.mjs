// The yardstick: the same kind of call with a browser in the kiosk's place. A Chromium in kiosk mode on a screen of its
// own shows the patient's picture over the whole window and its own in a corner; the patient is another, headless
// Chromium. Both send 1280x720 of the same known video, and speech.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser } from '../browser/support/browser.mjs';
import { waitFor } from '../browser/support/wait.mjs';
import { cpuSeconds, family, pssMegabytes } from './cost.mjs';

const PAGE = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; background: #000 } #remote { width: 100vw; height: 100vh; object-fit: contain }
  #own { position: fixed; right: 24px; bottom: 24px; width: 240px }</style>
  <video id="remote" autoplay playsinline></video><video id="own" autoplay playsinline muted></video>`;
const MAX_BPS = 3_000_000;

/** A Chromium of its own files: with those of the patient's it would share its memory, and only half would count. */
async function copyChromium() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-bench-'));
  await promisify(execFile)('cp', ['-r', '/usr/lib/chromium/.', folder]);
  return { executable: path.join(folder, 'chromium'), remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startDisplay() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  let number = '';
  server.stdio[3].on('data', (data) => { number += data; });
  await waitFor('Xvfb to start', () => number.includes('\n'), 15000);
  return { display: `:${number.trim()}`, stop: () => server.kill() };
}

/** A page that can be one end of a call. */
export async function openSide(browser, viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.route('https://call.test/', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.goto('https://call.test/');
  await page.evaluate(async (bps) => {
    const own = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720, frameRate: 30 }, audio: true });
    document.querySelector('#own').srcObject = own;
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    globalThis.connection = connection;
    for (const track of own.getTracks()) connection.addTrack(track, own);
    // VP8, as the kiosk speaks it; a browser's own choice may be another codec.
    const codecs = RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => /VP8|rtx|red|ulpfec/i.test(mimeType));
    connection.getTransceivers().find(({ sender }) => sender.track.kind === 'video').setCodecPreferences(codecs);
    connection.addEventListener('track', ({ streams }) => { document.querySelector('#remote').srcObject = streams[0]; });
    globalThis.limit = async () => {
      for (const sender of connection.getSenders()) {
        const parameters = sender.getParameters();
        if (sender.track.kind === 'video') parameters.encodings[0].maxBitrate = bps;
        await sender.setParameters(parameters);
      }
    };
    globalThis.gathered = () => new Promise((resolve) => {
      const look = () => connection.iceGatheringState === 'complete' && resolve(connection.localDescription.sdp);
      connection.addEventListener('icegatheringstatechange', look);
      look();
    });
  }, MAX_BPS);
  return page;
}

/** The start bitrate that the kiosk asks of a browser. */
function withStartBitrate(sdp) {
  return sdp.replace(/^a=rtpmap:(\d+) VP8\/90000\r\n/m, (line, type) => `${line}a=fmtp:${type} x-google-start-bitrate=2000\r\n`);
}

/** Connects two such pages; `here` offers. */
export async function connectSides(here, there) {
  const offer = await here.evaluate(async () => {
    await connection.setLocalDescription();
    return gathered();
  });
  const answer = await there.evaluate(async (sdp) => {
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    const answered = await gathered();
    await limit();
    return answered;
  }, withStartBitrate(offer));
  await here.evaluate(async (sdp) => {
    await connection.setRemoteDescription({ type: 'answer', sdp });
    await limit();
  }, withStartBitrate(answer));
}

/** CPU in cores and memory in MiB of the Chromium in kiosk mode during such a call. */
export async function measureBrowserKiosk({ settleSeconds, seconds }) {
  const { display, stop } = await startDisplay();
  const copy = await copyChromium();
  const kiosk = await launchBrowser({ kioskOn: display, executable: copy.executable });
  const patient = await launchBrowser();
  try {
    const [here, there] = [await openSide(kiosk, null), await openSide(patient, { width: 360, height: 740 })];
    await connectSides(here, there);
    const video = () => here.evaluate(async () => [...(await connection.getStats()).values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video'));
    await waitFor('the pictures to come', async () => (await video())?.framesDecoded > 30 * settleSeconds / 2, 60000);
    const session = await kiosk.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const pids = await family(processInfo.find(({ type }) => type === 'browser').id);
    const [cpu, from, start] = [await cpuSeconds(pids), await video(), performance.now()];
    await waitFor('the seconds of the measurement', () => performance.now() - start > 1000 * seconds, 4000 * seconds);
    const [used, to, elapsed] = [await cpuSeconds(pids) - cpu, await video(), (performance.now() - start) / 1000];
    return {
      cpu: used / elapsed,
      pss: await pssMegabytes(pids),
      kbps: (to.bytesReceived - from.bytesReceived) * 8 / 1000 / elapsed,
      fps: (to.framesDecoded - from.framesDecoded) / elapsed,
    };
  } finally {
    await kiosk.close();
    await patient.close();
    stop();
    await copy.remove();
  }
}
