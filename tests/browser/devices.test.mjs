// The patient's page and its camera and microphone: refused, missing, chosen, lost in the middle of the call, or answered
// when nobody needs them any more.
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

/**
 * In the page: what the browser answers is as the test says, `globalThis.devices`; what it gave is there to be taken away.
 */
function directDevices({ isSilent = false, tellsEnergy = true } = {}) {
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  const devices = { fault: '', isSilent, given: [] };
  globalThis.devices = devices;
  mediaDevices.getUserMedia = async (constraints) => {
    if (devices.fault) throw new DOMException('', devices.fault);
    let stream = await ask(constraints);
    if (constraints.audio && devices.isSilent) {
      for (const track of stream.getAudioTracks()) track.stop();
      stream = new MediaStream([...stream.getVideoTracks(), ...new AudioContext().createMediaStreamDestination().stream.getTracks()]);
    }
    devices.given.push(...stream.getTracks());
    return stream;
  };
  const { getStats } = RTCPeerConnection.prototype;
  // As in Firefox.
  if (!tellsEnergy) {
    RTCPeerConnection.prototype.getStats = async function withoutEnergy() {
      return new Map([...await getStats.call(this)].map(([id, { totalAudioEnergy, ...entry }]) => [id, entry]));
    };
  }
  devices.newest = (kind) => devices.given.filter((track) => track.kind === kind).at(-1);
}

/** A patient in a browser of its own who has given a name, and the doubles of gateway and kiosk. */
async function withPatient({ devices = 'fake', initScript, ...options } = {}, play) {
  const browser = await launchBrowser({ devices, camera: { width: 640, height: 360 } });
  const gateway = await new GatewayDouble().start();
  try {
    gateway.codes.set(CODE, 'good');
    const kiosk = await KioskDouble.open(await browser.newContext(), gateway);
    const patient = await Patient.open(browser, gateway.url, { initScript, ...options });
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

  /** In the page. */
  const pull = (kind) => {
    const track = globalThis.devices.newest(kind);
    track.stop();
    track.dispatchEvent(new Event('ended'));
  };
  const cameraInUse = (page) => page.evaluate(() => globalThis.devices.newest('video').getSettings().deviceId);
  const enterCall = async ({ kiosk, patient }) => {
    await patient.turnOnDevices();
    await patient.button('I am ready').click();
    await patient.heading('Your visit starts soon').waitFor();
    await kiosk.admit();
    await patient.seesMovement();
  };
  const told = async (kiosk, kind) => (await kiosk.lines('control')).filter(({ type }) => type === 'media').at(-1)?.[kind];
  /** From now on more of it arrives at the clinic. */
  const arrives = async (kiosk, what) => {
    const before = (await kiosk.received())[what];
    await waitFor(`${what} at the clinic`, async () => (await kiosk.received())[what] > before + (what === 'frames' ? 5 : 1e-4));
  };

  it('are those that the person chose, before and in the call', () => withPatient({ devices: 'two', initScript: directDevices }, async ({ kiosk, patient }) => {
    const { page } = patient;
    await patient.turnOnDevices();
    const choice = page.getByRole('combobox', { name: 'Camera' });
    const [first, second] = await choice.locator('option').evaluateAll((options) => options.map(({ value }) => value));
    assert.equal(await cameraInUse(page), first);
    await choice.selectOption(second);
    await waitFor('the other camera', async () => (await cameraInUse(page)) === second);
    await enterCall({ kiosk, patient });
    await patient.button('Flip camera').click();
    await waitFor('the first camera', async () => (await cameraInUse(page)) === first);
    await arrives(kiosk, 'frames');

    await page.evaluate(() => {
      const { getUserMedia } = navigator.mediaDevices;
      globalThis.devices.fault = 'NotReadableError';
      navigator.mediaDevices.getUserMedia = (constraints) => {
        navigator.mediaDevices.getUserMedia = (...all) => { globalThis.devices.fault = ''; return getUserMedia(...all); };
        return getUserMedia(constraints);
      };
    });
    await patient.button('Flip camera').click();
    await patient.problem.filter({ hasText: 'The one before is on again' }).waitFor();
    assert.equal(await cameraInUse(page), first);
    await arrives(kiosk, 'frames');
    await page.reload();
    await patient.inCall();
    await waitFor('the same camera after a reload', async () => (await page.evaluate(() => globalThis.devices.given.length)) === 2 && (await cameraInUse(page)) === first);
  }));

  for (const [kind, words, button] of [['video', 'camera', 'Video'], ['audio', 'microphone', 'Mic']]) {
    for (const [name, happens, said] of [
      ['is pulled', pull, `The ${words} has stopped`],
      ['is taken by a phone call', (of) => globalThis.devices.newest(of).dispatchEvent(new Event('mute')), kind === 'video' ? 'does not see you' : 'A phone call or another app has the microphone'],
    ]) {
      it(`say in words that the ${words} ${name} in the call, and come back when asked`, () => withPatient({ initScript: directDevices }, async ({ kiosk, patient }) => {
        const { page } = patient;
        await enterCall({ kiosk, patient });
        await page.evaluate(happens, kind);
        await patient.problem.filter({ hasText: said }).waitFor();
        const member = kind === 'video' ? 'camera' : 'microphone';
        await waitFor('the clinic is told', async () => (await told(kiosk, member)) === false);

        for (const [fault, complaint] of [['NotReadableError', `Another app is using the ${words}`], ['NotAllowedError', `The ${words} was not allowed`]]) {
          await page.evaluate((error) => { globalThis.devices.fault = error; }, fault);
          await patient.button('Try again').click();
          await patient.problem.filter({ hasText: complaint }).waitFor();
        }
        await page.locator('svg.permission').waitFor();
        await page.evaluate(() => { globalThis.devices.fault = ''; });
        await patient.button('Try again').click();
        await patient.problem.filter({ visible: true }).waitFor({ state: 'hidden' });
        await waitFor('the clinic is told', async () => (await told(kiosk, member)) === true);
        await arrives(kiosk, kind === 'video' ? 'frames' : 'audioEnergy');

        // The switch itself tries too, and answers though the message was put away.
        await page.evaluate(() => { globalThis.devices.fault = 'NotReadableError'; });
        await page.evaluate(pull, kind);
        await patient.button('Close this message').click();
        const control = page.getByRole('switch', { name: button, exact: true });
        await control.click();
        await patient.problem.filter({ hasText: `Another app is using the ${words}` }).waitFor();
        await page.evaluate(() => { globalThis.devices.fault = ''; });
        await control.click();
        await waitFor('on again', async () => (await control.getAttribute('aria-checked')) === 'true');
        await arrives(kiosk, kind === 'video' ? 'frames' : 'audioEnergy');
      }));
    }
  }

  for (const tellsEnergy of [true, false]) it(`say that nothing is heard from the microphone, and take it back when something is, ${tellsEnergy ? 'by the statistics' : 'by ear'}`, () => withPatient({ initScript: [directDevices, { isSilent: true, tellsEnergy }] }, async ({ kiosk, patient }) => {
    const { page } = patient;
    await enterCall({ kiosk, patient });
    await patient.problem.filter({ hasText: 'Nothing at all is heard from your microphone' }).waitFor();
    await page.evaluate(() => { globalThis.devices.isSilent = false; });
    await patient.button('Try again').click();
    await patient.problem.filter({ visible: true }).waitFor({ state: 'hidden' });
    await arrives(kiosk, 'audioEnergy');
  }));

  it('are asked for in words and a picture when the browser\'s question stays unanswered', () => withPatient({ initScript: holdDevices, clock: true }, async ({ patient }) => {
    const { page } = patient;
    // Chromium's tests are allowed beforehand: the page must not know.
    await page.evaluate(() => { navigator.permissions.query = async () => ({ state: 'prompt' }); });
    await patient.heading('Camera and microphone').waitFor();
    await page.waitForFunction(() => globalThis.deviceQuestions.length === 1);
    assert.equal(await patient.problem.filter({ visible: true }).count(), 0);
    await page.clock.fastForward(5000);
    await patient.problem.filter({ hasText: 'choose “Allow”' }).waitFor();
    await page.locator('svg.question').waitFor();
    await page.evaluate(() => globalThis.deviceQuestions[0].allowed());
    await patient.button('I am ready').waitFor();
    assert.equal(await patient.problem.filter({ visible: true }).count(), 0);
  }));

  it('put trying again first where they were denied, and draw where to tap', () => withPatient({ devices: 'denied' }, async ({ patient }) => {
    await patient.button('Turn on camera and microphone').click();
    await patient.problem.filter({ hasText: 'Click the sign left of the address' }).waitFor();
    await patient.page.locator('svg.permission').waitFor();
    const ground = (name) => patient.button(name).evaluate((button) => getComputedStyle(button).backgroundColor);
    assert.equal(await ground('Try again'), 'rgb(11, 107, 98)', 'the primary colour');
    assert.notEqual(await ground('Go on without both'), 'rgb(11, 107, 98)');
  }));
});
