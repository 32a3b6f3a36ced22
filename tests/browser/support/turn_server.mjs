// Debian's coturn, as tests start it.
import dgram from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export const hasTurnServer = (() => {
  try {
    execFileSync('turnserver', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return error.code !== 'ENOENT';  // some versions leave --version with an error
  }
})();

/** Whether a STUN binding request (RFC 8489) is answered: coturn listens some seconds before it serves. */
export const answersStun = (address, port) => new Promise((resolve) => {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const done = (result) => {
    clearTimeout(timer);
    socket.close();
    resolve(result);
  };
  const timer = setTimeout(() => done(false), 200);
  socket.on('message', () => done(true));
  socket.on('error', () => done(false));
  socket.send(Buffer.from('000100002112a44273616e6764616d2d74657374', 'hex'), port, address);
});

/** The lines of the turnserver.conf in docs/operations.md, without those that a test gives itself. */
export async function documentedSettings() {
  const document = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, block] = /^ {4}# \/etc\/turnserver\.conf\n((?: {4}.*\n)+)/m.exec(document);
  return block.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/^(#|static-auth-secret|cert|pkey)/.test(line));
}
