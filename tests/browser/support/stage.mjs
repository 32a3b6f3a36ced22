// In the patient's page, before its own scripts: what surrounds it is as the test wants it, `globalThis.stage`. The camera
// is a drawing and the microphone silent, so that no browser needs a device, and a question is answered when the test says.

/** @param {{devices?: string}} [options] what the first question for camera and microphone meets */
export function setStage({ devices = 'allowed' } = {}) {
  const stage = { devices, hurry: [], needsTap: false, asked: [] };
  globalThis.stage = stage;

  const drawing = document.createElement('canvas');
  drawing.width = 320;
  drawing.height = 180;
  const pen = drawing.getContext('2d');
  let shade = 0;
  setInterval(() => {
    shade = (shade + 5) % 200;
    pen.fillStyle = `rgb(${shade} 120 90)`;
    pen.fillRect(0, 0, 320, 180);
  }, 200);

  const refusals = { denied: 'NotAllowedError', busy: 'NotReadableError', none: 'NotFoundError', failed: 'TypeError' };
  const answer = ({ audio, video }) => {
    if (refusals[stage.devices]) throw new DOMException('', refusals[stage.devices]);
    const tracks = [];
    if (video) tracks.push(...drawing.captureStream(5).getTracks());
    if (audio) tracks.push(...new AudioContext().createMediaStreamDestination().stream.getTracks());
    return new MediaStream(tracks);
  };
  navigator.mediaDevices.getUserMedia = (constraints) => new Promise((resolve, reject) => {
    const decide = () => {
      try {
        resolve(answer(constraints));
      } catch (error) {
        reject(error);
      }
    };
    if (stage.devices === 'asked') stage.asked.push(decide);
    else decide();
  });
  stage.decide = (what) => {
    stage.devices = what;
    for (const decide of stage.asked.splice(0)) decide();
  };
  navigator.mediaDevices.enumerateDevices = async () => [
    ['videoinput', 'front', 'Front camera of this very long telephone name'], ['videoinput', 'back', 'Back camera'],
    ['audioinput', 'near', 'Built-in microphone of this very long telephone name'], ['audioinput', 'far', 'Headset'],
  ].map(([kind, deviceId, label]) => ({ kind, deviceId, label, groupId: '' }));
  navigator.permissions.query = async () => ({ state: 'prompt' });

  // What the page waits for so many milliseconds comes at once, each time that is listed: a question that nobody answers, a
  // connection that fails.
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = (act, ms, ...all) => {
    const at = stage.hurry.indexOf(ms);
    if (at >= 0) stage.hurry.splice(at, 1);
    return wait(act, at >= 0 ? 0 : ms, ...all);
  };
  // A proof of work that never ends costs nothing.
  globalThis.Worker = class extends EventTarget { postMessage() {} terminate() {} };

  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function playIfLet() {
    return stage.needsTap && !this.muted ? Promise.reject(new DOMException('', 'NotAllowedError')) : play.call(this);
  };
}
