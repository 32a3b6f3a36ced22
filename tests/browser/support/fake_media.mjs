// What the fake camera and microphone play: a moving picture with patches of known colour, and speech. Made once with
// GStreamer and espeak-ng into a cache folder.
import { execFile } from 'node:child_process';
import { access, mkdir, rename } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The SMPTE bars' upper patches from left to right, as a viewer sees them. */
export const PATCHES = [
  { at: 0.07, name: 'white', rgb: [255, 255, 255] },
  { at: 0.21, name: 'yellow', rgb: [255, 255, 0] },
  { at: 0.36, name: 'cyan', rgb: [0, 255, 255] },
  { at: 0.5, name: 'green', rgb: [0, 255, 0] },
  { at: 0.64, name: 'magenta', rgb: [255, 0, 255] },
  { at: 0.79, name: 'red', rgb: [255, 0, 0] },
  { at: 0.93, name: 'blue', rgb: [0, 0, 255] },
];

async function exists(file) {
  return access(file).then(() => true, () => false);
}

/** @param {string} target @param {(file: string) => Promise<unknown>} make into another name, so that half a file is never used */
async function once(target, make) {
  if (await exists(target)) return target;
  const partial = `${target}.${process.pid}`;
  await make(partial);
  await rename(partial, target);
  return target;
}

/** @param {{width?: number, height?: number}} [options] */
export async function fakeMedia({ width = 1280, height = 720 } = {}) {
  const cache = path.join(process.env.SANGDAM_TEST_CACHE ?? path.join(os.homedir(), '.cache'), 'sangdam-tests');
  await mkdir(cache, { recursive: true });
  // The bars' lower right corner is noise and a clock counts above it: something moves in every frame.
  const video = await once(path.join(cache, `bars-${width}x${height}-v1.mjpeg`), (file) => run('gst-launch-1.0', [
    '-q', 'videotestsrc', 'pattern=smpte', 'num-buffers=120', '!', `video/x-raw,format=I420,width=${width},height=${height},framerate=30/1`,
    '!', 'timeoverlay', 'halignment=center', 'valignment=center', 'font-desc=Sans, 48', '!', 'jpegenc', 'quality=90', '!', 'filesink', `location=${file}`,
  ]));
  const audio = await once(path.join(cache, 'speech-v1.wav'), (file) => run('espeak-ng', [
    '-s', '140', '-a', '180', '-w', file, 'Hello doctor, this is the patient speaking. One, two, three, four, five, six, seven.',
  ]));
  return { video, audio };
}
