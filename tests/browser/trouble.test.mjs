// Nothing gets through: whose trouble it is said to be, and whom to call when it takes long.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const CODE = wellFormed('48273190');
const NUMBER = '02-1234-5678';
const WORDS = { network: 'There is no internet connection', clinic: 'the clinic’s side does not answer', unknown: 'If other pages open on this device', away: 'connection is down for a moment' };

describe('trouble on the way', { timeout: 300000 }, () => {
  let browser;
  let gateway;
  let kiosk;
  let patient;
  before(async () => { browser = await launchBrowser({ camera: { width: 640, height: 360 } }); });
  after(async () => browser?.close());
  beforeEach(async () => {
    gateway = await new GatewayDouble().start();
    gateway.codes.set(CODE, 'good');
    gateway.card = { clinic: gateway.clinic, phone: NUMBER };
  });
  afterEach(async () => {
    const complaints = patient?.complaints ?? [];
    await patient?.close();
    patient = undefined;
    await kiosk?.page?.context().close();
    kiosk = undefined;
    await gateway.stop();
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const open = async (options = { clock: true }) => {
    patient = await Patient.open(browser, gateway.url, options);
    await patient.heading('Enter your code').waitFor();
  };
  /** The gateway is gone, in one of two ways. */
  const lose = (how) => {
    patient.gatewayMayFail = true;
    gateway[how] = false;
    gateway.drop();
  };
  const says = (text) => patient.problem.filter({ hasText: text }).waitFor();
  const callLink = (where) => where.getByRole('link', { name: `Need help? Call us ${NUMBER}` });

  it('shows whom to call before there is a code, and does not disturb who is typing one', async () => {
    let tell = () => {};
    const told = new Promise((resolve) => { tell = resolve; });
    patient = await Patient.open(browser, 'about:blank');
    await patient.page.route('**/clinic.json', async (route) => { await told; await route.continue(); });
    await patient.page.goto(gateway.url);
    await patient.heading('Enter your code').waitFor();
    await patient.page.getByText('Call the clinic that gave you the code').waitFor();
    await patient.page.keyboard.type('4827');
    tell();
    await patient.page.getByRole('contentinfo').getByRole('link', { name: NUMBER }).waitFor();
    await patient.page.getByRole('banner').getByText(gateway.clinic).waitFor();
    await patient.page.keyboard.type(CODE.slice(4));
    await patient.page.keyboard.press('Enter');
    await patient.heading('Your name and consent').waitFor();
    assert.match(await patient.page.title(), new RegExp(gateway.clinic));
  });

  it('shows whom to call when the page itself does not open', async () => {
    patient = await Patient.open(browser, 'about:blank');
    await patient.page.route('**/flow.js', (route) => route.abort());
    await patient.page.goto(gateway.url);
    await patient.problem.filter({ hasText: 'A part of the page did not arrive' }).waitFor();
    assert.equal(await patient.problem.getByRole('link', { name: NUMBER }).getAttribute('href'), 'tel:0212345678');
    await patient.problem.getByText(gateway.clinic).waitFor();
    patient.complaints = [];
  });

  it('knows no clinic where the gateway has several', async () => {
    gateway.card = {};
    await open();
    await patient.page.getByText('Call the clinic that gave you the code').waitFor();
  });

  it('is the network\'s where the browser says so', async () => {
    await open();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
    patient.gatewayMayFail = true;
    await patient.page.context().setOffline(true);
    gateway.drop();
    await says(WORDS.network);
    await patient.page.clock.fastForward(16000);
    await callLink(patient.problem).waitFor();
  });

  it('is the clinic\'s where its machine answers but does not talk', async () => {
    await open();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
    lose('reachable');
    await says(WORDS.clinic);
    assert.equal(await callLink(patient.problem).count(), 0, 'not at once');
    await patient.page.clock.fastForward(16000);
    await says(`please call ${gateway.clinic}`);
    await callLink(patient.problem).waitFor();
    gateway.reachable = true;
    await patient.page.clock.fastForward(10000);
    await gateway.wait('resume');
    await patient.problem.waitFor({ state: 'hidden' });
  });

  it('is nobody\'s, as far as can be known, where nothing answers', async () => {
    await open();
    lose('alive');
    await patient.enterCode(CODE);
    await says(WORDS.unknown);
    await patient.page.clock.fastForward(16000);
    await callLink(patient.problem).waitFor();
    gateway.alive = true;
    await patient.page.clock.fastForward(10000);
    await patient.heading('Your name and consent').waitFor();
  });

  it('has no number to show where none is known', async () => {
    gateway.card = {};
    gateway.phone = '';
    await open();
    lose('alive');
    await patient.enterCode(CODE);
    await says(WORDS.unknown);
    await patient.page.clock.fastForward(16000);
    await says('please call the clinic');
    assert.equal(await patient.problem.getByRole('link').count(), 0);
  });

  it('is the clinic\'s when the gateway says that the kiosk is away', async () => {
    await open();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
    gateway.send({ type: 'status', state: 'clinic-away' });
    await says(WORDS.away);
    await patient.page.clock.fastForward(16000);
    await callLink(patient.problem).waitFor();
    gateway.send({ type: 'status', state: 'clinic-back' });
    await patient.problem.waitFor({ state: 'hidden' });
  });

  it('shows clinic and number in the call, says nothing while the call goes on, and whom to call when it does not', async () => {
    kiosk = await KioskDouble.open(await browser.newContext(), gateway);
    await kiosk.moveTo(gateway);
    await open({});
    await patient.goToWaiting(CODE, 'Kim');
    await kiosk.admit();
    await patient.seesMovement();
    await patient.page.getByText(gateway.clinic, { exact: true }).waitFor();
    await callLink(patient.page.getByRole('main')).waitFor();
    lose('alive');
    await patient.seesMovement(30);
    assert.equal(await patient.problem.filter({ visible: true }).count(), 0, 'a call that goes on is no trouble');
    await kiosk.close(1);
    await says(WORDS.unknown);
    await says(`please call ${gateway.clinic}`);
    await callLink(patient.page.getByRole('main')).last().waitFor();
  });
});
