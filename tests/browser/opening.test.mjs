// The page opens, or says why it does not: whatever part of it does not come, and whatever the browser lacks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { launchBrowser, launchFirefox } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const CODE = wellFormed('48273190');
const SHOWN = `${CODE.slice(0, 3)} ${CODE.slice(3, 6)} ${CODE.slice(6)}`;
/** The page can do without these, or without them until they are needed. */
const DISPENSABLE = ['watchdog.js', 'style.css', 'tokens.css', 'icon.svg', 'proof_worker.js'];
const AGENTS = {
  android: 'Mozilla/5.0 (Linux; Android 9; SM-G960N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 Mobile Safari/537.36',
  iPhone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.3 Mobile/15E148 Safari/604.1',
  PC: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 Safari/537.36',
};

const gresource = await readFile(new URL('../../ui/patient/patient.gresource.xml', import.meta.url), 'utf8');
const FILES = [...gresource.matchAll(/<file>([^<]+)<\/file>/g)].map(([, name]) => name).filter((name) => name !== 'index.html');

describe('the opening', { timeout: 600000 }, () => {
  let browser;
  let gateway;
  let patient;
  before(async () => { browser = await launchBrowser({ camera: { width: 640, height: 360 } }); });
  after(async () => browser?.close());
  beforeEach(async () => {
    gateway = await new GatewayDouble().start();
    gateway.codes.set(CODE, 'good');
  });
  afterEach(async () => {
    await patient?.close();
    patient = undefined;
    await gateway.stop();
  });

  /** Opens the link with the code; `route` answers for one file of the page. */
  const open = async ({ file, route, in: where = browser, ...options } = {}) => {
    patient = await Patient.open(where, 'about:blank', options);
    if (file) await patient.page.route(`**/${file}`, route);
    await patient.page.goto(`${gateway.url}#${CODE}에서`, { waitUntil: 'commit' });
  };
  const alert = (text) => patient.page.getByRole('alert').filter({ hasText: text });
  const opensAgain = async () => {
    await patient.page.unrouteAll();
    await patient.button('Try again').click();
    await patient.heading('Enter your code').waitFor();
    assert.equal(await patient.codeField.inputValue(), SHOWN);
  };

  for (const file of FILES.filter((name) => !DISPENSABLE.includes(name))) {
    it(`says so, in both languages, when ${file} does not come, and opens when asked again`, async () => {
      await open({ file, route: (route) => route.abort() });
      await alert('A part of the page did not arrive').waitFor();
      await alert('화면을 다 불러오지 못했어요').waitFor();
      await alert(SHOWN).waitFor();
      await patient.button('다시 열기').waitFor();
      await opensAgain();
    });
  }

  for (const file of DISPENSABLE) {
    it(`opens without ${file}`, async () => {
      await open({ file, route: (route) => route.abort() });
      await patient.heading('Enter your code').waitFor();
      await patient.button('Go in').click();
      await patient.heading('Your name and consent').waitFor();
    });
  }

  const ANSWERS = {
    'an error': (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
    'another page, of a Wi-Fi that wants money': (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Welcome</p>' }),
    'half of it': async (route) => {
      const whole = await (await route.fetch()).text();
      await route.fulfill({ status: 200, contentType: 'text/javascript', body: whole.slice(0, whole.lastIndexOf('}')) });
    },
  };
  for (const [what, route] of Object.entries(ANSWERS)) {
    it(`says so when a module is answered with ${what}`, async () => {
      await open({ file: 'flow.js', route });
      await alert('A part of the page did not arrive').waitFor();
      await opensAgain();
    });
  }

  it('says that it is slow, gives up later, and opens all the same if the part comes in the end', async () => {
    let go = () => {};
    const held = new Promise((resolve) => { go = resolve; });
    await open({ file: 'flow.js', route: async (route) => { await held; await route.continue(); }, clock: true });
    await patient.page.getByText('Opening the page…').waitFor();
    await patient.page.clock.fastForward(16000);
    await alert('this takes a while').waitFor();
    await patient.page.clock.fastForward(31000);
    await alert('A part of the page did not arrive').waitFor();
    go();
    await patient.heading('Enter your code').waitFor();
    assert.equal(await patient.codeField.inputValue(), SHOWN);
  });

  it('goes on without a style sheet that does not come to its end', async () => {
    await open({ file: 'style.css', route: () => {}, clock: true });
    await waitFor('the page to open', async () => {
      await patient.page.clock.fastForward(4000);
      return patient.heading('Enter your code').isVisible();
    });
  });

  it('opens by itself when the network is back', async () => {
    await open({ file: 'flow.js', route: (route) => route.abort() });
    await alert('A part of the page did not arrive').waitFor();
    await patient.page.unrouteAll();
    await patient.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await patient.heading('Enter your code').waitFor();
  });

  const INSTALLED = { android: 'In the Play Store, install or update Chrome', iPhone: 'Safari 15 or newer is needed', PC: 'Chrome 87, Firefox 91, Edge 87 or Safari 15' };
  for (const [device, userAgent] of Object.entries(AGENTS)) {
    it(`tells who has an old browser what to install: ${device}`, async () => {
      await open({ context: { userAgent }, initScript: () => { delete Element.prototype.replaceChildren; }, file: 'dom.js', route: (route) => route.fulfill({ contentType: 'text/javascript', body: 'not what it can read' }) });
      await alert('This browser is too old for a video visit').waitFor();
      await alert('이 브라우저는 오래되어').waitFor();
      await alert(INSTALLED[device]).waitFor();
      await alert(SHOWN).waitFor();
    });
  }

  it('takes what a browser of the baseline cannot read for its age, and an exception for what it is', async () => {
    const unreadable = (route) => route.fulfill({ contentType: 'text/javascript', body: 'export class Newer { static { #x in of the future } }' });
    await open({ file: 'chat.js', route: unreadable, initScript: () => { delete globalThis.structuredClone; } });
    await alert('This browser is too old for a video visit').waitFor();
    await patient.close();
    await open({ initScript: () => { delete globalThis.URL; } });
    await alert('The page could not open in this browser').waitFor();
    await patient.button('Try again').waitFor();
  });

  it('says so to a browser that knows no modules', async () => {
    await open({ initScript: () => { delete HTMLScriptElement.prototype.noModule; }, file: 'app.js', route: (route) => route.fulfill({ contentType: 'text/javascript', body: '' }) });
    await alert('This browser is too old for a video visit').waitFor();
  });

  it('is not impressed by the mistakes of others', async () => {
    await open({ initScript: () => { setTimeout(() => { throw new Error('of an extension'); }); Promise.reject(new Error('of another')); } });
    await patient.heading('Enter your code').waitFor();
  });

  it('finds its proof of work without a thread for it', async () => {
    gateway.codes.set(CODE, { code: 'proof-needed', challenge: { nonce: 'a1b2c3', bits: 14 } });
    await open({ file: 'proof_worker.js', route: (route) => route.abort() });
    await patient.button('Go in').click();
    await patient.heading('Your name and consent').waitFor();
    assert.match(gateway.heard.filter(({ type }) => type === 'join').at(-1).proof, /^\d+$/);
  });

  it('says so in Firefox, too', async () => {
    const firefox = await launchFirefox();
    try {
      await open({ in: firefox, file: 'chat.js', route: (route) => route.abort() });
      await alert('A part of the page did not arrive').waitFor();
      await opensAgain();
    } finally {
      await patient.close();
      await firefox.close();
    }
  });

  it('leads to a call in a browser that lacks all that came after the oldest ones', async () => {
    const kiosk = await KioskDouble.open(await browser.newContext(), gateway);
    await kiosk.moveTo(gateway);
    await open({ initScript: () => {
      for (const [owner, names] of [
        [globalThis, ['HTMLDialogElement', 'structuredClone', 'RTCRtpScriptTransform', 'scheduler', 'requestIdleCallback', 'BroadcastChannel']],
        [globalThis.HTMLDialogElement.prototype, ['show', 'showModal', 'close', 'open', 'returnValue']],
        [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toSpliced', 'toReversed', 'with']], [String.prototype, ['at', 'isWellFormed', 'toWellFormed']],
        [Object, ['hasOwn', 'groupBy']], [Promise, ['withResolvers', 'try']], [crypto.constructor.prototype, ['randomUUID']],
        [HTMLVideoElement.prototype, ['requestVideoFrameCallback', 'cancelVideoFrameCallback']],
        [RTCPeerConnection.prototype, ['connectionState', 'setConfiguration']], [RTCRtpTransceiver.prototype, ['setCodecPreferences']],
        [Navigator.prototype, ['permissions', 'wakeLock', 'connection', 'mediaCapabilities', 'languages', 'userAgentData', 'clipboard']],
      ]) for (const name of names) for (let each = owner; each; each = Object.getPrototypeOf(each)) delete each[name];
    } });
    assert.deepEqual(await patient.page.evaluate(() => [typeof Array.prototype.at, typeof Object.hasOwn, typeof document.createElement('dialog').showModal, typeof new RTCPeerConnection().connectionState]),
      ['undefined', 'undefined', 'undefined', 'undefined']);
    // Without the callback that patient.seesMovement() asks for.
    const frames = () => patient.remote.evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames);
    const moves = async () => {
      const before = await frames();
      await waitFor('the clinic\'s picture to move', async () => Math.abs(await frames() - before) > 10);
    };
    await patient.goToWaiting(CODE, '김순자');
    await kiosk.admit();
    await patient.inCall();
    await moves();
    await waitFor('the kiosk sees the patient', async () => (await kiosk.received()).frames > 10);
    await patient.write('안녕하세요');
    await waitFor('the text at the kiosk', async () => (await kiosk.lines('chat')).some(({ text }) => text === '안녕하세요'));
    // The question is a dialog all the same.
    await patient.button('Leave').click();
    const dialog = patient.page.getByRole('dialog', { name: 'Leave the visit?' });
    await dialog.waitFor();
    await patient.page.keyboard.press('Tab');
    await patient.page.keyboard.press('Tab');
    assert.equal(await dialog.getByRole('button', { name: 'Stay' }).evaluate((each) => each === document.activeElement), true, 'the focus stays in it');
    await patient.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await patient.button('Leave').evaluate((each) => each === document.activeElement), true, 'and comes back');
    await patient.button('Sound').click();
    const sound = patient.page.getByRole('dialog', { name: 'Sound' });
    await sound.getByRole('switch', { name: 'Louder and clearer' }).waitFor();
    await sound.getByRole('button', { name: 'Done' }).click();
    await sound.waitFor({ state: 'hidden' });
    await kiosk.offer();
    await waitFor('peer 2 connected', async () => (await kiosk.connection(2)) === 'connected');
    await moves();
    await patient.button('Leave').click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await patient.heading('You left the visit').waitFor();
    assert.deepEqual(patient.complaints, [], 'the browser complained');
  });
});
