// The page against the real gateway, as served by it: what it says of each kind of code, under the real headers.
//
//   SANGDAM_BUILD=<build folder> node --test gateway.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { wellFormed as code } from './support/codes.mjs';
import { launchBrowser } from './support/browser.mjs';
import { Gateway } from './support/gateway_process.mjs';
import { Patient } from './support/patient.mjs';

const CODE = code('48273190');

describe('the page at a real gateway', { timeout: 1200000 }, () => {
  let browser;
  let gateway;
  let patient;
  before(async () => { browser = await launchBrowser(); });
  after(async () => { await browser?.close(); });
  beforeEach(async () => { gateway = await Gateway.start(); });
  afterEach(async () => {
    const complaints = patient?.complaints ?? [];
    await patient?.close();
    await gateway.stop();
    patient = undefined;
    assert.deepEqual(complaints, [], 'the browser complained, of the Content-Security-Policy for example');
  });
  const open = async () => { patient = await Patient.open(browser, gateway.url); };
  const says = (words) => patient.problem.filter({ hasText: words }).waitFor();

  it('lets a good code in, passes the knock on as it was typed, and shows what the kiosk says', async () => {
    const session = await gateway.openSession(CODE);
    await open();
    await patient.goToWaiting(CODE, '김순자 👵');
    const { seat } = await gateway.hears('arrived');
    const { message } = await gateway.hears('from-patient');
    assert.deepEqual(message, { type: 'knock', name: '김순자 👵', consent: '2026-1', camera: true, microphone: true });
    gateway.say({ type: 'to-patient', session, seat: seat.seat ?? seat, message: { type: 'status', state: 'declined' } });
    await patient.heading('A little more patience, please').waitFor();
    gateway.say({ type: 'session-close', session, outcome: 'cancelled' });
    await patient.heading('The visit was cancelled').waitFor();
  });

  it('tells a wrong code from one that has expired and from one that is used up', async () => {
    const ended = await gateway.openSession(code('11111111'));
    gateway.say({ type: 'session-close', session: ended, outcome: 'completed' });
    await gateway.openSession(code('22222222'), 0);
    await open();
    await patient.enterCode(code('33333333'));
    await says('No visit is open with this code');
    await patient.enterCode(code('11111111'));
    await says('has already ended');
    await patient.enterCode(code('22222222'));
    await says('The time for this code is over');
    const late = await gateway.openSession(code('44444444'));
    gateway.say({ type: 'session-close', session: late, outcome: 'expired' });
    await patient.enterCode(code('44444444'));
    await says('The time for this code is over');
    // Whoever has had a code is told whom to call.
    await patient.page.getByRole('link', { name: /02-1234-5678/ }).waitFor();
  });

  it('tells a second browser that the code is in use', async () => {
    await gateway.openSession(CODE);
    await open();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
    const other = await Patient.open(browser, gateway.url);
    await other.enterCode(CODE);
    await other.problem.filter({ hasText: 'already in use on another device' }).waitFor();
    await other.close();
  });

  it('tells the page whom to call before there is a code', async () => {
    await open();
    await patient.page.getByRole('banner').getByText('한빛의원').waitFor();
    await patient.page.getByRole('contentinfo').getByRole('link', { name: '02-1234-5678' }).waitFor();
  });

  it('loads and reloads over the few connections a browser opens at once', async () => {
    await open();
    const cdp = await patient.page.context().newCDPSession(patient.page);
    await cdp.send('Network.enable');
    const connections = new Set();
    let requests = 0;
    cdp.on('Network.responseReceived', ({ response }) => {
      connections.add(response.connectionId);
      ++requests;
    });
    for (let load = 0; load < 2; ++load) {
      await patient.page.reload({ waitUntil: 'networkidle' });
      await patient.codeField.waitFor();
    }
    assert.ok(requests > 20, `${requests} requests`);
    assert.ok(connections.size <= 6, `${requests} requests came over ${connections.size} connections`);
  });

  it('asks somebody who guesses for work, and lets the right code in with it', async () => {
    await gateway.openSession(CODE);
    await open();
    const work = patient.page.getByRole('progressbar', { name: 'Check under way' });
    let worked = false;
    for (let i = 0; i < 8; ++i) {
      await patient.enterCode(code(String(55555555 + i)));
      if (i >= 5) worked ||= await work.waitFor({ timeout: 500 }).then(() => true, () => false);
      await patient.problem.filter({ hasText: 'No visit is open' }).waitFor();
    }
    assert.ok(worked, 'no work was asked for');
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
  });

  it('comes back to its seat after a reload, and waits out a kiosk that is away', async () => {
    const session = await gateway.openSession(CODE);
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    await patient.page.reload();
    await gateway.hears('returned');
    await patient.heading('Your visit starts soon').waitFor();
    gateway.disconnect();
    await says('connection is down for a moment');
    await gateway.connect();
    gateway.say({ type: 'session-open', session, code: CODE, lifetime: 600 });
    await patient.problem.filter({ hasText: 'connection is down' }).waitFor({ state: 'hidden' });
  });
});
