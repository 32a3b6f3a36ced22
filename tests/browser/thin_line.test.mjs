// What is left of a call on a line that carries ever less: pictures every few seconds, speech alone, messages alone, and
// all of it back, by itself. The real kiosk and a real browser with a line between their network namespaces.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test thin_line.test.mjs
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { CLINIC, ImpairedLine } from './support/impaired_line.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const PICTURES = process.env.SANGDAM_SCREENSHOTS;  // a folder: how either side looks at each level goes there

// Each end tries the level above again and again, less often each time: a level may be reached on the third way down.
const DEADLINE = 150000;

describe('a call on a line that carries ever less', { timeout: 600000 }, () => {
  let line;
  let kiosk;
  let browser;
  let patient;

  before(async () => {
    line = await ImpairedLine.open(path.join(process.env.SANGDAM_BUILD, 'tests/network/sangdam-line'));
    kiosk = await Kiosk.start({ args: ['--auto-admit', '--listen', `${CLINIC}:0`] });
    browser = await launchBrowser({ camera: { width: 640, height: 360 }, executable: line.chromium });
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin, { language: process.env.SANGDAM_PAGE_LANGUAGE ?? 'en' });
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await kiosk.event('first-frame');
    await patient.seesMovement();
  });
  after(async () => {
    await browser?.close();
    await kiosk?.stop();
    await line?.close();
  });

  const look = async (name) => {
    if (!PICTURES) return;
    await kiosk.screenshot(path.join(PICTURES, `kiosk-${name}.png`));
    await patient.page.screenshot({ path: path.join(PICTURES, `page-${name}.png`) });
  };
  const level = (direction) => kiosk.all('media-level').findLast((event) => event.direction === direction)?.level ?? 'video';
  const both = (what, wanted) => waitFor(what, () => wanted(level('to-patient')) && wanted(level('from-patient')), DEADLINE);
  const shown = (text) => patient.page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: DEADLINE });

  it('sends a picture every few seconds where moving pictures do not fit', async () => {
    await line.set('both rate=75');
    await both('stills both ways', (now) => now !== 'video');
    await shown(patient.words.still);
    await look('stills');
  });

  const reach = async (wanted) => {
    for (const direction of ['to-patient', 'from-patient']) {
      await waitFor(`${wanted} ${direction}`, () => level(direction) === wanted, DEADLINE);
    }
  };

  it('sends speech alone where stills do not fit', async () => {
    await line.set('both rate=35');
    await reach('voice');
  });

  it('asks staff why there is no picture where the visit needs one', async () => {
    const warning = () => kiosk.shareOfColour([255, 243, 220], 4);  // its colour, and that of notices
    const before = await warning();
    await kiosk.act('need-picture', kiosk.consultation, true);
    await kiosk.event('reason-asked');
    await waitFor('the question on the kiosk\'s screen', async () => (await warning()) > before + 0.05);
    await look('reason');
    await kiosk.act('give-reason', kiosk.consultation, 'line', '');
    await waitFor('the reason in the log', async () => (await entries(kiosk)).some(({ kind, payload }) => kind === 'reason-given' && JSON.parse(payload).reason === 'line'));
  });

  it('says that the voice does not get through, and carries what is written', async () => {
    await line.set('both rate=13');
    await reach('text');
    await shown(patient.words.textOnly);
    await look('text');
    await patient.write('들리지 않아요');
    await waitFor('the text at the kiosk', () => kiosk.all('chat').some(({ from }) => from === 'patient'), 60000);
  });

  it('has moving pictures and sound again, by itself, once the line carries them', async () => {
    await line.set('both');
    await both('video both ways', (now) => now === 'video');
    await patient.seesMovement();
    await waitFor('pictures at the kiosk', () => kiosk.all('statistics').at(-1).received_fps > 15, 30000);
    // An entry waits for its rate where the levels change often.
    const logged = async (direction) => (await entries(kiosk)).filter(({ kind }) => kind === 'media-level').map(({ payload }) => JSON.parse(payload))
      .filter((entry) => entry.direction === direction).map((entry) => entry.level);
    for (const direction of ['to-patient', 'from-patient']) {
      await waitFor(`every level in the log, ${direction}`, async () => new Set(await logged(direction)).size === 4, DEADLINE);
    }
    assert.equal(kiosk.all('disconnected').length, 0, 'the call was never given up');
  });
});
