// Measures one consultation on this machine and prints a table: how soon both sides see each other after the tap that
// joins, how soon the patient's picture is full size, and what the kiosk costs beside the browser in the same call.
//
//   SANGDAM_BUILD=<release build folder> node tests/bench/call.mjs [rounds]
//
// Not a test: machines differ and are shared. Ratios against the browser of the same call say more than numbers.
import { readFile, readdir } from 'node:fs/promises';
import os from 'node:os';
import { launchBrowser } from '../browser/support/browser.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { waitFor } from '../browser/support/wait.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const MEASURE_SECONDS = 20;
const TICKS = 100;  // USER_HZ, fixed in Linux's user interface

/** Process ids of a process and everything it started. */
async function family(root) {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const members = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (members.has(parent) && !members.has(pid)) {
        members.add(pid);
        grown = true;
      }
    }
  }
  return [...members];
}

async function cpuSeconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS;
}

async function pssMegabytes(pids) {
  let kilobytes = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = (values) => `${Math.round(median(values))} (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`;

async function round(browser, browserPid, costs) {
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
      const browserPids = await family(browserPid);
      const before = [await cpuSeconds(kioskPids), await cpuSeconds(browserPids)];
      const seconds = kiosk.all('statistics').length + MEASURE_SECONDS;
      await waitFor('the seconds of the measurement', () => kiosk.all('statistics').length >= seconds, MEASURE_SECONDS * 4000);
      const after = [await cpuSeconds(kioskPids), await cpuSeconds(browserPids)];
      const span = kiosk.all('statistics').slice(-MEASURE_SECONDS);
      const elapsed = (Date.parse(span.at(-1).time) - Date.parse(span[0].time)) / 1000 * (MEASURE_SECONDS / (MEASURE_SECONDS - 1));
      costs.kioskCpu = (after[0] - before[0]) / elapsed;
      costs.browserCpu = (after[1] - before[1]) / elapsed;
      costs.kioskPss = await pssMegabytes(kioskPids);
      costs.browserPss = await pssMegabytes(browserPids);
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
const browserPid = await (async () => {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.find(({ type }) => type === 'browser').id;
})();
const results = [];
const costs = {};
try {
  for (let at = 0; at < ROUNDS; ++at) results.push(await round(browser, browserPid, at === ROUNDS - 1 ? costs : null));
} finally {
  await browser.close();
}
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
console.log(`| kiosk's CPU, window painted by software | ${costs.kioskCpu.toFixed(2)} cores | – |`);
console.log(`| … against the patient's Chromium, headless, in the same call | ${(costs.kioskCpu / costs.browserCpu).toFixed(2)} | 0.5 of Chromium in kiosk mode |`);
console.log(`| kiosk's memory (PSS) | ${costs.kioskPss.toFixed(0)} MiB | – |`);
console.log(`| … against the same | ${(costs.kioskPss / costs.browserPss).toFixed(2)} | 0.25 |`);
console.log(`| received / sent during it | ${Math.round(costs.kbps)} kbit/s at ${costs.fps.toFixed(0)} fps / ${Math.round(costs.sent)} kbit/s | – |`);
