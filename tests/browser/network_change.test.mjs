// A call while one of two networks between the kiosk and the patient goes away: the real kiosk and a real browser, each in
// its own network namespace, and two networks on the line between them.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test network_change.test.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { launchBrowser } from './support/browser.mjs';
import { ImpairedLine } from './support/impaired_line.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const run = promisify(execFile);

/** In the page: the longest time between two frames of the clinic's picture from now on, in milliseconds, whatever connection brings them. */
function watchFrames() {
  globalThis.longestGap = 0;
  let last = performance.now();
  const onFrame = (_, { expectedDisplayTime }) => {
    globalThis.longestGap = Math.max(globalThis.longestGap, expectedDisplayTime - last);
    last = expectedDisplayTime;
    watch();
  };
  const watch = () => document.querySelector('video.remote').requestVideoFrameCallback(onFrame);
  watch();
}

describe('a call while one of two networks goes away', { timeout: 300000 }, () => {
  let line;
  let kiosk;
  let browser;
  let patient;

  beforeEach(async () => {
    line = await ImpairedLine.open(path.join(process.env.SANGDAM_BUILD, 'tests/network/sangdam-line'));
    await run('ip', ['address', 'add', '10.80.0.1/24', 'dev', 'line']);
    await run('nsenter', ['-t', String(line.space.pid), '-n', 'ip', 'address', 'add', '10.80.0.2/24', 'dev', 'line']);
    kiosk = await Kiosk.start({ args: ['--auto-admit', '--listen', '0.0.0.0:0'] });
    browser = await launchBrowser({ camera: { width: 640, height: 360 }, executable: line.chromium });
  });
  afterEach(async () => {
    await browser?.close();
    await kiosk?.stop();
    await line?.close();
  });

  /** The kiosk's address that the media of the newest connection takes. */
  const mediaAddress = () => patient.page.evaluate(async () => {
    const report = await globalThis.connections.at(-1).getStats();
    const pair = [...report.values()].find(({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded');
    return report.get(pair?.remoteCandidateId)?.address ?? '';
  });
  const call = async (address) => {
    patient = await Patient.open(browser, `https://${address}:${new URL(kiosk.session.url).port}`);
    patient.gatewayMayFail = true;
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await kiosk.event('first-frame');
    await patient.seesMovement();
    await waitFor('the chosen path', mediaAddress);
  };
  const connected = () => patient.page.evaluate(() => globalThis.connections.filter(({ connectionState }) => connectionState === 'connected').length);

  it('goes on over the other one when the kiosk loses an address, without an interruption', async (test) => {
    await call('10.80.0.1');
    const used = await mediaAddress();
    assert.equal(used, '10.79.0.1', 'the page and the media take different networks here');
    await patient.page.evaluate(watchFrames);
    await run('ip', ['address', 'delete', `${used}/24`, 'dev', 'line']);
    await waitFor('a connection over the other network', async () => (await connected()) === 1 && (await mediaAddress()) === '10.80.0.1');
    await patient.seesMovement();
    assert.equal(kiosk.all('disconnected').length, 0, 'nobody was told of an interruption');
    assert.ok((await entries(kiosk)).some(({ kind }) => kind === 'network-changed'));
    test.diagnostic(`longest time without a picture: ${Math.round(await patient.page.evaluate(() => globalThis.longestGap))} ms`);
  });

  it('moves nothing but the connection when the kiosk gets one more address', async (test) => {
    await call('10.80.0.1');
    await patient.page.evaluate(watchFrames);
    await run('ip', ['address', 'add', '10.81.0.1/24', 'dev', 'line']);
    await waitFor('the entry', async () => (await entries(kiosk)).some(({ kind }) => kind === 'network-changed'));
    await waitFor('the second connection', async () => (await patient.page.evaluate(() => globalThis.connections.length)) === 2 && (await connected()) === 1);
    await patient.seesMovement();
    assert.equal(kiosk.all('disconnected').length, 0);
    test.diagnostic(`longest time without a picture: ${Math.round(await patient.page.evaluate(() => globalThis.longestGap))} ms`);
  });

  it('comes back by itself when the patient loses an address', async (test) => {
    await call('10.80.0.1');
    await patient.page.evaluate(watchFrames);
    await run('nsenter', ['-t', String(line.space.pid), '-n', 'ip', 'address', 'delete', '10.79.0.2/24', 'dev', 'line']);
    await patient.seesMovement(30);
    await waitFor('a path that is whole', async () => (await connected()) === 1 && (await mediaAddress()) === '10.80.0.1');
    await patient.seesMovement();
    assert.equal(kiosk.all('disconnected').length, 0, 'nobody was told of an interruption');
    await patient.write('다시 보여요');
    await waitFor('the text', () => kiosk.all('chat').some(({ from }) => from === 'patient'));
    test.diagnostic(`longest time without a picture: ${Math.round(await patient.page.evaluate(() => globalThis.longestGap))} ms`);
  });
});
