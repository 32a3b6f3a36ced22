// A patient without camera and microphone, whose browser hides its addresses behind names, and a kiosk whose firewall lets no
// media in that it has not asked for: it has to look the names up. Real Avahi, on a cable between the two.
//
//   SANGDAM_BUILD=<build folder> tests/network/own_network.sh --bare node --test hidden_address.test.mjs
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { launchBrowser } from './support/browser.mjs';
import { Internet } from './support/internet.mjs';
import { Kiosk, kioskBinary } from './support/kiosk_process.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const AVAHI = '/usr/sbin/avahi-daemon';
const BUS = (address) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>${address}</listen><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_type="method_call"/><allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>
<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy></busconfig>`;

describe('a patient whose browser hides its addresses', { timeout: 200000, skip: existsSync(AVAHI) ? false : 'avahi-daemon is not installed' }, () => {
  let internet;
  let kiosk;
  let browser;

  afterEach(async () => {
    delete process.env.DBUS_SYSTEM_BUS_ADDRESS;
    await browser?.close();
    await kiosk?.stop();
    await internet?.close();
  });

  it('is found by a kiosk that has to send first', async () => {
    internet = await Internet.open({ 'visit.example.org': ['203.0.113.20'] });
    const at = (file) => path.join(internet.folder, file);
    const clinic = await internet.host('clinic', ['203.0.113.40']);
    const home = await internet.host('home', ['192.168.9.20'], clinic);
    await writeFile(at('firewall.nft'), `table inet kiosk {
  chain own {
    type filter hook input priority filter; policy accept;
    udp dport != 5353 ct state new drop
    tcp dport != 8443 ct state new drop
  }
}
`);
    await clinic.run('nft', '-f', at('firewall.nft'));

    const bus = `unix:path=${at('bus')}`;
    await writeFile(at('bus.conf'), BUS(bus));
    await writeFile(at('avahi.conf'), '[server]\nhost-name=kiosk-machine\nuse-ipv6=no\n[publish]\npublish-workstation=no\n');
    clinic.start('dbus-daemon', '--nofork', `--config-file=${at('bus.conf')}`);
    await waitFor('the bus', () => existsSync(at('bus')));
    process.env.DBUS_SYSTEM_BUS_ADDRESS = bus;
    // Its folder in /run is its own: the test's machine may run one.
    const avahi = clinic.start('sh', '-c', `mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec ${AVAHI} --no-drop-root --no-chroot --no-rlimits --file=${at('avahi.conf')}`);
    await waitFor('Avahi', () => /startup complete/.test(avahi.log));

    kiosk = await Kiosk.start({ program: await clinic.command(path.resolve(kioskBinary)), args: ['--auto-admit', '--listen', '0.0.0.0:8443'] });
    browser = await launchBrowser({ devices: 'denied', executable: await home.command('/usr/bin/chromium') });
    const patient = await Patient.open(browser, 'https://192.168.9.254:8443');
    await patient.enterCode(kiosk.session.code);
    await patient.giveNameAndConsent('김순자');
    await patient.button(patient.words.turnOn).click();
    await patient.button('Go on without both').click();
    await patient.inCall();
    await patient.seesMovement();
    const hidden = await patient.page.evaluate(() => globalThis.connections.at(-1).localDescription.sdp.match(/[0-9a-f-]{36}\.local/g) ?? []);
    assert.ok(hidden.length > 0, 'the browser has hidden nothing: this test shows nothing');
  });
});
