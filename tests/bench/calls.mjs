// The calls that the benches of lines measure: the kiosk with a patient, and the same with a browser in the kiosk's place.
// The patient is behind the line. Patient's camera 640x360, clinic's 1280x720.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { launchBrowser } from '../browser/support/browser.mjs';
import { fakeMedia } from '../browser/support/fake_media.mjs';
import { CLINIC } from '../browser/support/impaired_line.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { connectSides, openSide, startDisplay } from './browser_kiosk.mjs';

const run = promisify(execFile);

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;

/** In the page: counts what its connections receive, and how old each picture is when it is shown. */
function watchPictures() {
  let ages = [];
  const counted = new Map();
  const watched = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) {
      if (watched.has(video) || video.muted) continue;
      watched.add(video);
      const seen = (now, { captureTime, expectedDisplayTime }) => {
        if (captureTime) ages.push(expectedDisplayTime - captureTime);
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    }
  }, 500);
  globalThis.received = async () => {
    // A connection that was replaced no longer tells: what it told last stays in the sum.
    for (const connection of globalThis.connections ?? [globalThis.connection]) {
      const all = [...(await connection.getStats()).values()];
      const of = (kind) => all.find((one) => one.type === 'inbound-rtp' && one.kind === kind) ?? {};
      const [video, audio] = [of('video'), of('audio')];
      if (video.framesDecoded === undefined) continue;
      counted.set(connection, {
        frames: video.framesDecoded, bytes: video.bytesReceived + (audio.bytesReceived ?? 0), frozen: video.totalFreezesDuration ?? 0,
        concealed: audio.concealedSamples ?? 0, samples: audio.totalSamplesReceived ?? 0, height: video.frameHeight ?? 0,
      });
    }
    const sum = (name) => [...counted.values()].reduce((total, one) => total + one[name], 0);
    const result = {
      time: performance.now(), frames: sum('frames'), bytes: sum('bytes'), frozen: sum('frozen'), concealed: sum('concealed'), samples: sum('samples'),
      height: [...counted.values()].at(-1)?.height ?? 0, ages,
    };
    ages = [];
    return result;
  };
}

function difference(from, to) {
  const seconds = (to.time - from.time) / 1000;
  return {
    fps: (to.frames - from.frames) / seconds, frozen: to.frozen - from.frozen, kbps: (to.bytes - from.bytes) * 8 / 1000 / seconds,
    height: to.height, concealed: 100 * (to.concealed - from.concealed) / Math.max(1, to.samples - from.samples),
    age: quantile(to.ages, 0.5), ageP95: quantile(to.ages, 0.95),
  };
}

/** An end that is a page. */
class PageEnd {
  constructor(page) { this.page = page; }
  async start() { this.from = await this.page.evaluate(() => globalThis.received()); }
  async stop() { return difference(this.from, await this.page.evaluate(() => globalThis.received())); }
}

/** The kiosk's end, by its statistics, one a second. */
class KioskEnd {
  constructor(kiosk) { this.kiosk = kiosk; }
  async start() { [this.from, this.time] = [this.kiosk.all('statistics').length, Date.now()]; }
  async stop() {
    const seconds = this.kiosk.all('statistics').slice(this.from);
    const elapsed = (Date.now() - this.time) / 1000;
    // Without a connection there are no statistics: what is not told of was nothing.
    const of = (name) => seconds.reduce((sum, one) => sum + one[name], 0) / Math.max(seconds.length, Math.round(elapsed), 1);
    return {
      fps: of('received_fps'), kbps: of('received_kbps'), frozen: seconds.reduce((sum, one) => sum + one.received_frozen_ms, 0) / 1000,
      height: seconds.at(-1)?.received_height ?? 0,
    };
  }
}

/**
 * The kiosk's microphone hears what a browser's fake microphone plays: what a codec can repair depends on the sound. Without
 * a sound server of the bench's own (with_pipewire.sh) it is a tone.
 */
async function startSpeech() {
  if (process.env.SANGDAM_INSIDE_SESSION !== '1') return { args: [], stop() {} };
  const { XDG_RUNTIME_DIR } = process.env;
  Object.assign(process.env, { PIPEWIRE_RUNTIME_DIR: XDG_RUNTIME_DIR, PULSE_SERVER: `unix:${XDG_RUNTIME_DIR}/pulse/native` });
  const { audio } = await fakeMedia();
  const load = async (...args) => (await run('pactl', ['load-module', ...args])).stdout.trim();
  const modules = [
    await load('module-null-sink', 'sink_name=mouth', 'channel_map=mono'),
    await load('module-remap-source', 'master=mouth.monitor', 'source_name=ear', 'channel_map=mono'),
  ];
  await run('pactl', ['set-default-source', 'ear']);
  const player = spawn('sh', ['-c', 'while paplay --device=mouth "$0"; do :; done', audio], { stdio: 'ignore', detached: true });
  return {
    args: ['--microphone', 'auto'],
    async stop() {
      process.kill(-player.pid);
      for (const module of modules.reverse()) await run('pactl', ['unload-module', module]);
    },
  };
}

/**
 * A call of the kiosk with a patient.
 * @template T
 * @param {import('../browser/support/impaired_line.mjs').ImpairedLine} line
 * @param {(patient: any, clinic: any, toggleCamera: () => Promise<unknown>) => Promise<T>} measure given what each end receives;
 *   the last turns the clinic's camera off or on
 * @returns {Promise<T>}
 */
export async function kioskCall(line, measure) {
  const speech = await startSpeech();
  const kiosk = await Kiosk.start({ args: ['--auto-admit', '--listen', `${CLINIC}:0`, ...speech.args] });
  const browser = await launchBrowser({ camera: { width: 640, height: 360 }, executable: line.chromium });
  try {
    const patient = await Patient.open(browser, new URL(kiosk.session.url).origin, { initScript: watchPictures });
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await kiosk.event('first-frame', 30000);
    const result = await measure(new PageEnd(patient.page), new KioskEnd(kiosk), () => kiosk.act('camera-off'));
    if (process.env.SANGDAM_STEPS) {
      for (const second of kiosk.all('statistics')) {
        console.log(second.time.slice(11, 19), ['target_kbps', 'sent_kbps', 'lost_out_percent', 'round_trip_ms', 'received_kbps', 'received_fps', 'lost_in_percent']
          .map((name) => `${name} ${Math.round(second[name])}`).join('  '));
      }
    }
    return result;
  } finally {
    await browser.close();
    await kiosk.stop();
    await speech.stop();
  }
}

/** The same with a browser in the kiosk's place, which paints a window, too. */
export async function browserCall(line, measure) {
  const { display, stop } = await startDisplay();
  const clinic = await launchBrowser({ kioskOn: display });
  const browser = await launchBrowser({ camera: { width: 640, height: 360 }, executable: line.chromium });
  try {
    const [here, there] = [await openSide(clinic, null), await openSide(browser, { width: 360, height: 740 })];
    for (const page of [here, there]) await page.evaluate(watchPictures);
    await connectSides(here, there);
    const toggleCamera = () => here.evaluate(() => {
      const { track } = globalThis.connection.getSenders().find((sender) => sender.track.kind === 'video');
      track.enabled = !track.enabled;
    });
    return await measure(new PageEnd(there), new PageEnd(here), toggleCamera);
  } finally {
    await clinic.close();
    await browser.close();
    stop();
  }
}
