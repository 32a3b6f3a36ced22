// A patient's network namespace and the line to it (tests/network/line.cpp). The clinic is this process's namespace, so it
// must be one of its own: run below tests/network/own_network.sh --bare.
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const CLINIC = '10.79.0.1';
export const PATIENT = '10.79.0.2';

export class ImpairedLine {
  static async open(program) {
    const line = new ImpairedLine();
    try {
      return await line.#open(program);
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  async #open(program) {
    this.space = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    await new Promise((resolve, reject) => { this.space.once('spawn', resolve).once('error', reject); });
    /** nsenter's arguments for the patient's side. */
    this.inside = ['-t', String(this.space.pid), '-n'];
    const { inside } = this;
    // unshare makes the namespace after it was started, and before it becomes `sleep`.
    for (let i = 0; i < 100 && (await run('readlink', [`/proc/${this.space.pid}/ns/net`])).stdout === (await run('readlink', ['/proc/self/ns/net'])).stdout; ++i);
    this.child = spawn(program, [String(this.space.pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    await this.#answer();
    await run('ip', ['address', 'add', `${CLINIC}/24`, 'dev', 'line']);
    await run('ip', ['link', 'set', 'line', 'up']);
    await run('nsenter', [...inside, 'ip', 'address', 'add', `${PATIENT}/24`, 'dev', 'line']);
    await run('nsenter', [...inside, 'ip', 'link', 'set', 'line', 'up']);
    await run('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    this.folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-line-'));
    /** A Chromium of the patient's side. */
    this.chromium = path.join(this.folder, 'chromium');
    await writeFile(this.chromium, `#!/bin/sh\nexec nsenter -t ${this.space.pid} -n /usr/bin/chromium "$@"\n`);
    await chmod(this.chromium, 0o755);
    return this;
  }

  /** @param {string} faults as line.cpp reads them, e.g. "both rate=300 loss=2"; several with ";" */
  async set(faults) {
    for (const one of faults.split(';')) {
      this.child.stdin.write(`${one.trim()}\n`);
      const answer = await this.#answer();
      if (answer !== 'ok') throw new Error(answer);
    }
  }

  async count() {
    this.child.stdin.write('count\n');
    return JSON.parse(await this.#answer());
  }

  async close() {
    // Its device is gone with it; another line may be opened then.
    for (const each of [this.child, this.space]) {
      if (!each || each.exitCode !== null || each.signalCode !== null) continue;
      const ended = new Promise((resolve) => { each.once('exit', resolve); });
      each.kill();
      await ended;
    }
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }

  async #answer() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the line ended');
    return value;
  }
}
