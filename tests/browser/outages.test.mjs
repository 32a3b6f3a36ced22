// A visit whose relay, gateway, device or browser fails in the middle, and comes back.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test outages.test.mjs
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { DistantVisit, ICE } from './support/distant_visit.mjs';
import { longestGap, nextFrame, watchFrames } from './support/frames.mjs';
import { entries } from './support/log.mjs';
import { hasTurnServer } from './support/turn_server.mjs';
import { waitFor } from './support/wait.mjs';

describe('a visit in which something fails', { timeout: 600000, skip: hasTurnServer ? false : 'turnserver (coturn) is not installed' }, () => {
  let visit;
  let kiosk;
  let patient;

  afterEach(() => visit?.close());

  const open = async (given) => {
    visit = new DistantVisit();
    ({ kiosk, patient } = await visit.open(given));
    await kiosk.event('first-frame');
    await patient.seesMovement();
    await watchFrames(patient);
  };
  /** Each text once and in its order, on the other side. */
  const textsFromPatient = () => kiosk.all('chat').filter(({ from }) => from === 'patient').map(({ text }) => text);
  const ended = (program) => new Promise((resolve) => { program.once('exit', resolve); });

  it('goes on through a relay that is started anew', async (test) => {
    await open({ urls: [ICE.stun, ICE.udp], clinic: { symmetric: true }, home: { symmetric: true } });
    const { program } = visit.turn;
    program.kill('SIGKILL');
    await ended(program);
    await kiosk.event('disconnected');
    await visit.startTurn();
    test.diagnostic(`${await nextFrame(patient)} ms from the relay's first answer to the next picture`);
    await patient.seesMovement(30);
    await patient.write('다시 보여요');
    await waitFor('the text', () => textsFromPatient().length > 0);
  });

  it('does not notice a gateway that is started anew, and the page finds it again', async (test) => {
    await open({ urls: [ICE.stun] });
    const { program } = visit.gateway;
    program.kill('SIGKILL');
    await ended(program);
    await patient.write('하나');
    await patient.seesMovement(60);
    await visit.startGateway();
    await patient.write('둘');
    await kiosk.event('session-open');
    await patient.seesMovement(60);
    await waitFor('both texts', () => textsFromPatient().length === 2);
    assert.deepEqual(textsFromPatient(), ['하나', '둘']);
    assert.equal(kiosk.all('disconnected').length, 0);
    test.diagnostic(`longest time without a picture: ${await longestGap(patient)} ms`);
  });

  it('goes on when the patient\'s device wakes up', async (test) => {
    await open({ urls: [ICE.stun] });
    const home = visit.internet.find('home');
    await home.signal('chromium', 'SIGSTOP');
    await kiosk.event('disconnected');
    // A minute is no different from here on.
    await waitFor('the kiosk to give the connection up', async () => (await entries(kiosk)).some(({ kind, payload }) => kind === 'peer-failed' && /connection-lost/.test(payload)));
    await home.signal('chromium', 'SIGCONT');
    test.diagnostic(`${await nextFrame(patient)} ms from waking up to the next picture`);
    await patient.seesMovement(30);
    await kiosk.event('reconnected');
  });

  it('goes on in another browser with the same code when the first has crashed', async () => {
    await open({ urls: [ICE.stun] });
    await visit.internet.find('home').signal('chromium', 'SIGKILL');
    await kiosk.event('disconnected');
    const before = kiosk.all('first-frame').length;
    patient = await visit.openBrowserAgain();
    await waitFor('her picture', () => kiosk.all('first-frame').length > before, 60000);
    await patient.seesMovement();
    await patient.write('다시 왔어요');
    await waitFor('the text', () => textsFromPatient().length > 0);
  });
});
