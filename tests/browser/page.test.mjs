// The patient's page in a real browser, against a double of the gateway and a double of the kiosk with real media.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { wellFormed } from './support/codes.mjs';
import { GatewayDouble } from './support/gateway_double.mjs';
import { KioskDouble } from './support/kiosk.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const CODE = wellFormed('48273190');

const near = (actual, expected, tolerance, what) => assert.ok(
  actual.every((value, index) => Math.abs(value - expected[index]) <= tolerance), `${what}: ${actual} is not near ${expected}`);

describe('the patient\'s page', { timeout: 1200000 }, () => {
  let browser;
  let gateway;
  let kioskGateway;
  let kiosk;
  let patient;
  let usual;  // the device of every test that needs no other: a new one takes a second

  before(async () => {
    browser = await launchBrowser({ camera: { width: 640, height: 360 } });
    kioskGateway = await new GatewayDouble().start();  // serves the kiosk's page, which outlives each test's own gateway
    kiosk = await KioskDouble.open(await browser.newContext(), kioskGateway);
  });
  after(async () => {
    await browser?.close();
    await kioskGateway?.stop();
  });
  beforeEach(async () => {
    gateway = await new GatewayDouble().start();
    gateway.codes.set(CODE, 'good');
    await kiosk.moveTo(gateway);
  });
  afterEach(async () => {
    const complaints = patient?.complaints ?? [];
    if (patient === usual) await usual?.away();
    else await patient?.close();
    patient = undefined;
    await gateway.stop();
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const open = async (options, suffix = '') => {
    const url = gateway.url + suffix;
    if (options) patient = await Patient.open(browser, url, options);
    else if (usual) await (patient = usual).visit(url);
    else patient = usual = await Patient.open(browser, url);
    return patient;
  };
  const openInCall = async (options) => {
    await open(options);
    await patient.goToWaiting(CODE, '김순자');
    await kiosk.admit();
    await patient.inCall();
    await patient.seesMovement();
  };

  it('leads from the code to a call in which picture and sound go both ways, and to goodbye', async () => {
    await open();
    await patient.goToWaiting(CODE, '  김순자\t ');
    const knock = await gateway.wait('knock');
    assert.equal(knock.name, '김순자');
    assert.equal(knock.consent, '2026-1');
    assert.deepEqual([knock.camera, knock.microphone], [true, true]);
    await waitFor('the offer to be out', () => kiosk.peer === 1);
    assert.equal(gateway.heard.some(({ type }) => type === 'answer' || type === 'candidate'), false, 'nothing of ours leaves before admission');

    await kiosk.admit();
    await patient.inCall();
    await patient.seesMovement(20);
    near(await patient.colourAt(0.05, 0.9), [32, 80, 192], 25, 'the clinic\'s blue ground');
    assert.ok(await patient.loudness() > 0.05, 'the clinic is heard');
    await waitFor('the kiosk sees the patient', async () => (await kiosk.received()).frames > 20);
    await waitFor('the kiosk hears the patient', async () => (await kiosk.received()).audioEnergy > 0.001);

    kiosk.end('completed');
    await patient.heading('Your visit has ended').waitFor();
    assert.equal(await patient.page.evaluate(() => JSON.parse(sessionStorage.getItem('sangdam')).token ?? ''), '', 'nothing of the visit stays');
  });

  it('speaks Korean to a Korean browser and changes on request, keeping what was typed', async () => {
    await open({ language: 'ko' });
    await patient.heading('코드를 입력해 주세요').waitFor();
    await patient.codeField.fill(CODE.slice(0, 5));
    await patient.button('English').click();
    await patient.heading('Enter your code').waitFor();
    assert.equal(await patient.page.evaluate(() => document.documentElement.lang), 'en');
    assert.equal(await patient.page.getByRole('textbox', { name: '9-digit code' }).inputValue(), '482 73');
    assert.equal(gateway.heard.length, 0);
  });

  it('takes a code from the link and hides it from the address bar', async () => {
    await open(undefined, `#${CODE}`);
    await patient.heading('Enter your code').waitFor();
    assert.equal(await patient.codeField.inputValue(), `${CODE.slice(0, 3)} ${CODE.slice(3, 6)} ${CODE.slice(6)}`);
    assert.equal(new URL(patient.page.url()).hash, '');
    await patient.button('Go in').click();
    await patient.heading('Your name and consent').waitFor();
  });

  it('takes full-width digits and pasted separators, and finds a slip without asking the gateway', async () => {
    await open();
    const wrong = CODE.slice(0, 8) + ((Number(CODE[8]) + 1) % 10);
    await patient.enterCode(wrong);
    await patient.problem.filter({ hasText: 'One of the digits seems different' }).waitFor();
    await patient.enterCode('48273');
    await patient.problem.filter({ hasText: 'That is 5 digits' }).waitFor();
    assert.equal(gateway.heard.length, 0);
    const fullWidth = [...CODE].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join('');
    await patient.enterCode(`${fullWidth.slice(0, 3)}-${fullWidth.slice(3, 6)} ${fullWidth.slice(6)}`);
    await patient.heading('Your name and consent').waitFor();
    assert.equal((await gateway.wait('join')).code, CODE);
  });

  it('has plain words for each refusal of a code', async () => {
    const refusals = {
      'code-wrong': 'No visit is open with this code', 'code-expired': 'The time for this code is over',
      'code-used': 'has already ended', 'code-occupied': 'already in use on another device',
      'clinic-away': 'connection is down just now', 'code-mistyped': 'One of the digits seems different',
      'something-new': 'That did not work',
    };
    await open();
    let eight = 11111111;
    for (const [code, words] of Object.entries(refusals)) {
      const typed = wellFormed(String(eight++));
      gateway.codes.set(typed, { code });
      await patient.enterCode(typed);
      await patient.problem.filter({ hasText: words }).waitFor();
    }
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
  });

  it('counts down after too many tries', async () => {
    const typed = wellFormed('22222222');
    gateway.codes.set(typed, { code: 'too-many-tries', retry_after: 60 });
    await open({ clock: true });
    await patient.enterCode(typed);
    await patient.problem.filter({ hasText: /again in (60|5\d) seconds/ }).waitFor();
    assert.equal(await patient.button('Go in').isDisabled(), true);
    await patient.page.clock.fastForward(30000);
    await patient.problem.filter({ hasText: /again in (30|2\d) seconds/ }).waitFor();
    assert.equal(await patient.button('Go in').isDisabled(), true);
    await patient.page.clock.fastForward(30000);
    await patient.page.getByRole('status').filter({ hasText: 'You can try again now' }).waitFor();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
  });

  it('proves its work when the gateway asks, without another tap', async () => {
    const typed = wellFormed('33333333');
    gateway.codes.set(typed, { code: 'proof-needed', challenge: { nonce: 'a1b2c3', bits: 16 } });
    await open();
    await patient.enterCode(typed);
    await patient.heading('Your name and consent').waitFor();
    assert.ok(gateway.heard.filter(({ type }) => type === 'join').at(-1).proof.match(/^\d+$/));
  });

  it('says how long it waits for its turn, and leaves nothing to do meanwhile', async () => {
    const typed = wellFormed('44444444');
    gateway.codes.set(typed, { code: 'in-line', retry_after: 40 });
    await open();
    await patient.enterCode(typed);
    await patient.page.getByRole('status').filter({ hasText: 'about 40 seconds more' }).waitFor();
    assert.equal(await patient.problem.isVisible(), false);
    assert.equal(await patient.button('Checking…').isDisabled(), true);
  });

  it('asks for name and consent before anything else', async () => {
    await open();
    await patient.enterCode(CODE);
    await patient.heading('Your name and consent').waitFor();
    await patient.button('Next').click();
    await patient.problem.filter({ hasText: 'Please enter your name' }).waitFor();
    await patient.page.getByRole('textbox', { name: 'Your name' }).fill('Kim');
    await patient.button('Next').click();
    await patient.problem.filter({ hasText: 'please tick the box' }).waitFor();
    assert.equal(gateway.heard.some(({ type }) => type === 'knock'), false);
  });

  it('mutes, turns the camera off and on, and tells the clinic', async () => {
    await openInCall();
    await waitFor('the first media line', async () => (await kiosk.lines('control')).some(({ type }) => type === 'media'));
    await patient.microphone.click();
    assert.equal(await patient.microphone.getAttribute('aria-checked'), 'false');
    await waitFor('muted is told', async () => (await kiosk.lines('control')).filter(({ type }) => type === 'media').at(-1).microphone === false);
    // What was on its way still arrives; then nothing more does.
    const moment = () => new Promise((resolve) => { setTimeout(resolve, 400); });
    await waitFor('the sound stops', async () => {
      const { audioEnergy } = await kiosk.received();
      await moment();
      return (await kiosk.received()).audioEnergy - audioEnergy < 1e-6;
    });
    await patient.camera.click();
    await waitFor('dark is told', async () => (await kiosk.lines('control')).filter(({ type }) => type === 'media').at(-1).camera === false);
    assert.deepEqual(await patient.page.evaluate(async () => {
      const own = document.querySelector('.self video');
      return own.srcObject === null;
    }), true, 'the camera itself is off');
    await waitFor('the picture stops', async () => {
      const { frames } = await kiosk.received();
      await moment();
      return (await kiosk.received()).frames === frames;
    });
    const later = await kiosk.received();
    await patient.camera.click();
    await waitFor('the picture is back', async () => (await kiosk.received()).frames > later.frames + 10);
    await patient.microphone.click();
    await waitFor('the sound is back', async () => (await kiosk.received()).audioEnergy > later.audioEnergy + 0.001);
  });

  it('shows that the clinic muted itself or turned its camera off', async () => {
    await openInCall();
    await kiosk.say('control', { type: 'media', microphone: false, camera: false });
    await patient.page.getByText('The clinic’s microphone is off', { exact: true }).filter({ visible: true }).first().waitFor();
    await patient.page.getByText('The clinic’s camera is off', { exact: true }).filter({ visible: true }).first().waitFor();
    await kiosk.say('control', { type: 'quality', level: 'poor' });
    await patient.page.getByText('Very weak connection').waitFor();
  });

  it('carries the chat both ways with Hangul and emoji, marks delivery and shows a repeated text once', async () => {
    await openInCall();
    const text = '머리가 아파요 🤕👩‍⚕️ <b>&amp;';
    await patient.write(text);
    await waitFor('the text at the kiosk', async () => (await kiosk.lines('chat')).length > 0);
    const [sent] = await kiosk.lines('chat');
    assert.equal(sent.text, text);
    await patient.chatLog.getByText('Sending').waitFor();
    await kiosk.say('chat', { type: 'received', id: sent.id });
    await patient.chatLog.getByText('Delivered').waitFor();

    await patient.page.getByRole('button', { name: 'Close chat' }).click();
    const line = { type: 'text', id: 'ab'.repeat(16), text: '언제부터 아프셨어요? 😊' };
    await kiosk.say('chat', line);
    await patient.page.getByRole('button', { name: 'Chat, 1 new' }).waitFor();
    await kiosk.say('chat', line);
    await waitFor('both acknowledged', async () => (await kiosk.lines('chat')).filter(({ type }) => type === 'received').length === 2);
    await patient.page.getByRole('button', { name: 'Chat, 1 new' }).click();
    assert.equal(await patient.chatLog.getByText('언제부터 아프셨어요? 😊').count(), 1);
    assert.equal(await patient.page.getByText('<b>&amp;').count(), 1, 'markup is text');
  });

  it('says in words what cannot be sent and what the clinic refused, and does not send it again', async () => {
    await openInCall();
    await patient.write('\u3164');
    await patient.page.getByRole('alert').getByText('There is nothing in it that can be read').waitFor();
    await patient.write('x'.repeat(2003));
    await patient.page.getByRole('alert').getByText('Please take out 3 letters').waitFor();
    assert.deepEqual(await kiosk.lines('chat'), []);
    // Marks enough to paint over the screen: eight of them stay.
    await patient.write(`a${'\u0301'.repeat(500)} \u202Eb`);
    await waitFor('the text at the kiosk', async () => (await kiosk.lines('chat')).length > 0);
    const [sent] = await kiosk.lines('chat');
    assert.equal(sent.text, `a${'\u0301'.repeat(8)} b`);
    await kiosk.say('chat', { type: 'refused', id: sent.id, reason: 'empty' });
    await patient.chatLog.getByText('Not delivered. Please write it in other words.').waitFor();
    await kiosk.offer();
    await waitFor('peer 2 connected', async () => (await kiosk.connection(2)) === 'connected');
    await patient.write('in other words');
    await waitFor('the other text', async () => (await kiosk.lines('chat')).some(({ text }) => text === 'in other words'));
    assert.equal((await kiosk.lines('chat')).filter(({ id }) => id === sent.id).length, 1);
  });

  it('refuses the clinic\'s text with nothing to read by name, if it knows refusals, and stays in the call', async () => {
    await openInCall();
    const line = { type: 'text', id: 'ef'.repeat(16), text: '\u3164\u200B' };
    await kiosk.say('chat', line);
    await waitFor('the older clinic to hear that it came', async () => (await kiosk.lines('chat')).some(({ type }) => type === 'received'));
    await kiosk.say('control', { type: 'hello', features: ['chat-refused', 'ignore-unknown'] });
    // Heard in order on one channel, but not across two.
    await waitFor('the refusal', async () => {
      await kiosk.say('chat', line);
      return (await kiosk.lines('chat')).some(({ type, reason }) => type === 'refused' && reason === 'empty');
    });
    for (let i = 0; i < 30; ++i) await kiosk.say('control', { type: 'of-the-future' });
    await kiosk.say('chat', { type: 'text', id: 'cd'.repeat(16), text: 'still here' });
    await patient.page.getByRole('button', { name: 'Chat, 1 new' }).waitFor();
    assert.equal(kiosk.peer, 1);
  });

  it('keeps going after malformed lines, and asks for a new connection after too many', async () => {
    await openInCall();
    for (let i = 0; i < 20; ++i) await kiosk.say('chat', '{"type":"text"');
    await kiosk.say('chat', { type: 'text', id: 'cd'.repeat(16), text: 'still here' });
    await patient.page.getByRole('button', { name: 'Chat, 1 new' }).waitFor();
    await kiosk.say('chat', '[]');
    assert.equal((await gateway.wait('request-offer')).peer, 1);
    await patient.seesMovement();
    assert.equal(kiosk.peer, 2);
  });

  it('lets a second offer take over while the first still flows, and sends the unacknowledged text again', async () => {
    await openInCall();
    await patient.write('hello');
    await waitFor('the text', async () => (await kiosk.lines('chat')).length > 0);
    await kiosk.offer();
    await waitFor('peer 2 connected', async () => (await kiosk.connection(2)) === 'connected');
    await waitFor('peer 1 closed', async () => ['disconnected', 'closed', 'failed'].includes(await kiosk.connection(1)));
    await patient.seesMovement();
    await waitFor('the text again', async () => (await kiosk.lines('chat')).length > 1);
    const [first, second] = await kiosk.lines('chat');
    assert.equal(first.id, second.id);
    assert.equal(await patient.page.getByRole('alert').filter({ visible: true }).count(), 0, 'nothing to worry about was shown');
  });

  it('follows a clinic that was restarted and counts its offers from one again', async () => {
    await openInCall();
    await kiosk.offer();
    await waitFor('peer 2', async () => (await kiosk.connection(2)) === 'connected');
    await kiosk.close(1);
    await kiosk.close(2);
    kiosk.peer = 0;
    gateway.drop();
    await gateway.wait('resume');
    await waitFor('the first offer of the restarted kiosk to connect', async () => (await kiosk.connection()) === 'connected', 60000);
    await patient.seesMovement();
  });

  it('answers an offer again that the clinic repeats because the answer was lost', async () => {
    await open();
    kiosk.losesAnswers = 1;
    await patient.goToWaiting(CODE, 'Kim');
    await kiosk.admit();
    await gateway.wait('answer');
    await kiosk.repeatOffer();
    assert.equal((await gateway.wait('answer')).peer, 1);
    await patient.seesMovement();
  });

  it('asks for a new offer when the media connection breaks, and says what happens', async () => {
    await openInCall();
    await kiosk.close(1);
    assert.equal((await gateway.wait('request-offer')).peer, 1);
    await patient.seesMovement();
    assert.equal(kiosk.peer, 2);
  });

  it('returns to the call after a reload, with camera and chat', async () => {
    await openInCall();
    await patient.write('before the reload');
    await patient.page.reload();
    await patient.inCall();
    assert.equal((await gateway.wait('resume')).peer, undefined);
    await patient.seesMovement();
    await waitFor('the kiosk sees the patient again', async () => (await kiosk.received()).frames > 10);
    await patient.chatButton.click();
    await patient.chatLog.getByText('before the reload').waitFor();
  });

  for (const [screen, arrive] of Object.entries({
    'Your name and consent': async () => patient.enterCode(CODE),
    'Camera and microphone': async () => { await patient.enterCode(CODE); await patient.giveNameAndConsent('Kim'); },
    'Your visit starts soon': async () => patient.goToWaiting(CODE, 'Kim'),
  })) {
    it(`is at "${screen}" again after a reload there`, async () => {
      await open();
      await arrive();
      await patient.heading(screen).waitFor();
      await patient.page.reload();
      await patient.heading(screen).waitFor();
      await gateway.wait('resume');
      await patient.heading(screen).waitFor();
    });
  }

  it('prepares its answer at the door after a reload there too', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    await gateway.wait('knock');
    await patient.page.reload();
    await gateway.wait('resume');
    await patient.page.waitForFunction(() => globalThis.connections.at(-1)?.iceGatheringState === 'complete');
    assert.equal(gateway.heard.filter(({ type }) => type === 'knock').length, 1);
    assert.equal(gateway.heard.some(({ type }) => type === 'answer' || type === 'candidate'), false, 'nothing of ours leaves before admission');
    await kiosk.admit();
    await patient.seesMovement();
  });

  it('does not interrupt the call when only the signalling connection drops', async () => {
    await openInCall();
    gateway.drop();
    const resume = await gateway.wait('resume');
    assert.equal(resume.peer, 1);
    await patient.seesMovement(20);
    assert.equal(kiosk.peer, 1, 'no new offer was needed');
    assert.equal(await patient.page.getByRole('alert').filter({ visible: true }).count(), 0);
  });

  it('says whose connection is lost while waiting, and comes back by itself', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    gateway.reachable = false;
    patient.gatewayMayFail = true;
    gateway.drop();
    // The gateway's machine answers, so the network of this device is fine: nobody is sent to look at the Wi-Fi.
    await patient.problem.filter({ hasText: 'the clinic’s side does not answer' }).waitFor();
    await patient.page.context().setOffline(true);
    await patient.problem.filter({ hasText: 'no internet connection' }).waitFor();
    await patient.page.context().setOffline(false);
    gateway.reachable = true;
    await gateway.wait('resume');
    await patient.problem.waitFor({ state: 'hidden' });
    await kiosk.admit();
    await patient.seesMovement();
  });

  it('knocks again when the clinic asks anew for who is there', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    await gateway.wait('knock');
    gateway.send({ type: 'status', state: 'getting-ready' });
    await gateway.wait('knock');
  });

  it('says "not now" kindly and lets the patient ask again', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    await gateway.wait('knock');
    kiosk.decline();
    await patient.heading('A little more patience, please').waitFor();
    await patient.button('Ask again').click();
    await gateway.wait('knock');
    await patient.heading('Your visit starts soon').waitFor();
  });

  it('goes back to waiting when the connection could not prove itself', async () => {
    await openInCall();
    kiosk.refuse();
    await patient.heading('We could not connect safely').waitFor();
    await kiosk.offer();
    await kiosk.admit();
    await patient.inCall();
    await patient.seesMovement();
  });

  it('shows that the clinic is away and back', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    gateway.send({ type: 'status', state: 'clinic-away' });
    await patient.problem.filter({ hasText: 'connection is down for a moment' }).waitFor();
    gateway.send({ type: 'status', state: 'clinic-back' });
    await patient.problem.filter({ hasText: 'connection is down' }).waitFor({ state: 'hidden' });
  });

  it('leaves only when sure, turns the camera off, and comes back to the same visit', async () => {
    await openInCall();
    await patient.button('Leave').click();
    await patient.page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
    await patient.seesMovement();
    await patient.leave();
    await patient.heading('You left the visit').waitFor();
    await gateway.wait('leave');
    await patient.page.reload();
    await patient.heading('You left the visit').waitFor();
    await patient.button('Go back to the visit').click();
    await gateway.wait('resume');
    await patient.inCall();
    await patient.seesMovement();
  });

  it('asks before the browser\'s own back button leaves the call', async () => {
    await openInCall();
    await patient.page.goBack();
    await patient.page.getByRole('dialog', { name: 'Leave the visit?' }).waitFor();
    await patient.page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
    await patient.seesMovement();
  });

  it('goes back a step at a time', async () => {
    await open();
    await patient.goToWaiting(CODE, 'Kim');
    await patient.button('Back').click();
    await patient.heading('Camera and microphone').waitFor();
    await patient.button('Back').click();
    await patient.heading('Your name and consent').waitFor();
    assert.equal(await patient.page.getByRole('textbox', { name: 'Your name' }).inputValue(), 'Kim');
    await patient.button('Back').click();
    await patient.heading('Enter your code').waitFor();
    await gateway.wait('leave');
  });

  it('lets the newest window have the visit and can take it back', async () => {
    await openInCall();
    gateway.send({ type: 'error', code: 'replaced', text: 'elsewhere' });
    gateway.patient.close(4000, 'replaced');
    await patient.heading('Your visit is open in another window').waitFor();
    await patient.button('Continue here').click();
    await patient.inCall();
    await patient.seesMovement();
  });

  it('asks for the code again when the visit is not known any more', async () => {
    await openInCall();
    gateway.token = 'f'.repeat(32);
    gateway.drop();
    await patient.heading('Enter your code').waitFor();
    await patient.problem.filter({ hasText: 'could not find your earlier visit' }).waitFor();
  });

  for (const [outcome, words] of [['cancelled', 'The visit was cancelled'], ['no-show', 'The time for this visit is over'], ['failed', 'The visit ended without a connection']]) {
    it(`says in words that the visit ended: ${outcome}`, async () => {
      await open();
      await patient.goToWaiting(CODE, 'Kim');
      kiosk.end(outcome);
      await patient.heading(words).waitFor();
    });
  }

  it('can be done with the keyboard alone', async () => {
    await open({ width: 1280, height: 800 });
    const { keyboard } = patient.page;
    await patient.heading('Enter your code').waitFor();
    await keyboard.type(CODE);
    await keyboard.press('Enter');
    await patient.heading('Your name and consent').waitFor();
    const focusOn = async (locator) => waitFor(`focus on ${locator}`, async () => {
      if (await locator.evaluate((element) => element === document.activeElement)) return true;
      await keyboard.press('Tab');
      return false;
    });
    await focusOn(patient.page.getByRole('textbox', { name: 'Your name' }));
    await keyboard.type('Kim');
    await focusOn(patient.page.getByRole('checkbox'));
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await patient.heading('Camera and microphone').waitFor();
    await patient.button('I am ready').waitFor();
    await focusOn(patient.button('I am ready'));
    await keyboard.press('Enter');
    await patient.heading('Your visit starts soon').waitFor();
    await kiosk.admit();
    await patient.seesMovement();
    await focusOn(patient.microphone);
    await keyboard.press('Space');
    assert.equal(await patient.microphone.getAttribute('aria-checked'), 'false');
    await focusOn(patient.chatButton);
    await keyboard.press('Enter');
    await keyboard.type('by keyboard');
    await keyboard.press('Enter');
    await patient.chatLog.getByText('by keyboard').waitFor();
  });
});
