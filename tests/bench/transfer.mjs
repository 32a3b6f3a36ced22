// A TCP connection over the line that sends to the patient's side as much as it can, as a download in the same house does.
import { spawn } from 'node:child_process';
import net from 'node:net';

/**
 * @param {import('../browser/support/impaired_line.mjs').ImpairedLine} line
 * @param {string} address of this side
 */
export async function startTransfer(line, address) {
  const block = Buffer.alloc(64 * 1024);
  const server = net.createServer((socket) => {
    const fill = () => { while (!socket.destroyed && socket.write(block)); };
    socket.on('drain', fill).on('error', () => socket.destroy());
    fill();
  });
  await new Promise((resolve, reject) => { server.listen(0, address, resolve).once('error', reject); });
  const { port } = server.address();
  const program = `let n = 0; const s = require('node:net').connect(${port}, '${address}');
    s.on('data', (d) => { n += d.length; });
    process.on('SIGTERM', () => { console.log(n); process.exit(); });`;
  const reader = spawn('nsenter', [...line.inside, process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  reader.stdout.on('data', (data) => { output += data; });
  const ended = new Promise((resolve) => { reader.once('close', resolve); });
  const began = performance.now();
  return {
    /** Ends it. @returns {Promise<number>} kbit/s that arrived */
    async stop() {
      const seconds = (performance.now() - began) / 1000;
      reader.kill();
      await ended;
      server.close();
      return Number(output) * 8 / 1000 / seconds;
    },
  };
}
