// Measures one consultation on this machine and prints a table: how soon both sides see each other after the tap that
// joins, how soon the patient's picture is full size, and what the kiosk costs beside a browser in its place.
//
//   SANGDAM_BUILD=<release build folder> node tests/bench/call.mjs [rounds]
//
// Not a test: machines differ and are shared. The ratio against a browser in the kiosk's place says more than numbers.
import os from 'node:os';
import { launchBrowser } from '../browser/support/browser.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { waitFor } from '../browser/support/wait.mjs';
import { measureBrowserKiosk } from './browser_kiosk.mjs';
import { cpuSeconds, family, pssMegabytes } from './cost.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const SETTLE_SECONDS = 10;
const MEASURE_SECONDS = 20;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = (values) => `${Math.round(median(values))} (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`;

async function round(browser, costs) {
  const kiosk = await Kiosk.start({ args: ['--auto-admit'] });
  let patient;
  try {
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin);
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    // The clock starts in the page at the tap itself and stops at the first frame that is presented.
    await patient.page.evaluate((ready) => {
      const button = [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === ready);
      button.addEventListener('click', () => { globalThis.tapped = performance.timeOrigin + performance.now(); }, { capture: true, once: true });
      const watched = new WeakSet();
      const watch = () => {
        for (const video of document.querySelectorAll('video')) {
          if (watched.has(video) || video.muted) continue;
          watched.add(video);
          video.requestVideoFrameCallback((now) => { globalThis.firstFrame ??= performance.timeOrigin + now; });
        }
        if (globalThis.firstFrame === undefined) requestAnimationFrame(watch);
      };
      watch();
    }, patient.words.ready);
    await patient.button(patient.words.ready).click();
    const connected = await kiosk.event('connected', 30000);
    const first = await kiosk.event('first-frame', 30000);
    await waitFor('the first frame in the page', () => patient.page.evaluate(() => globalThis.firstFrame !== undefined), 30000);
    const { tapped, shown } = await patient.page.evaluate(() => ({ tapped: globalThis.tapped, shown: globalThis.firstFrame }));

    const full = await waitFor('1280x720 at 1.5 Mbit/s', () =>
      kiosk.all('statistics').find((second) => second.received_width === 1280 && second.received_kbps >= 1500), 20000).catch(() => null);
    const admitted = Date.parse(kiosk.all('admitted')[0].time);
    if (process.env.SANGDAM_STEPS) {
      for (const event of kiosk.events) {
        if (event.event !== 'statistics') console.log(`${Math.round(Date.parse(event.time) - tapped)} ms ${event.event}`);
      }
    }
    const result = {
      pageAdmitted: shown - admitted,
      kioskAdmitted: Date.parse(first.time) - admitted,
      page: shown - tapped,
      kiosk: Date.parse(first.time) - tapped,
      connected: Date.parse(connected.time) - tapped,
      full: full ? (Date.parse(full.time) - Date.parse(connected.time)) / 1000 : Number.NaN,
    };
    if (costs) {
      const kioskPids = await family(kiosk.pid);
      await waitFor('the call to settle', () => kiosk.all('statistics').length >= SETTLE_SECONDS, SETTLE_SECONDS * 4000);
      const before = await cpuSeconds(kioskPids);
      const seconds = kiosk.all('statistics').length + MEASURE_SECONDS;
      await waitFor('the seconds of the measurement', () => kiosk.all('statistics').length >= seconds, MEASURE_SECONDS * 4000);
      const after = await cpuSeconds(kioskPids);
      const span = kiosk.all('statistics').slice(-MEASURE_SECONDS);
      const elapsed = (Date.parse(span.at(-1).time) - Date.parse(span[0].time)) / 1000 * (MEASURE_SECONDS / (MEASURE_SECONDS - 1));
      costs.cpu = (after - before) / elapsed;
      costs.pss = await pssMegabytes(kioskPids);
      costs.kbps = median(span.map((second) => second.received_kbps));
      costs.fps = median(span.map((second) => second.received_fps));
      costs.sent = median(span.map((second) => second.sent_kbps));
    }
    return result;
  } finally {
    await patient?.close();
    await kiosk.stop();
  }
}

const browser = await launchBrowser();
const results = [];
const costs = {};
try {
  for (let at = 0; at < ROUNDS; ++at) results.push(await round(browser, at === ROUNDS - 1 ? costs : null));
} finally {
  await browser.close();
}
const yardstick = await measureBrowserKiosk({ settleSeconds: SETTLE_SECONDS, seconds: MEASURE_SECONDS });
const fulls = results.map(({ full }) => full).filter((value) => !Number.isNaN(value));
const load = os.loadavg()[0].toFixed(1);
console.log(`\n${os.cpus().length} cores (${os.cpus()[0].model.trim()}), load ${load} at the end, ${ROUNDS} rounds; median (least–most)\n`);
console.log('| what | measured | budget |\n|---|---|---|');
console.log(`| join tap → first frame in the page | ${spread(results.map(({ page }) => page))} ms | 300 ms |`);
console.log(`| join tap → first frame at the kiosk | ${spread(results.map(({ kiosk }) => kiosk))} ms | 300 ms |`);
console.log(`| admission → first frame in the page | ${spread(results.map(({ pageAdmitted }) => pageAdmitted))} ms | 300 ms |`);
console.log(`| admission → first frame at the kiosk | ${spread(results.map(({ kioskAdmitted }) => kioskAdmitted))} ms | 300 ms |`);
console.log(`| join tap → connected and verified | ${spread(results.map(({ connected }) => connected))} ms | – |`);
console.log(`| connected → 1280x720 at ≥ 1.5 Mbit/s | ${fulls.length ? `${median(fulls).toFixed(1)} s (${fulls.length} of ${ROUNDS} rounds)` : 'never within 20 s'} | 2 s |`);
console.log(`| CPU in a call, window painted by software: kiosk / Chromium in kiosk mode | ${costs.cpu.toFixed(2)} / ${yardstick.cpu.toFixed(2)} cores = ${(costs.cpu / yardstick.cpu).toFixed(2)} | 0.5 |`);
console.log(`| memory (PSS) of the same | ${costs.pss.toFixed(0)} / ${yardstick.pss.toFixed(0)} MiB = ${(costs.pss / yardstick.pss).toFixed(2)} | 0.25 |`);
console.log(`| received by the kiosk / by that Chromium | ${Math.round(costs.kbps)} kbit/s at ${costs.fps.toFixed(0)} fps / ${Math.round(yardstick.kbps)} kbit/s at ${yardstick.fps.toFixed(0)} fps | – |`);
console.log(`| sent by the kiosk | ${Math.round(costs.sent)} kbit/s | – |`);
