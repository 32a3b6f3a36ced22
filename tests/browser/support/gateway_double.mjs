// A small real gateway for the page's own tests: serves ui/patient under the shipped Content-Security-Policy and
// speaks the patient's half of docs/protocol.md. The kiosk behind it is a second browser page (kiosk_double.js), so
// that media really flows. Tests reach in to admit, decline, drop connections and look at what was said.
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const here = path.dirname(fileURLToPath(import.meta.url));
const patientRoot = path.resolve(here, '../../../ui/patient');

/** docs/protocol.md leaves the header to the gateway; this is what the page is made for. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "media-src 'self' blob:",
  "connect-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

export class GatewayDouble {
  server = http.createServer((request, response) => this.#serve(request, response));
  sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  /** What each code leads to: 'good' or an error object. */
  codes = new Map();
  /** Everything patients said, in order. */
  heard = [];
  /** @type {import('ws').WebSocket | null} */
  patient = null;
  token = '';
  /** Called with each message that goes through to the kiosk. */
  onPatient = () => {};
  onArrived = () => {};
  onReturned = () => {};
  /** false: new connections are refused, as on a network that is gone. */
  reachable = true;
  /** false: nothing is answered, as by a machine that is down. */
  alive = true;
  /** What /clinic.json says. */
  card = {};
  clinic = '한빛의원';
  phone = '02-1234-5678';
  #waiters = new Set();

  async start() {
    this.server.on('upgrade', (request, socket, head) => {
      if (!this.alive || !this.reachable || request.url !== '/ws/patient') {
        socket.destroy();
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (connection) => this.#onConnection(connection));
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.url = `http://localhost:${this.port}/`;
    return this;
  }

  async stop() {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  send(message) {
    this.patient?.send(JSON.stringify(message));
  }

  /** Cuts the patient's connection without a goodbye. */
  drop() {
    this.patient?.terminate();
  }

  /** Resolves with the next (or an earlier, not yet asked for) message of a type. */
  async wait(type, deadline = 30000) {
    const found = () => {
      const at = this.heard.findIndex((message) => message.type === type && !message.taken);
      if (at < 0) return null;
      this.heard[at].taken = true;
      return this.heard[at];
    };
    const now = found();
    if (now) return now;
    return new Promise((resolve, reject) => {
      const waiter = () => {
        const message = found();
        if (!message) return;
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(message);
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no ${type} from the patient within ${deadline} ms`));
      }, deadline);
      this.#waiters.add(waiter);
    });
  }

  async #serve(request, response) {
    const name = new URL(request.url, 'http://localhost').pathname;
    if (!this.alive) {
      request.socket.destroy();
      return;
    }
    if (name === '/clinic.json') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(this.card));
      return;
    }
    const kiosk = { '/kiosk-double': 'kiosk_double.html', '/kiosk_double.js': 'kiosk_double.js' }[name];
    const file = kiosk ? path.join(here, kiosk) : path.join(patientRoot, name === '/' ? 'index.html' : path.normalize(name));
    try {
      const body = await readFile(file);
      response.writeHead(200, {
        'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  #onConnection(connection) {
    connection.seated = false;
    connection.on('message', (data, isBinary) => {
      const message = JSON.parse(data.toString());
      if (isBinary) throw new Error('the page sent a binary message');
      this.#onMessage(connection, message);
    });
    connection.on('close', () => {
      if (this.patient === connection) this.patient = null;
    });
  }

  #onMessage(connection, message) {
    this.heard.push(message);
    const reply = (answer) => connection.send(JSON.stringify(answer));
    switch (message.type) {
      case 'ping':
        reply({ type: 'pong' });
        break;
      case 'join':
        this.#onJoin(connection, message, reply);
        break;
      case 'resume':
        if (message.token === this.token) {
          this.#seat(connection, reply, true);
          this.onReturned(message.peer ?? 0);
        } else {
          reply({ type: 'error', code: 'resume-unknown', text: 'no such seat' });
        }
        break;
      default:
        if (!connection.seated) reply({ type: 'error', code: 'unexpected', text: 'join first' });
        else this.onPatient(message);
    }
    for (const waiter of [...this.#waiters]) waiter();
  }

  #onJoin(connection, message, reply) {
    const entry = this.codes.get(message.code) ?? { code: 'code-wrong' };
    if (entry.challenge && message.proof) {
      const hash = createHash('sha256').update(`${entry.challenge.nonce}:${message.code}:${message.proof}`).digest();
      const zeros = hash.readUInt32BE(0) === 0 ? 32 : Math.clz32(hash.readUInt32BE(0));
      if (zeros >= entry.challenge.bits) this.codes.set(message.code, 'good');
    }
    if (this.codes.get(message.code) === 'good') {
      this.token = randomBytes(16).toString('hex');
      this.#seat(connection, reply, false);
      this.onArrived();
    } else {
      reply({ type: 'error', text: 'for a developer', ...entry });
    }
  }

  #seat(connection, reply, resumed) {
    connection.seated = true;
    if (this.patient && this.patient !== connection) {
      this.patient.send(JSON.stringify({ type: 'error', code: 'replaced', text: 'newer connection' }));
      this.patient.close(4000, 'replaced');
    }
    this.patient = connection;
    reply({ type: 'joined', v: 1, token: this.token, resumed, clinic: this.clinic, phone: this.phone, ice_servers: [] });
  }
}
