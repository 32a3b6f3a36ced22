// A small Internet of network namespaces: hosts with public addresses, and homes behind routers that translate addresses
// and block what they are told to. The test's own namespace is the core that joins them, so it must be one of its own: run
// below tests/network/own_network.sh --bare. Needs root, iproute2, nftables, dnsmasq and openssl.
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './wait.mjs';

const run = promisify(execFile);

/** What a router lets out of the network behind it. */
const BLOCKED = {
  nothing: [],
  udp: ['meta l4proto udp drop'],
  // As a firewall does that looks into what goes to port 443: STUN's magic cookie (RFC 8489 section 5) behind a TCP header of
  // 32 bytes is not TLS.
  'all but TLS on port 443': ['meta l4proto udp drop', 'tcp dport != 443 drop', '@th,288,32 0x2112a442 drop'],
};

/** One network namespace, with a name server and certificate authorities of its own. */
class Host {
  /** @type {import('node:child_process').ChildProcess[]} */
  #programs = [];
  #links = 0;

  constructor(space, folder, name) {
    this.space = space;
    this.folder = folder;
    this.name = name;
    this.inside = ['-t', String(space.pid), '-n', '-m', '--'];
  }

  /** Runs a command to its end. */
  run(...command) {
    return run('nsenter', [...this.inside, ...command]);
  }

  /** Starts a server; it ends with the Internet. `log` grows. */
  start(...command) {
    const program = spawn('nsenter', [...this.inside, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const started = { program, log: '' };
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (data) => { started.log += data; });
    this.#programs.push(program);
    return started;
  }

  /** Sends a signal to every process in here of a program. */
  async signal(program, signal) {
    const space = await readlink(`/proc/${this.space.pid}/ns/net`);
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      try {
        const isHere = (await readlink(`/proc/${pid}/ns/net`)) === space;
        if (isHere && (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === program) process.kill(Number(pid), signal);
      } catch (error) {
        if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;  // it has ended meanwhile
      }
    }
  }

  /** A file that runs a program in here, for those who take a program's name only. */
  async command(program) {
    const file = path.join(this.folder, `${this.name}-${path.basename(program)}`);
    await writeFile(file, `#!/bin/sh\nexec nsenter ${this.inside.join(' ')} ${program} "$@"\n`);
    await chmod(file, 0o755);
    return file;
  }

  nextLink() {
    return this.#links++;
  }

  async close() {
    for (const program of [...this.#programs.splice(0).reverse(), this.space]) await ended(program);
  }
}

async function ended(program) {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = new Promise((resolve) => { program.once('exit', resolve); });
  program.kill('SIGTERM');
  const timer = setTimeout(() => program.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}

const gatewayOf = (address) => (address.includes(':') ? address.replace(/[^:]*$/, 'ffff') : address.replace(/\d+$/, '254'));

export class Internet {
  /** @type {Host[]} */
  #hosts = [];
  #links = 0;

  /** @param {Record<string, string[]>} names what name servers know: name to addresses */
  static async open(names = {}) {
    const internet = new Internet();
    try {
      internet.folder = await mkdtemp(path.join(os.tmpdir(), 'sangdam-internet-'));
      await run('sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
      const lines = Object.entries(names).flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}`));
      await writeFile(path.join(internet.folder, 'hosts'), ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n'));
      await writeFile(path.join(internet.folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
      await internet.#certify(Object.keys(names));
      return internet;
    } catch (error) {
      await internet.close();
      throw error;
    }
  }

  /** An authority that every host here trusts, and a certificate from it for all names. */
  async #certify(names) {
    const at = (file) => path.join(this.folder, file);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await run('openssl', ['req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2', '-subj', '/CN=Authority of the test']);
    await writeFile(at('extensions'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
    await run('openssl', ['req', ...key, '-keyout', at('tls.key'), '-out', at('tls.csr'), '-subj', `/CN=${names[0]}`]);
    await run('openssl', ['x509', '-req', '-in', at('tls.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-out', at('tls.crt'), '-days', '1', '-extfile', at('extensions')]);
    const known = await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => '');
    await writeFile(at('authorities'), known + await readFile(at('ca.crt'), 'utf8'));
  }

  get certificate() {
    return path.join(this.folder, 'tls.crt');
  }

  get key() {
    return path.join(this.folder, 'tls.key');
  }

  /** Whatever is sent to this address is lost, and nobody says so. */
  async silence(address) {
    await run('ip', ['route', 'replace', 'blackhole', address]);
  }

  find(name) {
    return this.#hosts.find((host) => host.name === name);
  }

  /**
   * A host with these addresses (IPv4, IPv6 or both), joined to the core or to the router it is behind.
   * @param {string} name
   * @param {string[]} addresses
   * @param {Host} [router]
   */
  async host(name, addresses, router) {
    const mounts = { hosts: '/etc/hosts', 'resolv.conf': '/etc/resolv.conf', authorities: '/etc/ssl/certs/ca-certificates.crt' };
    const setUp = [...Object.entries(mounts).map(([file, over]) => `mount --bind ${this.folder}/${file} ${over}`), 'echo ready', 'exec sleep infinity'].join(' && ');
    const space = spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sh', '-c', setUp], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    space.stdout.on('data', (data) => { said += data; });
    const host = new Host(space, this.folder, name);
    this.#hosts.push(host);
    await waitFor(`the namespace of ${name}`, () => said.includes('ready'), 10000);
    await host.run('ip', 'link', 'set', 'lo', 'up');
    // Stands for the one that a router offers: Chromium asks it, not /etc/hosts, for the addresses of STUN and TURN servers.
    host.start('dnsmasq', '--keep-in-foreground', '--no-resolv', '--conf-file=/dev/null', '--pid-file=', '--user=root', '--listen-address=127.0.0.1', '--bind-interfaces', '--log-facility=-');
    await this.join(host, addresses, router);
    return host;
  }

  /** One more interface of a host. The first is "up0" and has the default route. */
  async join(host, addresses, router) {
    const upper = `down${this.#links++}`;
    const device = `up${host.nextLink()}`;
    const above = router ? (...command) => router.run(...command) : (command, ...rest) => run(command, rest);
    await run('ip', ['link', 'add', upper, 'type', 'veth', 'peer', 'name', device, 'netns', String(host.space.pid)]);
    if (router) await run('ip', ['link', 'set', upper, 'netns', String(router.space.pid)]);
    // Without IPv6 there is not even a link-local address.
    if (!addresses.some((address) => address.includes(':'))) await host.run('ip', 'link', 'set', device, 'addrgenmode', 'none');
    await above('ip', 'link', 'set', upper, 'up');
    await host.run('ip', 'link', 'set', device, 'up');
    for (const address of addresses) {
      const family = address.includes(':') ? '-6' : '-4';
      const length = family === '-6' ? 128 : 32;
      const next = gatewayOf(address);
      await above('ip', family, 'address', 'add', `${next}/${length}`, 'dev', upper, ...(family === '-6' ? ['nodad'] : []));
      await above('ip', family, 'route', 'add', `${address}/${length}`, 'dev', upper);
      await host.run('ip', family, 'address', 'add', `${address}/${length}`, 'dev', device, ...(family === '-6' ? ['nodad'] : []));
      await host.run('ip', family, 'route', 'add', `${next}/${length}`, 'dev', device);
      if (device === 'up0') await host.run('ip', family, 'route', 'add', 'default', 'via', next, 'dev', device);
    }
    await waitFor(`the addresses of ${host.name}`, async () => (await host.run('ip', '-6', '-o', 'address', 'show', 'tentative')).stdout === '', 10000);
  }

  /**
   * A router that translates the addresses of those behind it to its own, as a home or a provider has it.
   * @param {string} name
   * @param {string[]} addresses
   * @param {{symmetric?: boolean, blocks?: keyof typeof BLOCKED, router?: Host}} [options] symmetric: each destination sees
   *   another port (RFC 4787: address and port-dependent mapping), so that what a STUN server saw is of no use; router: the
   *   one that this is behind
   */
  async router(name, addresses, { symmetric = false, blocks = 'nothing', router } = {}) {
    const host = await this.host(name, addresses, router);
    await host.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
    const rules = path.join(this.folder, `${name}.nft`);
    await writeFile(rules, `table inet router {
  chain translate { type nat hook postrouting priority srcnat; oifname "up0" masquerade${symmetric ? ' fully-random' : ''}; }
  # Answering what nobody asked for would take the port away from whoever behind it is about to use it.
  chain own {
    type filter hook input priority filter; policy accept;
    iifname "up0" ct state new,invalid drop
  }
  chain pass {
    type filter hook forward priority filter; policy accept;
    iifname "up0" ct state new,invalid drop
    ${BLOCKED[blocks].map((rule) => `oifname "up0" ${rule}`).join('\n    ')}
  }
}
`);
    await host.run('nft', '-f', rules);
    return host;
  }

  async close() {
    for (const host of this.#hosts.splice(0).reverse()) await host.close();
    // The kernel takes its time with a namespace that has ended; the next Internet has the same addresses. Links between
    // two hosts are gone with them already.
    for (let i = 0; i < this.#links; ++i) await run('ip', ['link', 'delete', `down${i}`]).catch(() => {});
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
