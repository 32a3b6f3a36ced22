// The page inside of apps, and in browsers that cannot do a visit: met on the first screen with the way out.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { placeOf, wayOut } from '../../ui/patient/in_app.js';
import { AGENTS } from './support/agents.mjs';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { Patient } from './support/patient.mjs';

const CODE = wellFormed('48273190');
const SHOWN = `${CODE.slice(0, 3)} ${CODE.slice(3, 6)} ${CODE.slice(6)}`;
const TITLES = {
  kakaotalk: ['KakaoTalk', '카카오톡'], naver: ['the Naver app', '네이버 앱'], line: ['LINE', '라인'], instagram: ['Instagram', '인스타그램'],
  facebook: ['Facebook', '페이스북'], daum: ['the Daum app', '다음 앱'], other: ['this app', '이 앱'],
};
const titleOf = (app, language = 'en') => (language === 'en' ? `Please open this outside of ${TITLES[app][0]}` : `${TITLES[app][1]} 밖에서 열어 주세요`);

describe('the page in an app', { timeout: 300000 }, () => {
  let browser;
  let gateway;
  let patient;
  before(async () => { browser = await launchBrowser({ camera: { width: 640, height: 360 }, more: ['--host-resolver-rules=MAP visit.example 127.0.0.1'] }); });
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

  const open = async (name, { suffix = `#${CODE}`, url = gateway.url, in: where = browser, ...options } = {}) => {
    patient = await Patient.open(where, url + suffix, { permissions: ['clipboard-read', 'clipboard-write'], ...options, ...(name ? { context: { userAgent: AGENTS[name].agent, hasTouch: true } } : {}) });
    return patient;
  };
  const link = (name) => patient.page.getByRole('link', { name, exact: true });
  const copied = () => patient.page.evaluate(() => navigator.clipboard.readText());

  for (const [name, { app, agent }] of Object.entries(AGENTS)) {
    it(app ? `says so in ${name}, before anything is asked` : `begins as usual in ${name}`, async () => {
      await open(name);
      if (!app) {
        await patient.heading('Enter your code').waitFor();
        return;
      }
      await patient.heading(titleOf(app)).waitFor();
      await patient.page.getByText(SHOWN, { exact: true }).waitFor();
      const out = wayOut(placeOf({ userAgent: agent }), `${gateway.url}#${CODE}`);
      if (out) assert.equal(await link('Open in the browser').getAttribute('href'), out);
      else assert.equal(await link('Open in the browser').count(), 0);
      if (!out) await patient.page.getByText('Choose “Open in Safari” in the menu').waitFor();
      assert.equal(new URL(patient.page.url()).hash, `#${CODE}`, 'the app\'s own menu takes the code along');
      await patient.button('Copy the address').click();
      await patient.page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
      assert.equal(await copied(), `${gateway.url}#${CODE}`);
      assert.equal(gateway.heard.length, 0);
    });
  }

  it('says so in Korean, too', async () => {
    await open('KakaoTalk on Android', { language: 'ko' });
    await patient.heading(titleOf('kakaotalk', 'ko')).waitFor();
    await link('브라우저에서 열기').waitFor();
    await patient.button('주소 복사하기').waitFor();
    await patient.button('여기서 그냥 해 보기').waitFor();
  });

  it('lets who wants to try it in the app, and remembers that', async () => {
    await open('Naver on Android');
    await patient.button('Try here anyway').click();
    await patient.heading('Enter your code').waitFor();
    assert.equal(await patient.codeField.inputValue(), SHOWN);
    assert.equal(new URL(patient.page.url()).hash, '', 'the code does not stay in the address bar');
    await patient.page.reload();
    await patient.heading('Enter your code').waitFor();
    await patient.goToWaiting(CODE, 'Kim');
  });

  it('has the address without a code where no link brought one', async () => {
    await open('KakaoTalk on iPhone', { suffix: '' });
    await patient.heading(titleOf('kakaotalk')).waitFor();
    assert.equal(await patient.page.getByText('The code to enter there').count(), 0);
    assert.equal(await link('Open in the browser').getAttribute('href'), `kakaotalk://web/openExternal?url=${encodeURIComponent(gateway.url)}`);
  });

  it('can be copied by hand where the clipboard is closed', async () => {
    await open('Instagram on Android', { initScript: () => { delete Navigator.prototype.clipboard; document.execCommand = () => false; } });
    await patient.button('Copy the address').click();
    await patient.problem.filter({ hasText: 'press long on the address' }).waitFor();
    assert.equal(await patient.page.evaluate(() => String(getSelection())), `${gateway.url}#${CODE}`);
  });

  it('shows the way out again when the app gives no camera', async () => {
    const refusing = await launchBrowser({ devices: 'denied' });
    try {
      await open('Facebook on Android', { in: refusing });
      await patient.button('Try here anyway').click();
      await patient.enterCode(CODE);
      await patient.giveNameAndConsent('Kim');
      await patient.button('Turn on camera and microphone').click();
      await patient.problem.filter({ hasText: 'were not allowed' }).waitFor();
      await patient.button('Open in another browser').click();
      await patient.heading(titleOf('facebook')).waitFor();
      await patient.page.getByText(SHOWN, { exact: true }).waitFor();
      await gateway.wait('leave');  // the code is free for the other browser
      assert.equal(new URL(patient.page.url()).hash, `#${CODE}`);
    } finally {
      await patient.close();
      await refusing.close();
    }
  });

  const LACKING = {
    'WebRTC': () => { delete globalThis.RTCPeerConnection; },
    'cameras for pages': () => { delete Navigator.prototype.mediaDevices; },
    'a way to ask for the camera': () => { delete MediaDevices.prototype.getUserMedia; },
  };
  for (const [what, initScript] of Object.entries(LACKING)) {
    it(`is told to open it elsewhere by a browser without ${what}, and never waits for nothing`, async () => {
      await open('Chrome on Android', { initScript });
      await patient.heading('A video visit does not work in this browser').waitFor();
      await patient.page.getByText('open it in Chrome or Samsung Internet').waitFor();
      await patient.page.getByText(SHOWN, { exact: true }).waitFor();
      assert.equal(await patient.button('Try here anyway').count(), 0);
      await patient.button('Copy the address').click();
      assert.equal(await copied(), `${gateway.url}#${CODE}`);
      assert.equal(gateway.heard.length, 0);
    });

    it(`leads out of an app without ${what}, with no way on in there`, async () => {
      await open('KakaoTalk on Android', { initScript });
      await patient.heading(titleOf('kakaotalk')).waitFor();
      await link('Open in the browser').waitFor();
      assert.equal(await patient.button('Try here anyway').count(), 0);
    });
  }

  it('leads to the secure address where it was opened at another', async () => {
    await open(undefined, { url: gateway.url.replace('localhost', 'visit.example'), permissions: [] });
    await patient.heading('Please open the secure address').waitFor();
    assert.equal(await link('Open the secure address').getAttribute('href'), `https://visit.example/#${CODE}`);
    assert.equal(await patient.button('Try here anyway').count(), 0);
  });
});
