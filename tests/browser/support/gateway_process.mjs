// The real sangdam-gateway with a kiosk that is only words: what the page says of codes depends on nothing else.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import { waitFor } from './wait.mjs';

export const gatewayBinary = path.join(process.env.SANGDAM_BUILD ?? 'build', 'src/gateway/sangdam-gateway');

export class Gateway {
  log = '';
  /** @type {any[]} what the gateway told the kiosk */
  heard = [];
  #folder = '';
  #process = null;
  #exited = Promise.resolve();
  #token = randomBytes(32).toString('hex');
  /** @type {WebSocket | null} */
  #kiosk = null;

  static async start() {
    const gateway = new Gateway();
    gateway.#folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-gateway-'));
    const tokens = path.join(gateway.#folder, 'tokens');
    await writeFile(tokens, `${gateway.#token}\n`, { mode: 0o600 });
    // Serving the page from the source folder only where SANGDAM_WEB_DIR says so; as shipped it is in the binary.
    const web = process.env.SANGDAM_WEB_DIR ? ['--web-dir', process.env.SANGDAM_WEB_DIR] : [];
    gateway.#process = spawn(gatewayBinary, ['--listen', '127.0.0.1:0', '--insecure-http', '--kiosk-token-file', tokens, ...web], { stdio: ['ignore', 'pipe', 'pipe'] });
    gateway.#exited = new Promise((resolve) => { gateway.#process.once('exit', resolve); });
    for (const stream of [gateway.#process.stdout, gateway.#process.stderr]) stream.on('data', (data) => { gateway.log += data; });
    try {
      const [, port] = await waitFor('the gateway to listen', () => /listening on port (\d+)/.exec(gateway.log), 10000);
      gateway.port = Number(port);
      gateway.url = `http://127.0.0.1:${port}/`;
      await gateway.connect();
    } catch (error) {
      await gateway.stop();
      throw new Error(`${error.message}\n${gateway.log}`);
    }
    return gateway;
  }

  /** The kiosk dials in. */
  async connect() {
    const kiosk = new WebSocket(`ws://127.0.0.1:${this.port}/ws/kiosk`, { headers: { Authorization: `Bearer ${this.#token}` } });
    this.#kiosk = kiosk;
    kiosk.on('message', (data) => this.heard.push(JSON.parse(data.toString())));
    await new Promise((resolve, reject) => { kiosk.once('open', resolve); kiosk.once('error', reject); });
    this.say({ type: 'register', v: 1, clinic: '한빛의원', phone: '02-1234-5678' });
    await this.hears('registered');
  }

  disconnect() {
    this.#kiosk?.terminate();
  }

  say(message) {
    this.#kiosk?.send(JSON.stringify(message));
  }

  async hears(type) {
    return waitFor(`"${type}" at the kiosk`, () => {
      const found = this.heard.find((message) => message.type === type && !message.taken);
      if (found) found.taken = true;
      return found;
    });
  }

  /** @param {string} code @param {number} seconds how long it is good */
  async openSession(code, seconds = 600) {
    const session = randomBytes(16).toString('hex');
    this.say({ type: 'session-open', session, code, lifetime: seconds });
    await this.hears('session-opened');
    return session;
  }

  async stop() {
    this.#kiosk?.terminate();
    if (this.#process.exitCode === null) this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10000);
    await this.#exited;
    clearTimeout(timer);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
