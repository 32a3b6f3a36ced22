// Every screen of the patient's page as axe-core judges it (WCAG 2.2 A and AA, and what it calls best practice).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { setStage } from './support/stage.mjs';
import { tour } from './support/tour.mjs';

const CODE = wellFormed('48273190');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** In the page: what axe finds, one line each. */
async function judge(tags) {
  const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${id}: ${help}: ${target} ${any[0]?.message ?? ''}`));
}

describe('the patient\'s page to those who do not see or point', { timeout: 300000 }, () => {
  let axe;
  let browser;
  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    browser = await launchBrowser({ camera: { width: 640, height: 360 } });
  });
  after(async () => { await browser?.close(); });

  async function withPatient(options, play) {
    const gateway = await new GatewayDouble().start();
    const context = await browser.newContext();
    const kiosk = await KioskDouble.open(context, gateway);
    const patient = await Patient.open(browser, gateway.url, { initScript: setStage, ...options });
    gateway.codes.set(CODE, 'good');
    try {
      await play({ patient, gateway, kiosk });
    } finally {
      await patient.close();
      await context.close();
      await gateway.stop();
    }
  }

  for (const [language, width, height] of [['ko', 360, 640], ['en', 1280, 800]]) {
    it(`gives axe nothing to complain of: ${language}, ${width}x${height}`, () => withPatient({ language, width, height }, async (cast) => {
      const { page } = cast.patient;
      const found = [];
      await tour(cast, async (screen) => {
        if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe);
        for (const line of await page.evaluate(judge, TAGS)) found.push(`${screen}: ${line}`);
      });
      assert.deepEqual(found, []);
    }));
  }

  const focus = (page) => page.evaluate(() => {
    const { activeElement: element } = document;
    return element === document.body ? 'nothing' : element.getAttribute('aria-label') ?? element.textContent.trim();
  });

  it('keeps the focus somewhere when what had it goes', () => withPatient({}, async ({ patient, kiosk, gateway }) => {
    const { page } = patient;
    const press = async (button) => {
      await button.focus();
      await page.keyboard.press('Enter');
    };
    await press(patient.button('한국어'));
    await page.getByRole('heading', { name: '코드를 입력해 주세요' }).waitFor();
    assert.equal(await focus(page), '한국어');
    await press(patient.button('English'));
    await patient.enterCode(CODE);
    await patient.giveNameAndConsent('Kim');
    await press(patient.button('Turn on camera and microphone'));
    await patient.button('I am ready').waitFor();
    assert.equal(await focus(page), 'Camera and microphone', 'after the browser\'s permission');
    await press(patient.button('I am ready'));
    await patient.heading('Your visit starts soon').waitFor();
    await gateway.wait('knock');
    kiosk.decline();
    await press(patient.button('Ask again'));
    await patient.button('Ask again').waitFor({ state: 'hidden' });
    assert.equal(await focus(page), 'Your visit starts soon');
    await kiosk.admit();
    await patient.seesMovement();
    await page.evaluate(() => { globalThis.stage.devices = 'busy'; });
    await patient.camera.click();
    await patient.camera.click();
    await patient.button('Try again').waitFor();
    await page.evaluate(() => { globalThis.stage.devices = 'allowed'; });
    await press(patient.button('Try again'));
    await patient.button('Try again').waitFor({ state: 'hidden' });
    assert.notEqual(await focus(page), 'nothing');
  }));

  it('closes the chat with Escape, and not while a syllable is being put together', () => withPatient({}, async ({ patient, kiosk }) => {
    const { page } = patient;
    await patient.goToWaiting(CODE, 'Kim');
    await kiosk.admit();
    await patient.seesMovement();
    await patient.chatButton.click();
    const field = page.getByRole('textbox', { name: 'Write a message' });
    await field.evaluate((element) => element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true })));
    assert.equal(await field.isVisible(), true);
    await field.fill('half a word');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'hidden' });
    assert.equal(await focus(page), 'Chat');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'half a word');
  }));

  it('makes addresses in the chat links that take nothing along, and nothing else', () => withPatient({}, async ({ patient, kiosk }) => {
    const { page } = patient;
    await patient.goToWaiting(CODE, 'Kim');
    await kiosk.admit();
    await patient.seesMovement();
    await patient.chatButton.click();
    const text = 'See https://clinic.example/a?b=1&c=2, not javascript:alert(1) or <a href="https://x@evil.example">https://clinic.example@evil.example</a>';
    await kiosk.say('chat', { type: 'text', id: 'ab'.repeat(16), text });
    await patient.write('http://clinic.example/mine');
    const links = patient.chatLog.getByRole('link');
    await links.nth(1).waitFor();
    const attributes = await links.evaluateAll((all) => all.map((link) => [link.textContent, ...['href', 'target', 'rel'].map((name) => link.getAttribute(name))]));
    assert.deepEqual(attributes, ['https://clinic.example/a?b=1&c=2', 'http://clinic.example/mine'].map((address) => [address, address, '_blank', 'noopener noreferrer']));
    assert.equal(await patient.chatLog.getByText(text).count(), 1, 'the text is as it was written');
    const [opened] = await Promise.all([page.context().waitForEvent('page'), links.first().click()]);
    assert.equal(await opened.evaluate(() => globalThis.opener), null);
    await patient.seesMovement();
  }));
});
