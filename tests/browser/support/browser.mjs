// Debian's Chromium with a camera and a microphone of known content, and Debian's Firefox with its own fake ones.
import { chromium, firefox } from 'playwright-core';
import { fakeMedia } from './fake_media.mjs';

/**
 * @param {object} [options]
 * @param {'fake' | 'two' | 'denied' | 'none'} [options.devices] two: cameras; none: a machine without camera and microphone
 * @param {{width: number, height: number}} [options.camera] a small picture leaves the processor to what is tested
 * @param {string} [options.executable]
 * @param {string} [options.kioskOn] an X display: a window over the whole screen instead of no window
 * @param {string[]} [options.more] arguments
 */
export async function launchBrowser({ devices = 'fake', camera, kioskOn, more = [], executable = process.env.SANGDAM_CHROMIUM ?? '/usr/bin/chromium' } = {}) {
  const { video, audio } = await fakeMedia(camera);
  const media = {
    fake: [
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`, `--use-file-for-fake-audio-capture=${audio}`,
    ],
    two: ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream'],
    denied: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'],
    none: ['--use-fake-ui-for-media-stream'],
  }[devices];
  return chromium.launch({
    executablePath: executable,
    headless: !kioskOn,
    ...(kioskOn ? { env: { ...process.env, DISPLAY: kioskOn } } : {}),
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...(kioskOn ? ['--kiosk', '--window-size=1280,800'] : []), ...media, ...more,
    ],
  });
}

/**
 * Driven by WebDriver BiDi, which the Firefox as packaged speaks.
 * @param {{preferences?: {[name: string]: string | number | boolean}, executable?: string}} [options]
 */
export async function launchFirefox({ preferences = {}, executable = process.env.SANGDAM_FIREFOX ?? '/usr/bin/firefox-esr' } = {}) {
  return firefox.launch({
    channel: 'moz-firefox', executablePath: executable, headless: true,
    firefoxUserPrefs: { 'media.navigator.permission.disabled': true, 'media.navigator.streams.fake': true, 'media.autoplay.default': 0, ...preferences },
  });
}
