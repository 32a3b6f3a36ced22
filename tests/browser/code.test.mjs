// How a code gets into the page: typed, pasted, dropped by a keyboard of its own mind, or carried by a link. The table of
// what it may stand in is tests/unit/page/code.test.mjs.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { Patient } from './support/patient.mjs';

const CODE = wellFormed('48273190');
const SHOWN = `${CODE.slice(0, 3)} ${CODE.slice(3, 6)} ${CODE.slice(6)}`;
const inScript = (zero) => [...CODE].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');

describe('the code', { timeout: 300000 }, () => {
  let browser;
  let gateway;
  let patient;

  before(async () => { browser = await launchBrowser({ devices: 'none' }); });
  after(async () => browser?.close());
  beforeEach(async () => {
    gateway = await new GatewayDouble().start();
    gateway.codes.set(CODE, 'good');
  });
  afterEach(async () => {
    const complaints = patient?.complaints ?? [];
    await patient?.close();
    patient = undefined;
    await gateway.stop();
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const open = async (options, suffix = '') => {
    patient = await Patient.open(browser, gateway.url + suffix, { permissions: ['clipboard-read', 'clipboard-write'], ...options });
    await patient.heading('Enter your code').waitFor();
    await patient.codeField.focus();
  };
  const goIn = async () => {
    assert.equal(await patient.codeField.inputValue(), SHOWN);
    await patient.page.keyboard.press('Enter');
    await patient.heading('Your name and consent').waitFor();
    assert.equal((await gateway.wait('join')).code, CODE);
  };
  const paste = async (text) => {
    await patient.page.evaluate((each) => navigator.clipboard.writeText(each), text);
    await patient.page.keyboard.press('Control+V');
  };

  const TEXTS = {
    'a whole link': () => `${gateway.url}#${CODE}`,
    'a message with a link': () => `[한빛의원] 화상 진료 11/27 14:30 ${gateway.url}#${CODE}에서 기다려 주세요. 문의 02-123-4567`,
    'a sentence': () => `코드는 ${SHOWN.replaceAll(' ', '-')}입니다.`,
    'a code split over words': () => `먼저 ${CODE.slice(0, 3)} 그리고 ${CODE.slice(3, 6)} 또 ${CODE.slice(6)}`,
    'Arabic digits': () => inScript(0x660),
    'Persian digits': () => inScript(0x6F0),
    'Devanagari digits': () => inScript(0x966),
    'full-width digits': () => inScript(0xFF10),
  };
  for (const [name, text] of Object.entries(TEXTS)) {
    it(`is taken from ${name}, pasted over what was typed before`, async () => {
      await open();
      await patient.page.keyboard.type('48');
      await paste(text());
      await goIn();
    });

    it(`is taken from ${name}, put in at once by the keyboard`, async () => {
      await open();
      await patient.page.keyboard.type('12');
      await patient.page.keyboard.insertText(text());
      await goIn();
    });

    it(`is taken from ${name}, typed letter by letter`, async () => {
      await open();
      await patient.page.keyboard.type(text());
      await goIn();
    });
  }

  it('can be corrected digit by digit, at its end and in its middle', async () => {
    await open();
    const { keyboard } = patient.page;
    await keyboard.type(`${CODE.slice(0, 6)}0`);
    await keyboard.press('Backspace');
    await keyboard.press('Backspace');
    await keyboard.type(CODE.slice(5));
    assert.equal(await patient.codeField.inputValue(), SHOWN);
    await keyboard.type('7');
    assert.equal(await patient.codeField.inputValue(), SHOWN, 'a tenth digit is one too many');
    await keyboard.press('Home');
    await keyboard.press('Delete');
    await keyboard.type(CODE[0]);
    await goIn();
  });

  it('leaves words alone until there is a code among them, and says what is missing', async () => {
    await open();
    await patient.page.keyboard.type('code 4827');
    assert.equal(await patient.codeField.inputValue(), 'code 4827');
    await patient.page.keyboard.press('Enter');
    await patient.problem.filter({ hasText: 'That is 4 digits' }).waitFor();
    assert.equal(gateway.heard.length, 0);
    await paste(`${gateway.url}#${CODE}`);
    await goIn();
  });

  const ENDS = ['에서', '입니다.', '.', ')', ',다음', '%EC%97%90%EC%84%9C', '%E0%A4%A', '-', '"'];
  it('comes with a link whatever was taken for a part of it', async () => {
    for (const end of ENDS) {
      await open({}, `#${SHOWN.replaceAll(' ', '-')}${end}`);
      assert.equal(await patient.codeField.inputValue(), SHOWN, end);
      assert.equal(new URL(patient.page.url()).hash, '');
      await patient.close();
    }
  });

  it('can be typed in a browser that tells no languages', async () => {
    for (const value of [undefined, null, []]) {
      patient = await Patient.open(browser, gateway.url, { initScript: [(given) => {
        Object.defineProperty(Navigator.prototype, 'languages', { get: () => given, configurable: true });
        Object.defineProperty(Navigator.prototype, 'language', { get: () => undefined, configurable: true });
      }, value] });
      await patient.heading('Enter your code').waitFor();
      await patient.close();
    }
  });
});
