// Every screen of the patient's page in windows from a phone's at 200 % zoom to a PC's, with the usual text and with text
// twice as large, in both languages in Chromium and in Korean in Firefox: every control can be reached, is whole, and is not
// covered.
//
//   SANGDAM_SCREENSHOTS=<folder>  leaves a picture of each there
//   SANGDAM_SIZES=240x320,600x400  looks at these sizes instead
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchBrowser, launchFirefox } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { countControls, findFaults } from './support/reach.mjs';
import { setStage } from './support/stage.mjs';
import { tour } from './support/tour.mjs';

const CODE = wellFormed('48273190');
const SIZES = process.env.SANGDAM_SIZES?.split(',').map((size) => size.split('x').map(Number)) ?? [
  [180, 320],  // 200 % zoom of a small phone
  [320, 568], [360, 640], [412, 915],
  [360, 300], [412, 400],  // a phone whose keyboard is up
  [640, 360], [844, 390],  // a phone on its side
  [768, 1024], [1280, 800], [1920, 1080],
];
const SCREENSHOTS = process.env.SANGDAM_SCREENSHOTS;
const LARGE_TEXT = Object.fromEntries(['x-western', 'ko', 'x-unicode'].map((script) => [`font.size.variable.${script}`, 32]));

const chromium = () => launchBrowser({ camera: { width: 640, height: 360 }, more: ['--disable-features=WebRtcHideLocalIpsWithMdns'] });
const BROWSERS = {
  Chromium: () => chromium(),
  Firefox: ({ isLarge }) => launchFirefox({ preferences: { 'media.peerconnection.ice.obfuscate_host_addresses': false, ...(isLarge ? LARGE_TEXT : {}) } }),
};

async function enlargeText(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

describe('the layout of the patient\'s page', { concurrency: 2, timeout: 600000 }, () => {
  let kiosks;  // Chromium with the kiosk's half of the calls

  before(async () => {
    if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
    kiosks = await chromium();
  });
  after(async () => { await kiosks?.close(); });

  async function walk(name, language, isLarge) {
    const browser = await BROWSERS[name]({ isLarge });
    const gateway = await new GatewayDouble().start();
    const context = await kiosks.newContext();
    const faults = [];
    try {
      const kiosk = await KioskDouble.open(context, gateway);
      const patient = await Patient.open(browser, gateway.url, { language, initScript: setStage });
      if (isLarge && name === 'Chromium') {
        await enlargeText(patient.page);
        await patient.page.reload();
      }
      const { page } = patient;
      await patient.button(language === 'ko' ? '한국어' : 'English').click();
      await tour({ patient, gateway, kiosk }, async (screen) => {
        assert.ok(await page.evaluate(countControls) > 0, `${screen} has no controls`);
        for (const [width, height] of SIZES) {
          await page.setViewportSize({ width, height });
          const where = `${screen}-${width}x${height}-${language}${isLarge ? '-large' : ''}-${name.toLowerCase()}`;
          for (const fault of await page.evaluate(findFaults)) faults.push(`${where}: ${fault}`);
          if (SCREENSHOTS) await page.screenshot({ path: path.join(SCREENSHOTS, `${where}.png`) });
        }
        await page.setViewportSize({ width: 412, height: 915 });
      });
    } finally {
      await browser.close();
      await context.close();
      await gateway.stop();
      if (faults.length > 0) console.log(faults.join('\n'));
    }
    assert.equal(faults.length, 0, 'see the list above');
  }

  for (const isLarge of [false, true]) {
    for (const language of ['ko', 'en']) {
      for (const name of language === 'ko' ? Object.keys(BROWSERS) : ['Chromium']) {
        it(`can be used in ${name}, ${language}${isLarge ? ', text of twice the size' : ''}`, () => walk(name, language, isLarge));
      }
    }
  }

  it('keeps the chat above a keyboard that lies over the page', async () => {
    const gateway = await new GatewayDouble().start();
    gateway.codes.set(CODE, 'good');
    const context = await kiosks.newContext();
    const kiosk = await KioskDouble.open(context, gateway);
    const patient = await Patient.open(kiosks, gateway.url, { initScript: setStage, width: 375, height: 667 });
    try {
      const { page } = patient;
      await patient.goToWaiting(CODE, 'Kim');
      await kiosk.admit();
      await patient.inCall();
      await patient.chatButton.click();
      const keyboard = async (height) => page.evaluate((seen) => {
        Object.defineProperty(visualViewport, 'height', { configurable: true, get: () => seen });
        visualViewport.dispatchEvent(new Event('resize'));
      }, 667 - height);
      const bottom = () => patient.button('Send').evaluate((button) => button.getBoundingClientRect().bottom);
      await keyboard(260);
      assert.ok(await bottom() <= 667 - 260, `${await bottom()}`);
      await keyboard(0);
      assert.ok(await bottom() > 500);
    } finally {
      await patient.close();
      await context.close();
      await gateway.stop();
    }
  });
});
