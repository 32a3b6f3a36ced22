// Takes a call over bad lines, and beside it the same call with a browser in the kiosk's place over the same lines, and
// prints what each end saw of the other.
//
//   SANGDAM_BUILD=<release build folder> tests/network/own_network.sh --bare \
//     tests/integration/pipelines/with_pipewire.sh node tests/bench/lines.mjs [kiosk|browser|both] [line ...]
//
// One call passes through the lines in their order, as a patient's phone does on its way: 8 s to adapt, 15 s measured,
// 8 s of a clean line between. SANGDAM_STEPS=1 prints the kiosk's statistics of each second. Patient's camera 640x360, clinic's 1280x720. Not a test: machines differ and are shared.
import { execFile, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser } from '../browser/support/browser.mjs';
import { fakeMedia } from '../browser/support/fake_media.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { connectSides, openSide, startDisplay } from './browser_kiosk.mjs';
import { CLINIC, ImpairedLine } from '../browser/support/impaired_line.mjs';

const run = promisify(execFile);

const LINES = {
  'clean': 'both',
  '2 % loss': 'both loss=2',
  '5 % loss': 'both loss=5',
  '10 % loss': 'both loss=10',
  '5 % loss in bursts of 4': 'both loss=5 burst=4',
  '300 kbit/s': 'both rate=300',
  '100 ± 30 ms': 'both delay=100 jitter=30',
  '1 Mbit/s': 'both rate=1000',
  '5 %, 100 ms, 500 kbit/s': 'both loss=5 delay=100 rate=500',
  'clean again': 'both',
  '120 kbit/s': 'both rate=120',
  '70 kbit/s': 'both rate=70',
  '40 kbit/s': 'both rate=40',
};
const ADAPT = 8000;
const MEASURE = 15000;
const CLEAN = 8000;
const BACK_KBPS = 0.7;  // of the clean line's rate

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;

/** In the page: counts what the newest connection receives, and how old each picture is when it is shown. */
function watchPictures() {
  globalThis.ages = [];
  const watched = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) {
      if (watched.has(video) || video.muted) continue;
      watched.add(video);
      const seen = (now, { captureTime, expectedDisplayTime }) => {
        if (captureTime) globalThis.ages.push(expectedDisplayTime - captureTime);
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    }
  }, 500);
  globalThis.received = async () => {
    const connection = globalThis.connections?.at(-1) ?? globalThis.connection;
    const all = [...(await connection.getStats()).values()];
    const of = (kind) => all.find((one) => one.type === 'inbound-rtp' && one.kind === kind) ?? {};
    const [video, audio] = [of('video'), of('audio')];
    return {
      time: performance.now(), frames: video.framesDecoded ?? 0, bytes: (video.bytesReceived ?? 0) + (audio.bytesReceived ?? 0),
      frozen: video.totalFreezesDuration ?? 0, height: video.frameHeight ?? 0,
      concealed: audio.concealedSamples ?? 0, samples: audio.totalSamplesReceived ?? 0, ages: globalThis.ages.splice(0),
    };
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
  async start() { this.from = this.kiosk.all('statistics').length; }
  async stop() {
    const seconds = this.kiosk.all('statistics').slice(this.from);
    const mean = (name) => seconds.reduce((sum, one) => sum + one[name], 0) / Math.max(1, seconds.length);
    return {
      fps: mean('received_fps'), kbps: mean('received_kbps'), frozen: mean('received_frozen_ms') * seconds.length / 1000,
      height: seconds.at(-1)?.received_height ?? 0,
    };
  }
}

async function pass(line, names, patientEnd, clinicEnd) {
  const rows = [];
  const normal = {};
  for (const name of names) {
    await line.set(LINES[name]);
    await pause(ADAPT);
    await Promise.all([patientEnd.start(), clinicEnd.start(), line.count()]);
    await pause(MEASURE);
    const [patient, clinic, carried] = await Promise.all([patientEnd.stop(), clinicEnd.stop(), line.count()]);
    const row = { name, patient, clinic, carried };
    rows.push(row);
    if (name === names[0]) Object.assign(normal, { patient: patient.kbps, clinic: clinic.kbps });
    await line.set('both');
    for (let second = 1; second <= CLEAN / 1000; ++second) {
      await Promise.all([patientEnd.start(), clinicEnd.start()]);
      await pause(1000);
      const [there, here] = await Promise.all([patientEnd.stop(), clinicEnd.stop()]);
      if (there.kbps > BACK_KBPS * normal.patient) patient.back ??= second;
      if (here.kbps > BACK_KBPS * normal.clinic) clinic.back ??= second;
    }
  }
  return rows;
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
  const pactl = (...args) => run('pactl', args);
  await pactl('load-module', 'module-null-sink', 'sink_name=mouth', 'channel_map=mono');
  await pactl('load-module', 'module-remap-source', 'master=mouth.monitor', 'source_name=ear', 'channel_map=mono');
  await pactl('set-default-source', 'ear');
  const player = spawn('sh', ['-c', 'while paplay --device=mouth "$0"; do :; done', audio], { stdio: 'ignore', detached: true });
  return { args: ['--microphone', 'auto'], stop: () => process.kill(-player.pid) };
}

async function kioskCall(line, names) {
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
    const rows = await pass(line, names, new PageEnd(patient.page), new KioskEnd(kiosk));
    if (process.env.SANGDAM_STEPS) {
      for (const second of kiosk.all('statistics')) {
        console.log(second.time.slice(11, 19), ['target_kbps', 'sent_kbps', 'lost_out_percent', 'round_trip_ms', 'received_kbps', 'received_fps', 'lost_in_percent']
          .map((name) => `${name} ${Math.round(second[name])}`).join('  '));
      }
    }
    return rows;
  } finally {
    await browser.close();
    await kiosk.stop();
    speech.stop();
  }
}

async function browserCall(line, names) {
  const { display, stop } = await startDisplay();
  const clinic = await launchBrowser({ kioskOn: display });
  const browser = await launchBrowser({ camera: { width: 640, height: 360 }, executable: line.chromium });
  try {
    const [here, there] = [await openSide(clinic, null), await openSide(browser, { width: 360, height: 740 })];
    for (const page of [here, there]) await page.evaluate(watchPictures);
    await connectSides(here, there);
    return await pass(line, names, new PageEnd(there), new PageEnd(here));
  } finally {
    await clinic.close();
    await browser.close();
    stop();
  }
}

function print(title, rows) {
  const side = ({ fps, frozen, kbps, height, age, ageP95, concealed, back }) => [
    fps.toFixed(1), frozen.toFixed(1), Math.round(kbps), `${height}p`,
    age === undefined ? '–' : `${Math.round(age)} / ${Math.round(ageP95)}`, concealed === undefined ? '–' : concealed.toFixed(1), back ?? '> 8',
  ].join(' · ');
  console.log(`\n${title}: pictures a second · seconds frozen of ${MEASURE / 1000} · kbit/s · size · age p50 / p95 in ms · % of sound concealed · seconds until ${100 * BACK_KBPS} % of the clean line's rate is back\n`);
  console.log('| line | at the patient | at the clinic | queue p95 to the patient / to the clinic, ms |\n|---|---|---|---|');
  for (const { name, patient, clinic, carried } of rows) {
    console.log(`| ${name} | ${side(patient)} | ${side(clinic)} | ${Math.round(carried['to-other'].queue_p95_ms)} / ${Math.round(carried['to-own'].queue_p95_ms)} |`);
  }
}

const [who = 'both', ...wanted] = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(LINES);
const unknown = names.filter((name) => !(name in LINES));
if (unknown.length > 0) throw new Error(`no such line: ${unknown.join(', ')}; there are: ${Object.keys(LINES).join(', ')}`);
const line = await ImpairedLine.open(process.env.SANGDAM_LINE ?? path.join(process.env.SANGDAM_BUILD, 'tests/network/sangdam-line'));
try {
  if (who !== 'browser') print('Kiosk', await kioskCall(line, names));
  await line.set('both');
  if (who !== 'kiosk') print('A browser in its place', await browserCall(line, names));
  console.log(`\n${os.cpus().length} cores (${os.cpus()[0].model.trim()}), load ${os.loadavg()[0].toFixed(1)} at the end`);
} finally {
  await line.close();
}
