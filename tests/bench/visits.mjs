// Measures whether the kiosk's memory grows with visits: one kiosk, one visit after the other, each with a patient of its
// own in Chromium, and the kiosk's memory once it has given back what a visit left.
//
//   SANGDAM_BUILD=<release build folder> node tests/bench/visits.mjs [visits]
//
// Not a test: it takes minutes. The last line compares the last five visits with the third to the seventh.
import os from 'node:os';
import { launchBrowser } from '../browser/support/browser.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { waitFor } from '../browser/support/wait.mjs';
import { pssMegabytes } from './cost.mjs';

const VISITS = Number(process.argv[2] ?? 30);
const RELEASED_MS = 12000;  // the kiosk gives memory back 5 s after a visit, and a peer lingers for 2.5 s

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const browser = await launchBrowser();
const kiosk = await Kiosk.start({ args: ['--auto-admit'] });
const after = [];
const seen = new Set([kiosk.consultation]);
try {
  for (let visit = 1; visit <= VISITS; visit += 1) {
    if (visit > 1) {
      await kiosk.act('start-walk-in');
      // The same session may be announced more than once: wait for another one.
      kiosk.session = await waitFor('the next session', () => kiosk.all('session-open').find((one) => !seen.has(one.consultation)), 30000);
      kiosk.consultation = kiosk.session.consultation;
      seen.add(kiosk.consultation);
    }
    const patient = await Patient.open(browser, new URL(kiosk.session.url).origin);
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent(`환자 ${visit}`);
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await patient.inCall();
    await kiosk.event('connected', 30000);
    await patient.seesMovement(60);
    await kiosk.end();
    await kiosk.event('ended');
    await patient.close();
    await sleep(RELEASED_MS);
    const { threads } = await kiosk.figures();
    after.push(await pssMegabytes([kiosk.pid]));
    console.log(`visit ${visit}: ${Math.round(after.at(-1))} MiB (PSS), ${threads} threads`);
  }
  const early = median(after.slice(2, 7));
  const late = median(after.slice(-5));
  console.log(`\n${os.cpus()[0].model}, ${os.cpus().length} cores`);
  console.log(`visits 3-7: ${Math.round(early)} MiB, the last five: ${Math.round(late)} MiB, ratio ${(late / early).toFixed(2)} (aim: 1.10)`);
} finally {
  await kiosk.stop();
  await browser.close();
}
