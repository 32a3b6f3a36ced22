// The patient's page and its camera and microphone: refused, missing, or answered when nobody needs them any more.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const CODE = wellFormed('48273190');

/** In the page: the browser's question for camera and microphone stays open until the test answers it. */
function holdDevices() {
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  globalThis.deviceQuestions = [];
  globalThis.deviceTracks = [];
  mediaDevices.getUserMedia = (constraints) => new Promise((resolve, reject) => {
    globalThis.deviceQuestions.push({
      allowed: async () => {
        const stream = await ask(constraints);
        globalThis.deviceTracks.push(...stream.getTracks());
        resolve(stream);
      },
      refused: () => reject(new DOMException('in use', 'NotReadableError')),
    });
  });
}

/** A patient in a browser of its own who has given a name, and the doubles of gateway and kiosk. */
async function withPatient({ devices = 'fake', initScript } = {}, play) {
  const browser = await launchBrowser({ devices, camera: { width: 640, height: 360 } });
  const gateway = await new GatewayDouble().start();
  try {
    gateway.codes.set(CODE, 'good');
    const kiosk = await KioskDouble.open(await browser.newContext(), gateway);
    const patient = await Patient.open(browser, gateway.url, { initScript });
    await patient.enterCode(CODE);
    await patient.giveNameAndConsent('Kim');
    await play({ gateway, kiosk, patient });
    assert.deepEqual(patient.complaints, [], 'the browser complained');
  } finally {
    await browser.close();
    await gateway.stop();
  }
}

describe('the patient\'s devices', { timeout: 300000 }, () => {
  for (const [devices, words] of [
    ['denied', 'The camera and microphone were not allowed'],
    ['none', 'We found no microphone'],
  ]) {
    it(`may be missing, with helpful words: ${devices}`, () => withPatient({ devices }, async ({ gateway, kiosk, patient }) => {
      // Where the browser says that it would not ask, the page does not explain the question either.
      if (devices === 'denied') await patient.button('Turn on camera and microphone').click();
      await patient.problem.filter({ hasText: words }).waitFor();
      await patient.page.getByRole('status').filter({ hasText: 'the clinic cannot hear you' }).waitFor();
      await patient.button('Go on without both').click();
      const knock = await gateway.wait('knock');
      assert.deepEqual([knock.camera, knock.microphone], [false, false]);
      await kiosk.admit();
      await patient.seesMovement();
      await patient.write('I can only write');
      await waitFor('the text', async () => (await kiosk.lines('chat')).length > 0);
    }));
  }

  for (const [answer, words] of [['allowed', 'yes'], ['refused', 'no']]) {
    it(`stay dark when the visit ends before the browser's "${words}"`, () => withPatient({ initScript: holdDevices }, async ({ kiosk, patient }) => {
      const { page } = patient;
      await page.waitForFunction(() => globalThis.deviceQuestions.length === 1);
      kiosk.end('cancelled');
      await patient.heading('The visit was cancelled').waitFor();
      const { states, asked } = await page.evaluate(async (how) => {
        const { deviceQuestions, deviceTracks } = globalThis;
        await deviceQuestions[0][how]();
        await new Promise((resolve) => { setTimeout(resolve); });  // the page has had its turn
        return { states: deviceTracks.map(({ readyState }) => readyState), asked: deviceQuestions.length };
      }, answer);
      assert.deepEqual(states, answer === 'allowed' ? ['ended', 'ended'] : []);
      assert.equal(asked, 1, 'it does not ask again');
    }));
  }
});
