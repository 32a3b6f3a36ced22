// When frames of the clinic's picture are put on the page's screen, whatever connection brings them.

/** @param {import('./patient.mjs').Patient} patient */
export async function watchFrames(patient) {
  await patient.page.evaluate(() => {
    globalThis.frames = { longest: 0, last: performance.now(), awaited: [] };
    const { frames } = globalThis;
    const watch = () => document.querySelector('video.remote')?.requestVideoFrameCallback((_, { expectedDisplayTime }) => {
      frames.longest = Math.max(frames.longest, expectedDisplayTime - frames.last);
      frames.last = expectedDisplayTime;
      for (const tell of frames.awaited.splice(0)) tell();
      watch();
    });
    watch();
  });
}

/** The longest time between two frames since watchFrames(), in milliseconds. */
export const longestGap = (patient) => patient.page.evaluate(() => Math.round(globalThis.frames.longest));

/** Waits for the next frame; how long that took, in milliseconds. */
export async function nextFrame(patient, deadline = 60000) {
  const begun = Date.now();
  await patient.page.evaluate((ms) => new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`no frame within ${ms} ms`)), ms);
    globalThis.frames.awaited.push(resolve);
  }), deadline);
  return Date.now() - begun;
}
