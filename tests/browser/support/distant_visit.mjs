// A visit between two networks: a public gateway, a TURN server, the clinic with its kiosk and the patient's home with her
// browser, each with addresses and routers of its own. Everything in it is real. Below tests/network/own_network.sh --bare.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser } from './browser.mjs';
import { gatewayBinary } from './gateway_process.mjs';
import { Internet } from './internet.mjs';
import { Kiosk, kioskBinary } from './kiosk_process.mjs';
import { Patient } from './patient.mjs';
import { answersStun, documentedSettings } from './turn_server.mjs';
import { waitFor } from './wait.mjs';

const NAMES = {
  'visit.example.org': ['203.0.113.20', '2001:db8::20'],
  'turn.example.org': ['203.0.113.30', '2001:db8::30'],
  'silent.example.org': ['203.0.113.31'],
};
const SECRET = 'a-secret-of-this-test';
export const ICE = {
  stun: 'stun:turn.example.org:3478',
  udp: 'turn:turn.example.org:3478?transport=udp',
  tcp: 'turn:turn.example.org:3478?transport=tcp',
  tls: 'turns:turn.example.org:443?transport=tcp',
  silentStun: 'stun:silent.example.org:3478',
  silent: 'turn:silent.example.org:3478?transport=udp',
};

export class DistantVisit {
  /** @type {Promise<import('playwright-core').Browser> | undefined} */
  #browser;

  /**
   * Everything is up and the patient has asked to come in; the kiosk admits by itself.
   * @param {object} given
   * @param {string[]} [given.urls] ICE servers of the gateway
   * @param {object | null} [given.clinic] options of the clinic's router; null: none, a public address
   * @param {object | null} [given.home] the same of the patient's; `carrier`: behind its provider's router, too
   * @param {Record<string, string[]>} [given.at] addresses of "clinic" and "home" where they have no router
   * @param {object} [given.browser] options of launchBrowser()
   */
  async open({ urls = [], clinic = {}, home = {}, at = {}, browser = {} }) {
    this.internet = await Internet.open(NAMES);
    await this.internet.silence(NAMES['silent.example.org'][0]);
    const withTurn = urls.length > 0 && this.#addTurn();
    this.#browser = this.#place('home', 50, '192.168.2', home, at.home).then(() => this.#launchBrowser(browser));
    const tokens = await this.#addGateway(urls);
    const clinicHost = await this.#place('clinic', 40, '192.168.1', clinic, at.clinic);
    await withTurn;
    this.kiosk = await Kiosk.start({
      program: await clinicHost.command(path.resolve(kioskBinary)),
      args: ['--auto-admit', '--gateway', 'wss://visit.example.org', '--gateway-token-file', tokens, '--clinic-phone', '02-1234-5678'],
    });
    await this.#enter();
    return this;
  }

  /** The patient's browser is gone, and she comes again with another one. */
  async openBrowserAgain() {
    this.#browser = this.#launchBrowser();
    await this.#enter();
    return this.patient;
  }

  async #launchBrowser(options = {}) {
    const executable = await this.internet.find('home').command('/usr/bin/chromium');
    return launchBrowser({ camera: { width: 320, height: 180 }, executable, more: ['--ignore-certificate-errors'], ...options });
  }

  async #enter() {
    this.patient = await Patient.open(await this.#browser, 'https://visit.example.org', { language: process.env.SANGDAM_PAGE_LANGUAGE ?? 'en' });
    this.patient.gatewayMayFail = true;
    await this.patient.goIn(this.kiosk.session.code, '김순자');
  }

  startTurn() {
    this.turn = this.internet.find('turn').start('turnserver', '-c', path.join(this.internet.folder, 'turn.conf'));
    return waitFor('the TURN server to answer', () => answersStun(NAMES['turn.example.org'][0], 3478), 20000);
  }

  async startGateway() {
    this.gateway = this.internet.find('gateway').start(...this.#gatewayCommand);
    const said = () => /listening on port/.test(this.gateway.log);
    await waitFor('the gateway to listen', said, 10000).catch((error) => { throw new Error(`${error.message}\n${this.gateway.log}`); });
  }

  async close() {
    await (await this.#browser)?.close();
    await this.kiosk?.stop();
    await this.internet?.close();
  }

  /** Debian's coturn with the documented settings, on a host of its own. */
  async #addTurn() {
    const addresses = NAMES['turn.example.org'];
    await this.internet.host('turn', addresses);
    const at = (file) => path.join(this.internet.folder, file);
    await writeFile(at('turn.conf'), [
      ...await documentedSettings(), `static-auth-secret=${SECRET}`, `cert=${this.internet.certificate}`, `pkey=${this.internet.key}`,
      ...addresses.map((address) => `listening-ip=${address}\nrelay-ip=${address}`),
      `userdb=${at('turn.db')}`, `pidfile=${at('turn.pid')}`, 'log-file=stdout', 'simple-log', 'verbose', '',
    ].join('\n'));
    await this.startTurn();
  }

  async #addGateway(urls) {
    await this.internet.host('gateway', NAMES['visit.example.org']);
    const tokens = path.join(this.internet.folder, 'tokens');
    const secret = path.join(this.internet.folder, 'turn-secret');
    await writeFile(tokens, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    await writeFile(secret, `${SECRET}\n`, { mode: 0o600 });
    this.#gatewayCommand = [
      gatewayBinary, '--listen', '[::]:443', '--public-address', 'https://visit.example.org',
      '--tls-cert', this.internet.certificate, '--tls-key', this.internet.key, '--kiosk-token-file', tokens,
      ...(urls.some((url) => url.startsWith('turn')) ? ['--turn-secret-file', secret] : []),
      ...urls.flatMap((url) => [url.startsWith('stun:') ? '--stun-url' : '--turn-url', url]),
    ];
    await this.startGateway();
    return tokens;
  }

  #gatewayCommand = [];

  /** Behind a router, and that behind its provider's, or at public addresses. */
  async #place(name, number, network, options, addresses = [`203.0.113.${number}`]) {
    if (options === null) return this.internet.host(name, addresses);
    const provider = options.carrier && await this.internet.router(`${name}-provider`, [`203.0.113.${number}`], options.carrier);
    const outside = provider ? `100.64.0.${number}` : `203.0.113.${number}`;
    const router = await this.internet.router(`${name}-router`, [outside], { ...options, router: provider });
    return this.internet.host(name, [`${network}.10`], router);
  }
}
