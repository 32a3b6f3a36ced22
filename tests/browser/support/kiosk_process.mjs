// The real kiosk, as shipped but for test sources: in its own virtual display, its own D-Bus and its own folders.
//
// Events come from its standard output (--print-events, one JSON object per line); what staff do goes in through
// GApplication's D-Bus interface (org.gtk.Actions), the same actions that the buttons are bound to.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { waitFor } from './wait.mjs';

const run = promisify(execFile);
const APPLICATION = 'kr.sangdam.Kiosk';
const OBJECT = '/kr/sangdam/Kiosk';

/** The binary: SANGDAM_BUILD is the build folder, as meson's test environment sets it. */
export const kioskBinary = path.join(process.env.SANGDAM_BUILD ?? 'build', 'src/kiosk/sangdam-kiosk');

/** A child that is sure to be gone afterwards. */
class Child {
  /** @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} options */
  constructor(command, args, options) {
    this.name = path.basename(command);
    this.process = spawn(command, args, options);
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
      this.process.once('error', (error) => resolve({ code: -1, signal: String(error) }));
    });
  }

  async stop(deadline = 10000) {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), deadline);
    await this.exited;
    clearTimeout(timer);
  }
}

export class Kiosk {
  /** @type {any[]} every event so far */
  events = [];
  /** What it logged; printed when a test fails. */
  log = '';
  #children = [];
  #folder = '';
  #environment = {};
  #kiosk = null;
  #program = kioskBinary;
  #seen = 0;

  /**
   * @param {object} [options]
   * @param {string[]} [options.args] more arguments, e.g. ['--auto-admit']
   * @param {string} [options.dataDir] kept by the caller, for a second start on the same data
   * @param {boolean} [options.walkIn]
   * @param {string} [options.program] a file that runs the kiosk somewhere else
   */
  static async start({ args = [], dataDir, walkIn = true, program = kioskBinary } = {}) {
    const kiosk = new Kiosk();
    kiosk.#program = program;
    try {
      await kiosk.#prepare();
      kiosk.dataDir = dataDir ?? path.join(kiosk.#folder, 'data');
      await kiosk.#launch([...(walkIn ? ['--walk-in'] : []), ...args]);
      if (walkIn) {
        kiosk.session = await kiosk.event('session-open', 30000);
        kiosk.consultation = kiosk.session.consultation;
      }
      return kiosk;
    } catch (error) {
      await kiosk.stop();
      throw new Error(`the kiosk did not start: ${error.message}\n${kiosk.log}`);
    }
  }

  /** The next event of this name that was not waited for yet. */
  async event(name, deadline = 60000) {
    return waitFor(`the kiosk's event "${name}"`, () => {
      const found = this.events.find((event) => event.event === name && !event.taken);
      if (found) found.taken = true;
      else if (this.#kiosk.process.exitCode !== null) throw new Error(`the kiosk ended with ${this.#kiosk.process.exitCode}\n${this.log}`);
      return found;
    }, deadline);
  }

  /** All events of this name. */
  all(name) {
    return this.events.filter((event) => event.event === name);
  }

  /**
   * What staff do: an action of the application ("admit", "end", "mute-microphone", ...).
   * @param {string} name
   * @param {...(string | boolean)} texts the action's parameter: none, one, or a tuple
   */
  async act(name, ...texts) {
    const quoted = texts.map((text) => JSON.stringify(text));
    const parameters = texts.length === 0 ? '[]' : `[<${texts.length === 1 ? quoted[0] : `(${quoted.join(', ')})`}>]`;
    await this.#gdbus('org.gtk.Actions.Activate', name, parameters, '{}');
  }

  /** Names whom staff see at the door: the newest knock. */
  admit() {
    return this.act('admit', this.consultation, this.all('patient-waiting').at(-1)?.knock ?? '');
  }

  decline() {
    return this.act('decline', this.consultation, this.all('patient-waiting').at(-1)?.knock ?? '');
  }

  end() {
    return this.act('end', this.consultation);
  }

  /** A picture of the kiosk's window, for people. */
  async screenshot(file) {
    await run('import', ['-display', this.#environment.DISPLAY, '-window', 'root', file]);
  }

  /** The colour of a spot of the screen; x and y in pixels. */
  async pixel(x, y) {
    const { stdout } = await run('import', ['-display', this.#environment.DISPLAY, '-window', 'root', '-crop', `1x1+${x}+${y}`, 'rgb:-'], { encoding: 'buffer' });
    return [...stdout.subarray(0, 3)];
  }

  /** How many of the screen's pixels are near a colour, as a share of all. */
  async shareOfColour(rgb, tolerance = 40) {
    const { stdout } = await run('import', ['-display', this.#environment.DISPLAY, '-window', 'root', '-resize', '25%', '-depth', '8', 'rgb:-'],
      { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
    let near = 0;
    for (let at = 0; at + 2 < stdout.length; at += 3) {
      if (rgb.every((value, index) => Math.abs(stdout[at + index] - value) <= tolerance)) near += 1;
    }
    return (3 * near) / stdout.length;
  }

  /** What the kiosk's process takes: memory at its worst moment and now, in MiB, and threads. */
  async figures() {
    const status = await readFile(`/proc/${this.#kiosk.process.pid}/status`, 'utf8');
    const number = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
    return { peak: number('VmHWM') / 1024, memory: number('VmRSS') / 1024, threads: number('Threads') };
  }

  /** Power cut: no goodbye, no cleaning up. Returns the data folder's path, which outlives it. */
  async kill() {
    this.#kiosk.process.kill('SIGKILL');
    await this.#kiosk.exited;
  }

  /** Starts the kiosk again on the same data after kill(). */
  async restart(args = []) {
    for (const event of this.events) event.taken = true;  // what the dead one announced is nobody's to wait for
    await this.#launch(args);
  }

  async stop() {
    for (const child of this.#children.splice(0).reverse()) await child.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #prepare() {
    this.#folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-e2e-'));
    const runtime = path.join(this.#folder, 'runtime');
    await run('mkdir', ['-m', '700', runtime]);
    const display = await this.#announced('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'], 3, {});
    const environment = { XDG_RUNTIME_DIR: runtime, HOME: this.#folder };
    const bus = await this.#announced('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=3', `--address=unix:dir=${runtime}`], 3, environment);
    this.#environment = {
      ...process.env, ...environment,
      DISPLAY: `:${display}`,
      DBUS_SESSION_BUS_ADDRESS: bus,
      GDK_BACKEND: 'x11',
      GSK_RENDERER: 'cairo',
      GDK_DEBUG: 'gl-disable',  // nothing uses it here, and loading it costs 30 MB
      GDK_DISABLE: 'gl',  // its name from GTK 4.14 on
      GSETTINGS_BACKEND: 'memory',
      LANG: 'C.UTF-8',
    };
  }

  /** Starts a server that writes its address to a file descriptor of ours, and waits for it. */
  async #announced(command, args, descriptor, environment) {
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe'];
    const child = new Child(command, args, { stdio, env: { ...process.env, ...environment } });
    this.#children.push(child);
    child.process.stderr.on('data', (data) => { this.log += data; });
    let address = '';
    child.process.stdio[descriptor].on('data', (data) => { address += data; });
    await waitFor(`${command} to start`, () => address.includes('\n'), 15000);
    return address.trim();
  }

  async #launch(args) {
    const child = new Child(this.#program, [
      '--data-dir', this.dataDir, ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']), '--camera', 'test', '--microphone', 'test',
      ...(args.includes('--gateway') ? [] : ['--gateway', 'embedded']), '--print-events', ...args,
    ], { stdio: ['ignore', 'pipe', 'pipe'], env: this.#environment });
    this.#kiosk = child;
    this.#children.push(child);
    child.process.stderr.on('data', (data) => { this.log += data; });
    readline.createInterface({ input: child.process.stdout }).on('line', (line) => {
      const event = JSON.parse(line);  // a line that is no JSON breaks the contract: let it fail
      this.events.push({ ...event, order: this.#seen++ });
    });
  }

  async #gdbus(method, ...parameters) {
    const { stdout } = await run('gdbus', ['call', '--session', '--dest', APPLICATION, '--object-path', OBJECT, '--method', method, ...parameters], { env: this.#environment });
    return stdout.trim();
  }

  /** The state of a stateful action, as GVariant text. */
  async describe(name) {
    return this.#gdbus('org.gtk.Actions.Describe', name);
  }

  get pid() {
    return this.#kiosk.process.pid;
  }

  get environment() {
    return this.#environment;
  }
}
