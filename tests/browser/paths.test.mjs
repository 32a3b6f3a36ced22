// From the clinic's network to the patient's, through what lies between: routers, blocked ports, relays.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test paths.test.mjs
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { DistantVisit, ICE } from './support/distant_visit.mjs';
import { entries } from './support/log.mjs';
import { hasTurnServer } from './support/turn_server.mjs';
import { waitFor } from './support/wait.mjs';

describe('a path from the clinic to the patient', { timeout: 600000, skip: hasTurnServer ? false : 'turnserver (coturn) is not installed' }, () => {
  let visit;
  let kiosk;
  let patient;

  afterEach(() => visit?.close());

  const open = async (given) => {
    visit = new DistantVisit();
    ({ kiosk, patient } = await visit.open(given));
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
    await open({ urls: [ICE.stun] });
    const found = await connects(test);
    assert.doesNotMatch(found.patient + found.clinic, /relay/);
  });

  it('goes directly although one home is behind its provider\'s router, too', async (test) => {
    await open({ urls: [ICE.stun], home: { carrier: {} } });
    const found = await connects(test);
    assert.doesNotMatch(found.patient + found.clinic, /relay/);
  });

  it('goes through a relay between two routers that show each destination another port', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp], clinic: { symmetric: true }, home: { symmetric: true } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes through TURN over TCP where the patient may not send UDP', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp], home: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.patient, 'relay-tcp');
  });

  it('goes through TURN over TLS where the patient\'s network lets out nothing else', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp, ICE.tls], home: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.patient, 'relay-tls');
  });

  it('goes through TURN over TCP where the clinic may not send UDP', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp], clinic: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
  });

  it('goes through TURN over TLS where the clinic\'s network lets out nothing else', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp, ICE.tls], clinic: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
  });

  it('goes through TURN over TLS where neither network lets out anything else', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp, ICE.tls], clinic: { blocks: 'all but TLS on port 443' }, home: { blocks: 'all but TLS on port 443' } });
    const found = await connects(test);
    assert.equal(found.clinic, 'relay');
    assert.equal(found.patient, 'relay-tls');
  });

  it('goes through the next TURN server where the first does not answer', async (test) => {
    await open({ urls: [ICE.silentStun, ICE.silent, ICE.udp], clinic: { symmetric: true }, home: { symmetric: true } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes over IPv6 to a patient who has nothing else', async (test) => {
    await open({ clinic: null, home: null, at: { clinic: ['203.0.113.40', '2001:db8::40'], home: ['2001:db8::50'] } });
    const found = await connects(test);
    assert.equal(found.address, '2001:db8::40');
  });

  it('goes through a relay between a patient with IPv6 only and a clinic with IPv4 only', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp, ICE.tls], clinic: null, home: null, at: { home: ['2001:db8::50'] } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes through a relay between a patient with IPv4 only and a clinic with IPv6 only', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp, ICE.tcp, ICE.tls], clinic: null, home: null, at: { clinic: ['2001:db8::40'] } });
    const found = await connects(test);
    assert.match(found.patient + found.clinic, /relay/);
  });

  it('goes over TCP to a clinic with a public address where the patient may not send UDP', async (test) => {
    await open({ urls: [], clinic: null, home: { blocks: 'udp' } });
    const found = await connects(test);
    assert.equal(found.protocol, 'tcp');
  });

  it('is said to be missing where there is none, and taken as soon as there is one', async () => {
    await open({ urls: [ICE.stun], home: { blocks: 'udp' } });
    await patient.page.getByRole('main').getByText(patient.words.noPath).waitFor();
    await patient.page.getByRole('link', { name: /02-1234-5678/ }).waitFor();
    if (process.env.SANGDAM_SCREENSHOTS) {
      for (const [width, height] of [[360, 740], [320, 568], [844, 390]]) {
        await patient.page.setViewportSize({ width, height });
        await patient.page.screenshot({ path: `${process.env.SANGDAM_SCREENSHOTS}/no-path-${width}.png` });
      }
    }
    await waitFor('the entry', async () => (await entries(kiosk)).some(({ kind, payload }) => kind === 'peer-failed' && /connect-timeout/.test(payload)));
    const router = visit.internet.find('home-router');
    await router.run('nft', 'flush', 'chain', 'inet', 'router', 'pass');
    await kiosk.event('first-frame');
    await patient.seesMovement();
    assert.equal(await patient.page.getByRole('main').getByText(patient.words.noPath).count(), 0);
  });
});
