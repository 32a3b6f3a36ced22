// Pictures of every screen of the patient's page, for people to look at:
//   node screenshots.mjs DIRECTORY [--language ko|en] [--size 360x740]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { wellFormed } from './support/codes.mjs';
import { launchBrowser } from './support/browser.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const [directory = 'screenshots', ...rest] = process.argv.slice(2);
const option = (name) => (rest.includes(name) ? [rest[rest.indexOf(name) + 1]] : null);
const languages = option('--language') ?? ['ko', 'en'];
// The last two are 200 % zoom of a phone's and a PC's window: half as many CSS pixels.
const sizes = option('--size') ?? ['360x640', '360x740', '1280x800', '740x360', '320x568', '180x370', '640x400'];
const CODE = wellFormed('48273190');
const EXPIRED = wellFormed('11111111');
const BUSY = wellFormed('22222222');
const PROOF = wellFormed('33333333');

await mkdir(directory, { recursive: true });
const browser = await launchBrowser();
const denying = await launchBrowser({ devices: 'denied' });
for (const language of languages) {
  for (const size of sizes) await tour(language, size);
  await denied(language);
}
await browser.close();
await denying.close();

/** @param {'ko' | 'en'} language @param {string} size */
async function tour(language, size) {
  const [width, height] = size.split('x').map(Number);
  const gateway = await new GatewayDouble().start();
  gateway.codes.set(CODE, 'good').set(EXPIRED, { code: 'code-expired' }).set(BUSY, { code: 'too-many-tries', retry_after: 42 });
  gateway.codes.set(PROOF, { code: 'proof-needed', challenge: { nonce: 'x', bits: 20 } });
  const kioskContext = await browser.newContext();
  const kiosk = await KioskDouble.open(kioskContext, gateway, { large: true });
  const patient = await Patient.open(browser, gateway.url, { language, width, height });
  const { page } = patient;
  let number = 0;
  const shoot = async (name) => {
    number += 1;
    await page.screenshot({ path: path.join(directory, `${language}-${size}-${String(number).padStart(2, '0')}-${name}.png`) });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) console.log(`${language} ${size} ${name}: ${overflow} px too wide`);
  };
  const korean = language === 'ko';
  const shown = (text) => page.getByText(text).filter({ visible: true }).first().waitFor();

  await patient.codeField.waitFor();
  await shoot('code');
  await patient.enterCode(EXPIRED);
  await patient.problem.filter({ visible: true }).waitFor();
  await shoot('code-expired');
  if (size === '360x740') {
    await patient.enterCode(PROOF);
    await page.getByRole('progressbar').waitFor();
    await shoot('proof');
    await page.reload();
    await patient.enterCode(BUSY);
    await patient.problem.filter({ visible: true }).waitFor();
    await shoot('too-many-tries');
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
  }
  await patient.enterCode(CODE);
  await patient.heading(patient.words.consentTitle).waitFor();
  await shoot('consent');
  await page.getByRole('textbox', { name: patient.words.name }).fill(korean ? '김순자' : 'Sunja Kim');
  await page.getByRole('checkbox').check();
  await page.getByRole('checkbox').scrollIntoViewIfNeeded();
  await shoot('consent-agreed');
  await patient.button(patient.words.next).click();
  await patient.button(patient.words.ready).waitFor();
  await page.waitForTimeout(2500);
  await shoot('check');
  await patient.button(patient.words.ready).click();
  await patient.heading(patient.words.waitingTitle).waitFor();
  await gateway.wait('knock');
  await page.waitForTimeout(600);
  await shoot('waiting');
  kiosk.decline();
  await page.waitForTimeout(300);
  await shoot('declined');
  kiosk.refuse();
  await page.waitForTimeout(300);
  await shoot('refused');
  gateway.send({ type: 'status', state: 'clinic-away' });
  await page.waitForTimeout(300);
  await shoot('clinic-away');
  gateway.send({ type: 'status', state: 'clinic-back' });

  await kiosk.admit();
  await patient.inCall();
  await patient.seesMovement(10, 30000);
  await shoot('call');
  await kiosk.say('chat', { type: 'text', id: 'ab'.repeat(16), text: korean ? '언제부터 아프셨어요? 😊' : 'Since when does it hurt? 😊' });
  await patient.microphone.click();
  await page.waitForTimeout(400);
  await shoot('call-muted-message');
  await patient.chatButton.click();
  await patient.write(korean ? '어제 저녁부터 머리가 아파요 🤕 열은 없어요.' : 'Since yesterday evening. My head hurts 🤕 but I have no fever.');
  await waitFor('the text', async () => (await kiosk.lines('chat')).some(({ type }) => type === 'text'));
  const sent = (await kiosk.lines('chat')).find(({ type }) => type === 'text');
  await kiosk.say('chat', { type: 'received', id: sent.id });
  await patient.write(korean ? '약을 먹어도 될까요?' : 'May I take my pills?');
  await page.waitForTimeout(400);
  await shoot('chat');
  await page.getByRole('button', { name: korean ? '글 닫기' : 'Close chat' }).click();
  await kiosk.say('control', { type: 'media', microphone: false, camera: false });
  await kiosk.say('control', { type: 'quality', level: 'poor' });
  await patient.camera.click();
  await page.waitForTimeout(400);
  await shoot('call-dark');
  await kiosk.say('control', { type: 'media', microphone: true, camera: true });
  await patient.button(patient.words.leave).click();
  await page.waitForTimeout(200);
  await shoot('leave');
  await page.getByRole('dialog').getByRole('button', { name: patient.words.stay }).click();
  if (size === '360x740' || size === '1280x800') {
    await kiosk.close();
    await shown(korean ? '연결이 잠시 끊겼어요' : 'The connection was lost');
    await shoot('reconnecting');
  }
  await patient.leave();
  await page.waitForTimeout(300);
  await shoot('left');
  await patient.button(korean ? '다시 들어가기' : 'Go back to the visit').click();
  await patient.inCall();
  kiosk.end('completed');
  await page.getByRole('heading', { level: 1, name: korean ? '진료가 끝났어요' : 'Your visit has ended' }).waitFor();
  await shoot('ended');
  await patient.close();
  await kioskContext.close();
  await gateway.stop();
  console.log(`${language} ${size}: ${number} pictures`);
}

/** @param {'ko' | 'en'} language */
async function denied(language) {
  const gateway = await new GatewayDouble().start();
  gateway.codes.set(CODE, 'good');
  const patient = await Patient.open(denying, gateway.url, { language, width: 360, height: 740 });
  await patient.enterCode(CODE);
  await patient.giveNameAndConsent('Kim');
  await patient.button(patient.words.turnOn).waitFor();
  await patient.page.screenshot({ path: path.join(directory, `${language}-360x740-20-explain.png`) });
  await patient.button(patient.words.turnOn).click();
  await patient.problem.filter({ visible: true }).first().waitFor();
  await patient.page.screenshot({ path: path.join(directory, `${language}-360x740-21-denied.png`) });
  await patient.close();
  await gateway.stop();
}
