// Many calls one after another on one kiosk, or one long call, and what the kiosk's process holds meanwhile: memory, threads
// and descriptors, which must stay flat, and what it logged.
//
//   SANGDAM_BUILD=<release build folder> node tests/bench/soak.mjs calls 200
//   SANGDAM_BUILD=<release build folder> node tests/bench/soak.mjs minutes 60
//
// With a build with sanitizers its findings are in the log that is printed. Not a test: it takes long.
import { readdir } from 'node:fs/promises';
import { launchBrowser } from '../browser/support/browser.mjs';
import { Kiosk } from '../browser/support/kiosk_process.mjs';
import { Patient } from '../browser/support/patient.mjs';
import { waitFor } from '../browser/support/wait.mjs';
import { pssMegabytes } from './cost.mjs';

const LINES = 20;  // of the table
/** What a release of ours logs in an uneventful call begins otherwise. */
const COMPLAINT = /critical|warning|error|sanitizer|leak/i;

async function row(kiosk, label) {
  const { memory, threads } = await kiosk.figures();
  const descriptors = (await readdir(`/proc/${kiosk.pid}/fd`)).length;
  const pss = await pssMegabytes([kiosk.pid]);
  console.log(`| ${label} | ${memory.toFixed(1)} | ${pss.toFixed(1)} | ${threads} | ${descriptors} |`);
}

async function join(kiosk, browser, session) {
  const patient = await Patient.open(browser, new URL(session.url).origin);
  await patient.enterCode(session.code);
  await patient.giveNameAndConsent('김순자');
  await patient.turnOnDevices();
  await patient.button(patient.words.ready).click();
  await kiosk.event('first-frame', 30000);
  return patient;
}

async function manyCalls(kiosk, browser, calls) {
  let session = kiosk.session;
  for (let call = 1; call <= calls; ++call) {
    const patient = await join(kiosk, browser, session);
    await waitFor('some seconds of the call', () => kiosk.all('statistics').length >= 2, 30000);
    if (call % Math.ceil(calls / LINES) === 0 || call === 1) await row(kiosk, `in call ${call}`);
    await kiosk.act('end', session.consultation);
    await kiosk.event('ended', 30000);
    await patient.page.context().close();
    kiosk.events.length = 0;
    if (call === calls) break;
    await kiosk.act('start-walk-in');
    session = await kiosk.event('session-open', 30000);
  }
  await row(kiosk, 'after the last');
}

async function longCall(kiosk, browser, minutes) {
  await join(kiosk, browser, kiosk.session);
  const every = Math.max(1, Math.round(minutes / LINES));
  const began = Date.now();
  for (let minute = 0; minute <= minutes; minute += every) {
    await waitFor('the next minute', () => Date.now() - began >= minute * 60000, (every + 1) * 60000);
    const seconds = kiosk.all('statistics');
    await row(kiosk, `minute ${minute}: ${Math.round(seconds.at(-1)?.received_fps ?? 0)} pictures a second, ${Math.round(seconds.reduce((sum, one) => sum + one.received_frozen_ms, 0))} ms frozen since the last`);
    kiosk.events.length = 0;
  }
}

const [what, count] = [process.argv[2], Number(process.argv[3])];
if (!['calls', 'minutes'].includes(what) || !(count > 0)) throw new Error('say "calls N" or "minutes N"');
const kiosk = await Kiosk.start({ args: ['--auto-admit'] });
const browser = await launchBrowser();
try {
  console.log('| | RSS MiB | PSS MiB | threads | descriptors |\n|---|---|---|---|---|');
  await (what === 'calls' ? manyCalls : longCall)(kiosk, browser, count);
} finally {
  await browser.close();
  await kiosk.stop();
  const complaints = kiosk.log.split('\n').filter((line) => COMPLAINT.test(line));
  console.log(`\n${complaints.length} lines of complaint in the log${complaints.length > 0 ? `:\n${[...new Set(complaints)].slice(0, 40).join('\n')}` : ''}`);
}
