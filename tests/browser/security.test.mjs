// What must not happen, tried against the real kiosk: an impostor on the path of the media, an answer before
// admission, a code past its time.
//
//   SANGDAM_BUILD=<build folder> node --test security.test.mjs
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { launchBrowser } from './support/browser.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

describe('a consultation under attack', { timeout: 600000 }, () => {
  let browser;
  let kiosk;
  let patient;

  before(async () => { browser = await launchBrowser(); });
  after(async () => { await browser?.close(); });
  afterEach(async () => {
    await patient?.close();
    await kiosk?.stop();
    patient = undefined;
    kiosk = undefined;
  });

  /** Opens the page with a script that sees every WebSocket message before it is sent. */
  const openTampered = async (tamper) => {
    patient = await Patient.open(browser, 'about:blank');
    await patient.page.addInitScript(`
      const tamper = ${tamper};
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (text) { send.call(this, JSON.stringify(tamper(JSON.parse(text)))); };
    `);
    await patient.page.goto(new URL(kiosk.session.url).origin);
  };

  it('ends a peer whose certificate is not the one of the answer, with nothing shown', async () => {
    kiosk = await Kiosk.start();
    // One hexadecimal digit of the fingerprint (RFC 8122) is another: as if somebody else held the connection.
    await openTampered(`(message) => {
      if (message.type === 'answer') {
        message.sdp = message.sdp.replace(/(a=fingerprint:sha-256 )(.)/g, (_, head, digit) => head + (digit === '0' ? '1' : '0'));
      }
      return message;
    }`);
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    const failed = await kiosk.event('peer-failed', 30000);
    assert.equal(failed.failure, 'fingerprint-mismatch');
    // Staff decide anew, and the patient is told why nothing comes.
    await patient.heading('We could not connect safely').waitFor();
    assert.equal(kiosk.all('connected').length, 0);
    assert.equal(kiosk.all('first-frame').length, 0);
    assert.equal(kiosk.all('statistics').length, 0);
    assert.ok(await kiosk.shareOfColour([0, 255, 0], 60) < 0.005, 'no picture of the impostor is on the screen');
  });

  it('does not look at an answer that comes before admission', async () => {
    kiosk = await Kiosk.start();
    await openTampered('(message) => message');
    // The page holds its answer until it is let in; this one answers the moment it is offered anything.
    await patient.page.addInitScript(() => {
      globalThis.sdp = 'v=0\r\n';
      const Socket = WebSocket;
      globalThis.WebSocket = class extends Socket {
        constructor(...args) {
          super(...args);
          this.addEventListener('message', ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === 'offer') this.send(JSON.stringify({ type: 'answer', peer: message.peer, sdp: globalThis.sdp }));
          });
        }
      };
    });
    await patient.page.reload();
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    // The early nonsense was ignored: the real answer still works.
    await kiosk.event('connected', 30000);
    assert.equal(kiosk.all('peer-failed').length, 0);
  });

  it('lets nobody at the door flood the log or begin a peer with every knock', async () => {
    kiosk = await Kiosk.start();
    const url = new URL(kiosk.session.url);
    const socket = new WebSocket(`wss://${url.host}/ws/patient`, { rejectUnauthorized: false, origin: url.origin });
    const heard = [];
    socket.on('message', (data) => heard.push(JSON.parse(data.toString())));
    const say = (message) => socket.send(JSON.stringify(message));
    await new Promise((resolve, reject) => { socket.once('open', resolve); socket.once('error', reject); });
    say({ type: 'join', v: 1, code: kiosk.session.code, language: 'en' });
    await waitFor('the seat', () => heard.some(({ type }) => type === 'joined'));
    const knock = { type: 'knock', name: 'Again', consent: '1', camera: true, microphone: true };
    // As fast as the gateway lets anybody: ten messages a second. The answers set the pace, no clock.
    let sent = 0;
    const end = Date.now() + 15000;
    while (Date.now() < end) {
      for (const message of [{ type: 'leave' }, knock]) {
        say(message);
        sent += 1;
      }
      const pongs = heard.filter(({ type }) => type === 'pong').length;
      say({ type: 'ping' });
      await waitFor('the pong', () => heard.filter(({ type }) => type === 'pong').length > pongs);
      await waitFor('the rate', () => Date.now() >= end || sent / 6 < (Date.now() - end + 15000) / 1000);
    }
    const written = (await entries(kiosk)).length;
    const peers = Math.max(...heard.filter(({ type }) => type === 'offer').map(({ peer }) => peer));
    console.log(`      ${sent} knocks and leaves: ${written} entries, ${peers} peers`);
    assert.ok(sent > 60, `${sent} messages`);
    assert.ok(written < 45, `${written} entries`);
    assert.ok(peers <= 2, `${peers} peers`);

    // The last word was a knock: staff can let them in.
    await waitFor('the last knock', async () => (await entries(kiosk)).at(-1).kind === 'repeated', 40000);
    await kiosk.admit();
    await waitFor('the admission', () => heard.some(({ type, state }) => type === 'status' && state === 'admitted'));
    socket.close();
  });

  /** A patient with a browser, let in and connected. @param {() => void} initScript */
  const openAdmitted = async (initScript) => {
    kiosk = await Kiosk.start();
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin, { initScript });
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    await kiosk.event('connected', 30000);
  };

  it('never decodes a key frame of 16000x16000 that a browser was made to send', async () => {
    await openAdmitted(() => {
      const Connection = globalThis.RTCPeerConnection;
      globalThis.RTCPeerConnection = class extends Connection {
        constructor(configuration) {
          super({ ...configuration, encodedInsertableStreams: true });
        }

        async setLocalDescription(...all) {
          await super.setLocalDescription(...all);
          for (const { sender, receiver } of this.getTransceivers()) {
            for (const end of [sender, receiver]) {
              const { readable, writable } = end.createEncodedStreams();
              readable.pipeThrough(new TransformStream({
                transform(frame, controller) {
                  if (end === sender && frame.type === 'key') {
                    new DataView(frame.data).setUint16(6, 16000, true);  // RFC 6386 section 9.1
                    new DataView(frame.data).setUint16(8, 16000, true);
                  }
                  controller.enqueue(frame);
                },
              })).pipeTo(writable).catch(() => {});
            }
          }
        }
      };
    });
    const before = await kiosk.figures();
    const failed = await kiosk.event('peer-failed', 30000);
    assert.equal(failed.failure, 'protocol-violation');
    assert.equal(kiosk.all('first-frame').length, 0);
    const { peak } = await kiosk.figures();
    console.log(`      ${Math.round(before.memory)} MiB before, ${Math.round(peak)} MiB at the worst moment`);
    assert.ok(peak < before.memory + 150, `${before.memory} MiB became ${peak} MiB`);
    await kiosk.end();
    await kiosk.event('ended');
  });

  it('gives no thread to the 512 data channels that a page opens', async () => {
    await openAdmitted(() => {});
    await kiosk.event('first-frame', 30000);
    const before = await kiosk.figures();
    await patient.page.evaluate(() => {
      for (let i = 0; i < 512; i += 1) globalThis.connections.at(-1).createDataChannel(`more-${i}`);
    });
    let most = 0;
    await waitFor('the end of the peer', async () => {
      most = Math.max(most, (await kiosk.figures()).threads);
      return kiosk.all('peer-failed').length > 0;
    }, 30000);
    console.log(`      ${before.threads} threads before, ${most} at the worst moment`);
    assert.equal(kiosk.all('peer-failed')[0].failure, 'protocol-violation');
    // The next peer is prepared while the last one ends.
    assert.ok(most < before.threads + 60, `${before.threads} threads became ${most}`);
  });

  it('forgets a code when its time is over, and says so', async () => {
    kiosk = await Kiosk.start({ args: ['--code-lifetime', '0.1'] });  // minutes
    await kiosk.event('ended', 20000);
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin);
    await patient.enterCode(kiosk.session.code);
    // Late is not the same as over: nobody was seen.
    await patient.problem.filter({ hasText: 'The time for this code is over' }).waitFor();
    assert.equal(kiosk.all('patient-waiting').length, 0);
  });

  it('lets a stranger in only where staff have said so beforehand', async () => {
    kiosk = await Kiosk.start({ args: ['--auto-admit'] });
    patient = await Patient.open(browser, new URL(kiosk.session.url).origin);
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
    await kiosk.event('connected', 30000);
    await waitFor('the picture at the kiosk', () => kiosk.all('first-frame').length > 0);
  });
});
