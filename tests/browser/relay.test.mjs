// A consultation through a real TURN server: both sides may use nothing but the relay.
//
//   SANGDAM_BUILD=<build folder> ../network/own_network.sh node --test relay.test.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { Kiosk } from './support/kiosk_process.mjs';
import { Patient } from './support/patient.mjs';
import { answersStun, hasTurnServer } from './support/turn_server.mjs';
import { waitFor } from './support/wait.mjs';

/** Of this host, on the network the test made for itself (own_network.sh). */
const ADDRESS = process.env.SANGDAM_TEST_ADDRESS ?? '127.0.0.1';

/** A free TCP port; coturn takes the UDP port of the same number. */
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, ADDRESS, () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** coturn on ADDRESS. */
async function startTurn(folder) {
  const port = await freePort();
  const secretFile = path.join(folder, 'secret');
  await writeFile(secretFile, 'a-secret-of-this-test\n', { mode: 0o600 });
  await writeFile(path.join(folder, 'turn.conf'), [
    `listening-ip=${ADDRESS}`, `relay-ip=${ADDRESS}`, `listening-port=${port}`, 'no-tls', 'no-dtls', 'use-auth-secret',
    'static-auth-secret=a-secret-of-this-test', 'realm=sangdam.test', 'allow-loopback-peers', 'no-cli',
    'min-port=49200', 'max-port=49400', `userdb=${folder}/users`, `pidfile=${folder}/pid`, 'log-file=stdout', 'simple-log', 'verbose',
  ].join('\n'), { mode: 0o600 });
  const turn = { port, secretFile, log: '', process: spawn('turnserver', ['-c', path.join(folder, 'turn.conf')], { stdio: ['ignore', 'pipe', 'pipe'] }) };
  turn.process.stdout.on('data', (data) => { turn.log += data; });
  turn.process.stderr.on('data', (data) => { turn.log += data; });
  await waitFor('the TURN server to answer', () => answersStun(ADDRESS, port), 20000);
  return turn;
}

describe('a consultation through TURN', { timeout: 300000, skip: hasTurnServer ? false : 'turnserver (coturn) is not installed' }, () => {
  let folder;
  let turn;
  let browser;
  let kiosk;
  let patient;

  before(async () => {
    browser = await launchBrowser();
    folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-turn-'));
    turn = await startTurn(folder);
  });
  afterEach(async () => {
    await patient?.close();
    await kiosk?.stop();
    patient = kiosk = undefined;
  });
  after(async () => {
    await browser?.close();
    turn?.process.kill('SIGTERM');
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const relayed = () => waitFor('the patient at the kiosk, by relay', () => {
    const measured = kiosk.all('statistics').at(-1);
    return measured && measured.received_fps > 5 && measured.relayed === 1;
  }, 30000);

  it('connects by relay alone, with credentials that are good for a while only', async () => {
    kiosk = await Kiosk.start({ args: ['--relay-only', '--turn-url', `turn:${ADDRESS}:${turn.port}?transport=udp`, '--turn-secret-file', turn.secretFile] });
    patient = await Patient.open(browser, 'about:blank');
    await patient.page.addInitScript(() => {
      const Peer = globalThis.RTCPeerConnection;
      globalThis.RTCPeerConnection = class extends Peer {
        constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
      };
    });
    await patient.page.goto(new URL(kiosk.session.url).origin);
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    await kiosk.event('connected', 30000);
    await patient.seesMovement(20, 30000);
    await relayed();
    assert.match(turn.log, /session \d+: .*ALLOCATE processed, success/);
    assert.doesNotMatch(kiosk.log, /a-secret-of-this-test/);
  });

  it('connects a PC with many addresses, whose candidates are more than a burst', async (context) => {
    const url = (transport) => `turn:${ADDRESS}:${turn.port}?transport=${transport}`;
    kiosk = await Kiosk.start({
      args: ['--relay-only', '--turn-url', url('udp'), '--turn-url', url('tcp'), '--turn-secret-file', turn.secretFile],
    });
    patient = await Patient.open(browser, 'about:blank');
    await patient.page.addInitScript(() => {
      globalThis.signalling = { opened: 0, candidates: [], errors: [] };
      const { signalling } = globalThis;
      const Socket = globalThis.WebSocket;
      globalThis.WebSocket = class extends Socket {
        constructor(...given) {
          super(...given);
          signalling.opened += 1;
          this.addEventListener('message', ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === 'error') signalling.errors.push(message.code);
          });
        }
        send(text) {
          const message = JSON.parse(text);
          if (message.type === 'candidate') signalling.candidates.push(message.candidate);
          super.send(text);
        }
      };
    });
    await patient.page.goto(new URL(kiosk.session.url).origin);
    await patient.goToWaiting(kiosk.session.code, '김순자');
    await kiosk.event('patient-waiting');
    await kiosk.admit();
    await kiosk.event('connected', 30000);
    await patient.seesMovement(20, 30000);
    await relayed();
    // The end of candidates is the last to go.
    const seen = await waitFor('all candidates', async () => {
      const signalling = await patient.page.evaluate(() => globalThis.signalling);
      return signalling.candidates.at(-1) === '' && signalling;
    }, 30000);
    context.diagnostic(`${seen.candidates.length} candidates`);
    assert.ok(seen.candidates.length > 40, `only ${seen.candidates.length} candidates: is the network as it should be?`);
    assert.deepEqual([seen.opened, seen.errors], [1, []]);
  });
});
