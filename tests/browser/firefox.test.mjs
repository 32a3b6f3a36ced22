// A consultation end to end with a patient in Firefox, as consultation.test.mjs has it with one in Chromium.
//
//   SANGDAM_BUILD=<build folder> node --test firefox.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { launchFirefox } from './support/browser.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

/** In the page: the energy of the clinic's sound so far. Without a sound card Firefox's own audio graph does not run. */
async function heardEnergy() {
  const report = await globalThis.connections.at(-1).getStats();
  return [...report.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')?.totalAudioEnergy ?? 0;
}

describe('a consultation in Firefox', { timeout: 300000 }, () => {
  let browser;
  let kiosk;
  let patient;

  before(async () => { browser = await launchFirefox(); });
  after(async () => { await browser?.close(); });
  afterEach(async (test) => {
    if (!test.passed) console.log(kiosk?.log);
    const complaints = patient?.complaints ?? [];
    await patient?.close();
    await kiosk?.stop();
    patient = kiosk = undefined;
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const statistics = async () => {
    const count = kiosk.all('statistics').length;
    await waitFor('fresh statistics of the kiosk', () => kiosk.all('statistics').length > count + 1);
    return kiosk.all('statistics').at(-1);
  };
  const openInCall = async (options) => {
    kiosk = await Kiosk.start();
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin, options);
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    await patient.inCall();
    await kiosk.event('connected');
    await patient.seesMovement();
    await kiosk.event('first-frame');
  };

  for (const language of ['en', 'ko']) {
    it(`leads from the code to goodbye with picture, sound and chat both ways: ${language}`, async () => {
      await openInCall({ language });
      await patient.seesMovement(30);
      const energy = await patient.page.evaluate(heardEnergy);
      await waitFor('the kiosk\'s sound at the patient', async () => (await patient.page.evaluate(heardEnergy)) > energy + 1e-6);
      await waitFor('the patient\'s picture and voice at the kiosk', async () => {
        const measured = await statistics();
        return measured.received_fps > 5 && measured.received_level_db > -50;
      }, 60000);

      await patient.write('머리가 아파요 🤕 <b>');
      assert.equal((await kiosk.event('chat')).from, 'patient');
      await patient.chatLog.getByText(patient.words.delivered).waitFor();
      await kiosk.act('send-chat', '언제부터 아프셨어요? 😊');
      await patient.chatLog.getByText('언제부터 아프셨어요? 😊').waitFor();
      await waitFor('its delivery in the log', async () => (await entries(kiosk)).some(({ kind }) => kind === 'chat-delivered'));

      await kiosk.end();
      assert.equal((await kiosk.event('ended')).outcome, 'completed');
      await patient.heading(patient.words.endedTitle).waitFor();
    });
  }

  it('mutes and darkens, as the kiosk measures it, and back', async () => {
    await openInCall();
    await waitFor('the voice at the kiosk', async () => (await statistics()).received_level_db > -50, 60000);
    await patient.microphone.click();
    await waitFor('silence at the kiosk', async () => (await statistics()).received_level_db < -60, 60000);
    await patient.camera.click();
    await waitFor('no picture at the kiosk', async () => (await statistics()).received_fps < 1, 60000);
    await patient.camera.click();
    await waitFor('the picture is back', async () => (await statistics()).received_fps > 5, 60000);
    await patient.microphone.click();
    await waitFor('the voice is back', async () => (await statistics()).received_level_db > -50, 60000);
  });

  it('comes back after a reload and after leaving, without a second code', async () => {
    await openInCall();
    await patient.page.reload();
    await patient.inCall();
    await kiosk.event('reconnected', 60000);
    await patient.seesMovement(20, 60000);
    await patient.leave();
    await patient.heading(patient.words.leftTitle).waitFor();
    await patient.button(patient.words.goBack).click();
    await patient.inCall();
    await patient.seesMovement(20, 60000);
    await kiosk.end();
    await patient.heading(patient.words.endedTitle).waitFor();
  });
});
