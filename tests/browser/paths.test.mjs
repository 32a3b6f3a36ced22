// From the clinic's network to the patient's, through what lies between: routers, blocked ports, relays. Each network is built
// anew from namespaces, with a real gateway, a real coturn, the real kiosk and a real browser in it.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test paths.test.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { gatewayBinary } from './support/gateway_process.mjs';
import { Internet } from './support/internet.mjs';
import { Kiosk, kioskBinary } from './support/kiosk_process.mjs';
import { entries } from './support/log.mjs';
import { Patient } from './support/patient.mjs';
import { answersStun, documentedSettings, hasTurnServer } from './support/turn_server.mjs';
import { waitFor } from './support/wait.mjs';

const NAMES = {
  'visit.example.org': ['203.0.113.20', '2001:db8::20'],
  'turn.example.org': ['203.0.113.30', '2001:db8::30'],
  'silent.example.org': ['203.0.113.31'],
};
const SECRET = 'a-secret-of-this-test';
const TURN = {
  stun: 'stun:turn.example.org:3478',
  udp: 'turn:turn.example.org:3478?transport=udp',
  tcp: 'turn:turn.example.org:3478?transport=tcp',
  tls: 'turns:turn.example.org:443?transport=tcp',
  silent: 'turn:silent.example.org:3478?transport=udp',
};

describe('a path from the clinic to the patient', { timeout: 600000, skip: hasTurnServer ? false : 'turnserver (coturn) is not installed' }, () => {
  let internet;
  let kiosk;
  let opening;
  let patient;

  afterEach(async () => {
    await (await opening)?.close();
    await kiosk?.stop();
    await internet?.close();
    opening = kiosk = internet = undefined;
  });

  const startTurn = async (name, addresses) => {
    const host = await internet.host(name, addresses);
    const settings = path.join(internet.folder, `${name}.conf`);
    await writeFile(settings, [
      ...await documentedSettings(), `static-auth-secret=${SECRET}`, `cert=${internet.certificate}`, `pkey=${internet.key}`,
      ...addresses.map((address) => `listening-ip=${address}\nrelay-ip=${address}`),
      `userdb=${internet.folder}/${name}.db`, `pidfile=${internet.folder}/${name}.pid`, 'log-file=stdout', 'simple-log', 'verbose', '',
    ].join('\n'));
    host.start('turnserver', '-c', settings);
    await waitFor('the TURN server to answer', () => answersStun(addresses[0], 3478), 20000);
  };

  const startGateway = async (urls) => {
    const host = await internet.host('gateway', NAMES['visit.example.org']);
    const tokens = path.join(internet.folder, 'tokens');
    const secret = path.join(internet.folder, 'turn-secret');
    await writeFile(tokens, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    await writeFile(secret, `${SECRET}\n`, { mode: 0o600 });
    const gateway = host.start(
      gatewayBinary, '--listen', '[::]:443', '--public-address', 'https://visit.example.org', '--tls-cert', internet.certificate, '--tls-key', internet.key,
      '--kiosk-token-file', tokens, ...(urls.some((url) => url.startsWith('turn')) ? ['--turn-secret-file', secret] : []), ...urls.flatMap((url) => [url.startsWith('stun:') ? '--stun-url' : '--turn-url', url]),
    );
    await waitFor('the gateway to listen', () => /listening on port/.test(gateway.log), 10000).catch((error) => { throw new Error(`${error.message}\n${gateway.log}`); });
    return tokens;
  };

  /**
   * The network of a case, and everything in it.
   * @param {object} given
   * @param {string[]} [given.urls] ICE servers of the gateway
   * @param {object} [given.clinic] options of the clinic's router; null: none, a public address
   * @param {object} [given.home] the same of the patient's; `carrier`: behind its provider's router, too
   * @param {Record<string, string[]>} [given.at] addresses of a host without a router
   */
  const open = async ({ urls = [], clinic = {}, home = {}, at = {} }) => {
    internet = await Internet.open(NAMES);
    const inside = async (name, number, network, options) => {
      if (options === null) return internet.host(name, at[name] ?? [`203.0.113.${number}`]);
      const provider = options.carrier ? await internet.router(`${name}-provider`, [`203.0.113.${number}`], options.carrier) : undefined;
      const router = await internet.router(`${name}-router`, [provider ? `100.64.0.${number}` : `203.0.113.${number}`], { ...options, router: provider });
      return internet.host(name, [`${network}.10`], router);
    };
    await internet.silence(NAMES['silent.example.org'][0]);
    const withTurn = urls.length > 0 && startTurn('turn', NAMES['turn.example.org']);
    opening = inside('home', 50, '192.168.2', home).then(async (host) => launchBrowser({
      camera: { width: 320, height: 180 }, executable: await host.command('/usr/bin/chromium'), more: ['--ignore-certificate-errors'],
    }));
    const tokens = await startGateway(urls);
    const clinicHost = await inside('clinic', 40, '192.168.1', clinic);
    await withTurn;
    kiosk = await Kiosk.start({
      program: await clinicHost.command(path.resolve(kioskBinary)),
      args: ['--auto-admit', '--gateway', 'wss://visit.example.org', '--gateway-token-file', tokens, '--clinic-phone', '02-1234-5678'],
    });
    const browser = await opening;
    patient = await Patient.open(browser, 'https://visit.example.org', { language: process.env.SANGDAM_PAGE_LANGUAGE ?? 'en' });
    patient.gatewayMayFail = true;
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.turnOnDevices();
    await patient.button(patient.words.ready).click();
  };

  /** How the media goes, as the browser sees it: "host", "srflx" or "relay-udp", "relay-tcp", "relay-tls" on each side. */
  const chosenPath = () => patient.page.evaluate(async () => {
    const report = await globalThis.connections.at(-1).getStats();
    const transport = [...report.values()].find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
    const pair = report.get(transport?.selectedCandidatePairId);
    if (!pair) return null;
    const local = report.get(pair.localCandidateId);
    const remote = report.get(pair.remoteCandidateId);
    return { patient: local.relayProtocol ? `relay-${local.relayProtocol}` : local.candidateType, clinic: remote.candidateType, protocol: local.protocol, address: remote.address };
  });

  const connects = async (test) => {
    await kiosk.event('first-frame');
    await patient.seesMovement();
    const found = await waitFor('the chosen path', chosenPath);
    test.diagnostic(JSON.stringify(found));
    return found;
  };

  it('goes directly between two homes, each behind a router', async (test) => {
    await open({ urls: [TURN.stun] });
    const found = await connects(test);
    assert.doesNotMatch(found.patient + found.clinic, /relay/);
  });

  it('goes directly although one home is behind its provider\'s router, too', async (test) => {
    await open({ urls: [TURN.stun], home: { carrier: {} } });
    const found = await connects(test);
    assert.doesNotMatch(found.patient + found.clinic, /relay/);
  });

  it('goes through a relay between two routers that show each destination another port', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp], clinic: { symmetric: true }, home: { symmetric: true } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes through TURN over TCP where the patient may not send UDP', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp], home: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.patient, 'relay-tcp');
  });

  it('goes through TURN over TLS where the patient\'s network lets out nothing else', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp, TURN.tls], home: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.patient, 'relay-tls');
  });

  it('goes through TURN over TCP where the clinic may not send UDP', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp], clinic: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
  });

  it('goes through TURN over TLS where the clinic\'s network lets out nothing else', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp, TURN.tls], clinic: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
  });

  it('goes through TURN over TLS where neither network lets out anything else', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp, TURN.tls], clinic: { blocks: 'all but TLS on port 443' }, home: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
    assert.equal(found.patient, 'relay-tls');
  });

  it('goes through the next TURN server where the first does not answer', async (test) => {
    await open({ urls: ['stun:silent.example.org:3478', TURN.silent, TURN.udp], clinic: { symmetric: true }, home: { symmetric: true } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes over IPv6 to a patient who has nothing else', async (test) => {
    await open({ clinic: null, home: null, at: { clinic: ['203.0.113.40', '2001:db8::40'], home: ['2001:db8::50'] } });
    const found = await connects(test);
    assert.equal(found.address, '2001:db8::40');
  });

  it('goes through a relay between a patient with IPv6 only and a clinic with IPv4 only', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp, TURN.tls], clinic: null, home: null, at: { home: ['2001:db8::50'] } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes through a relay between a patient with IPv4 only and a clinic with IPv6 only', async (test) => {
    await open({ urls: [TURN.stun, TURN.udp, TURN.tcp, TURN.tls], clinic: null, home: null, at: { clinic: ['2001:db8::40'] } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes over TCP to a clinic with a public address where the patient may not send UDP', async (test) => {
    await open({ urls: [], clinic: null, home: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.protocol, 'tcp');
  });

  it('is said to be missing where there is none, and taken as soon as there is one', async () => {
    await open({ urls: [TURN.stun], home: { blocks: 'udp' } });
    await patient.page.getByRole('main').getByText(patient.words.noPath).waitFor();
    await patient.page.getByRole('link', { name: /02-1234-5678/ }).waitFor();
    if (process.env.SANGDAM_SCREENSHOTS) {
      for (const [width, height] of [[360, 740], [320, 568], [844, 390]]) {
        await patient.page.setViewportSize({ width, height });
        await patient.page.screenshot({ path: `${process.env.SANGDAM_SCREENSHOTS}/no-path-${width}.png` });
      }
    }
    await waitFor('the entry', async () => (await entries(kiosk)).some(({ kind, payload }) => kind === 'peer-failed' && /connect-timeout/.test(payload)));
    const router = internet.find('home-router');
    await router.run('nft', 'flush', 'chain', 'inet', 'router', 'pass');
    await kiosk.event('first-frame');
    await patient.seesMovement();
    assert.equal(await patient.page.getByRole('main').getByText(patient.words.noPath).count(), 0);
  });
});
