// Through every screen of the patient's page and everything that may go wrong on it, with the doubles of gateway and kiosk.
import { AGENTS } from './agents.mjs';
import { wellFormed } from './codes.mjs';
import { waitFor } from './wait.mjs';

const CODE = wellFormed('48273190');
const REFUSED = wellFormed('11111111');
const BUSY = wellFormed('22222222');
const PROOF = wellFormed('33333333');
const LINE = wellFormed('44444444');
const ELSEWHERE = wellFormed('55555555');

/**
 * @param {object} cast
 * @param {import('./patient.mjs').Patient} cast.patient its page has run setStage()
 * @param {import('./gateway_double.mjs').GatewayDouble} cast.gateway
 * @param {import('./kiosk.mjs').KioskDouble} cast.kiosk
 * @param {(name: string) => Promise<void>} see is called on each screen
 */
export async function tour({ patient, gateway, kiosk }, see) {
  const { page, words } = patient;
  patient.gatewayMayFail = true;
  const who = { clinic: gateway.clinic, phone: gateway.phone };
  gateway.codes.set(CODE, 'good').set(ELSEWHERE, 'good').set(REFUSED, { code: 'code-wrong', ...who }).set(BUSY, { code: 'too-many-tries', retry_after: 600, ...who })
    .set(PROOF, { code: 'proof-needed', challenge: { nonce: 'x', bits: 20 } }).set(LINE, { code: 'in-line', retry_after: 40 });
  const stage = (changes) => page.evaluate((all) => Object.assign(globalThis.stage, all), changes);
  const decide = (what) => page.evaluate((answer) => globalThis.stage.decide(answer), what);
  const alert = () => patient.problem.filter({ visible: true }).first().waitFor();
  /** What goes on for 15 s: it is said whom to call. */
  const long = () => page.getByText(words.long).filter({ visible: true }).first().waitFor();
  const again = () => patient.button(words.again).click();
  const connected = async () => {
    kiosk.losesAnswers = 0;
    await kiosk.offer();
    await waitFor('the call to be connected', async () => (await kiosk.connection()) === 'connected');
    await page.locator('.placard').waitFor({ state: 'hidden' });
  };

  await patient.codeField.waitFor();
  await see('code');
  await patient.enterCode(REFUSED);
  await alert();
  await see('code-wrong');
  await patient.enterCode(BUSY);
  await page.getByRole('alert').filter({ hasText: /\d{3}/ }).waitFor();
  await see('too-many-tries');
  await page.reload();
  await patient.enterCode(LINE);
  await page.getByRole('status').filter({ hasText: '40' }).waitFor();
  await see('in-line');
  await page.reload();
  await patient.enterCode(PROOF);
  await page.getByRole('progressbar').waitFor();
  await see('proof');
  gateway.card = who;
  await page.reload();
  gateway.reachable = false;
  await stage({ hurry: [15000] });
  await patient.enterCode(CODE);
  await long();
  await see('code-offline');
  gateway.reachable = true;

  await patient.heading(words.consentTitle).waitFor();
  await see('consent');
  await patient.button(words.next).click();
  await alert();
  await see('consent-missing');
  await patient.giveNameAndConsent('김순자');

  await patient.heading(words.checkTitle).waitFor();
  await see('check');
  await stage({ devices: 'asked', hurry: [5000] });
  await patient.button(words.turnOn).click();
  await alert();
  await see('check-asked');
  await decide('denied');
  await patient.button(words.again).waitFor();
  await see('check-denied');
  for (const devices of ['busy', 'none', 'failed']) {
    await stage({ devices });
    await again();
    await patient.button(words.again).waitFor();
    await see(`check-${devices}`);
  }
  await stage({ devices: 'allowed' });
  await again();
  await patient.button(words.ready).waitFor();
  await see('check-on');
  await patient.button(words.ready).click();

  await patient.heading(words.waitingTitle).waitFor();
  await gateway.wait('knock');
  await see('waiting');
  kiosk.decline();
  await patient.button(words.askAgain).waitFor();
  await see('declined');
  kiosk.refuse();
  await patient.button(words.askAgain).waitFor({ state: 'hidden' });
  await see('refused');
  await stage({ hurry: [15000] });
  gateway.send({ type: 'status', state: 'clinic-away' });
  await long();
  await see('clinic-away');
  gateway.send({ type: 'status', state: 'clinic-back' });

  kiosk.losesAnswers = 1000;
  await stage({ hurry: [15000] });
  await kiosk.admit();
  await patient.inCall();
  await long();
  await see('call-connecting');
  await stage({ hurry: [14000] });
  await kiosk.offer();
  await page.getByText(words.noPath).filter({ visible: true }).first().waitFor();
  await see('call-no-path');
  await connected();
  await see('call');
  await patient.button(words.sound).click();
  await page.getByRole('dialog').waitFor();
  await see('call-sound');
  await page.getByRole('dialog').getByRole('button', { name: words.soundDone }).click();
  await patient.chatLog.or(page.locator('.chat')).first().waitFor({ state: 'attached' });
  await kiosk.say('chat', { type: 'text', id: 'ab'.repeat(16), text: '언제부터 아프셨어요? 자세한 설명은 https://clinic.example/visit/2026?lang=ko 에 있어요 😊' });
  await kiosk.say('control', { type: 'media', microphone: false, camera: true });
  await kiosk.say('control', { type: 'quality', level: 'poor' });
  await patient.microphone.click();
  await page.locator('.incoming').waitFor();
  await see('call-message');
  await kiosk.say('control', { type: 'media', microphone: true, camera: false });
  await page.locator('.placard').waitFor();
  await stage({ devices: 'denied' });
  await patient.camera.click();
  await patient.camera.click();
  await alert();
  await see('call-denied');
  await patient.chatButton.click();
  await see('chat-denied');
  await patient.button(words.closeNote).click();
  await patient.write('어제 저녁부터 머리가 아파요 🤕 열은 없어요.');
  await patient.chatLog.getByText('🤕').waitFor();
  await see('chat');
  await page.getByRole('textbox', { name: words.write }).fill('가'.repeat(2003));
  await alert();
  await see('chat-too-long');
  await page.getByRole('textbox', { name: words.write }).fill('');
  await patient.button(words.closeChat).click();
  await patient.button(words.leave).click();
  await page.getByRole('dialog').waitFor();
  await see('leave');
  await page.getByRole('dialog').getByRole('button', { name: words.stay }).click();
  await kiosk.say('control', { type: 'media', microphone: true, camera: true });
  await stage({ devices: 'allowed', needsTap: true });
  await connected();
  await patient.button(words.tap).waitFor();
  await see('call-tap');
  await stage({ needsTap: false });
  await patient.button(words.tap).click();
  kiosk.losesAnswers = 1000;
  await stage({ hurry: [4000, 6000, 9000, 13500, 14000, 15000] });
  // As ICE finds out after ten seconds.
  await page.evaluate(() => {
    const connection = globalThis.connections.findLast(({ connectionState }) => connectionState === 'connected');
    Object.defineProperty(connection, 'connectionState', { value: 'failed' });
    connection.dispatchEvent(new Event('connectionstatechange'));
  });
  await page.getByText(words.noPath).filter({ visible: true }).first().waitFor();
  await long();
  await see('call-lost');
  await patient.chatButton.click();
  await see('chat-lost');

  await patient.leave();
  await patient.heading(words.leftTitle).waitFor();
  await see('left');
  const comeBack = async (button) => {
    await patient.button(button).click();
    await patient.inCall();
  };
  await comeBack(words.goBack);
  gateway.send({ type: 'error', code: 'replaced', text: 'elsewhere' });
  await patient.button(words.here).waitFor();
  await see('replaced');
  await comeBack(words.here);
  kiosk.end('failed');
  await patient.button(words.otherCode).waitFor();
  await see('ended');

  await page.addInitScript((agent) => Object.defineProperty(Navigator.prototype, 'userAgent', { get: () => agent }), AGENTS['KakaoTalk on Android'].agent);
  await page.goto(`${gateway.url}?#${ELSEWHERE}`);  // the query makes it another document
  await patient.button(words.copy).click();
  await page.locator('.message').filter({ visible: true }).first().waitFor();
  await see('elsewhere');
  await patient.button(words.tryHere).click();
  await patient.button(words.goIn).click();
  await patient.giveNameAndConsent('김순자');
  await stage({ devices: 'denied' });
  await patient.button(words.turnOn).click();
  await patient.button(words.otherBrowser).waitFor();
  await see('check-in-app');
}
