// Somebody else with the code, while the patient's page has lost the gateway and the call goes on: the real kiosk and
// two pages in a real browser. Playwright stands between the first page and the gateway, so that its signalling can be
// away for as long as the test wants, without touching the media.
//
//   SANGDAM_BUILD=<build folder> node --test newcomer.test.mjs
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const PICTURES = process.env.SANGDAM_SCREENSHOTS;  // a folder: how the door looks at the kiosk goes there

/** In the page: the longest time between two frames of the clinic's picture from now on, in milliseconds. */
function watchFrames(video) {
  globalThis.longestGap = 0;
  let last = performance.now();
  const onFrame = () => {
    const now = performance.now();
    globalThis.longestGap = Math.max(globalThis.longestGap, now - last);
    last = now;
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

describe('a newcomer with the code of a running visit', { timeout: 300000 }, () => {
  let browser;
  let kiosk;
  let patient;
  let newcomer;
  /** Whether the first page reaches the gateway. */
  let signalling;

  before(async () => { browser = await launchBrowser(); });
  after(async () => { await browser?.close(); });
  afterEach(async () => {
    await newcomer?.close();
    await patient?.close();
    await kiosk?.stop();
    newcomer = patient = kiosk = undefined;
  });

  const kinds = async () => (await entries(kiosk)).map(({ kind }) => kind);
  /** One page in the call, whose signalling is away. */
  const inCallWithoutSignalling = async () => {
    kiosk = await Kiosk.start();
    patient = await Patient.open(browser, 'about:blank');
    patient.gatewayMayFail = true;
    signalling = true;
    const routes = [];
    await patient.page.routeWebSocket(/\/ws\/patient$/, (route) => {
      if (!signalling) return route.close();
      route.connectToServer();
      routes.push(route);
    });
    await patient.page.goto(new URL(kiosk.session.url).origin);
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    await patient.inCall();
    await kiosk.event('connected');
    await patient.seesMovement();
    signalling = false;
    await routes.at(-1).close({ code: 4001 });
    await waitFor('the kiosk knows', async () => (await kinds()).includes('patient-away'));
  };
  const knockAsAnother = async () => {
    newcomer = await Patient.open(browser, new URL(kiosk.session.url).origin);
    await newcomer.goToWaiting(kiosk.session.code, '이민수');
    return (await kiosk.event('newcomer-waiting')).knock;
  };
  const cameraIsOn = (page) => page.evaluate(() => [...document.querySelectorAll('video')]
    .some(({ srcObject }) => srcObject?.getTracks().some(({ readyState }) => readyState === 'live')));

  it('waits while the call goes on, is turned away, and the call has not noticed', async () => {
    await inCallWithoutSignalling();
    await patient.remote.evaluate(watchFrames);
    const peersBefore = kiosk.all('connected').length;
    const knock = await knockAsAnother();
    if (PICTURES) await kiosk.screenshot(path.join(PICTURES, 'call-door-live.png'));
    await patient.seesMovement(30);
    await kiosk.act('decline', kiosk.consultation, knock);
    await newcomer.heading('The clinic did not let you in').waitFor();
    assert.equal(await cameraIsOn(newcomer.page), false);
    await patient.seesMovement(30);

    const gap = await patient.page.evaluate(() => globalThis.longestGap);
    assert.ok(gap < 2000, `the clinic's picture stood still for ${Math.round(gap)} ms`);
    assert.equal(kiosk.all('disconnected').length, 0);
    assert.equal(kiosk.all('connected').length, peersBefore);
    const rates = kiosk.all('statistics').slice(-3).map(({ received_fps: rate }) => rate);
    assert.ok(rates.every((rate) => rate > 0), `the patient's picture arrives in every second: ${rates}`);
    const log = await kinds();
    assert.deepEqual(log.filter((kind) => kind.startsWith('newcomer')), ['newcomer-arrived', 'newcomer-knocked', 'newcomer-declined']);

    // The first one's token is as good as before.
    signalling = true;
    await waitFor('the first page is back', async () => (await kinds()).includes('patient-returned'), 60000);
    await patient.seesMovement(30);
    await kiosk.end();
    await patient.heading('Your visit has ended').waitFor();
  });

  it('is let in instead: the one before is told on the spot, and its camera is off', async () => {
    await inCallWithoutSignalling();
    const knock = await knockAsAnother();
    await kiosk.act('admit', kiosk.consultation, knock);
    await patient.heading('Another device has your place').waitFor();
    assert.equal(await cameraIsOn(patient.page), false);
    await newcomer.inCall();
    await newcomer.seesMovement(20);
    await waitFor('its picture at the kiosk', () => (kiosk.all('statistics').at(-1)?.received_fps ?? 0) > 5, 30000);
    assert.ok((await kinds()).includes('newcomer-admitted'));
    await kiosk.end();
    await newcomer.heading('Your visit has ended').waitFor();
  });

  it('the end reaches a page that has lost the gateway, by the data channel', async () => {
    await inCallWithoutSignalling();
    const ended = Date.now();
    await kiosk.end();
    await patient.heading('Your visit has ended').waitFor();
    assert.ok(Date.now() - ended < 5000, 'not by a timeout of the connection');
    assert.equal(await cameraIsOn(patient.page), false);
  });
});
