// Step 3: camera and microphone, seen and heard before anybody else does.
import { fillChoice, h, icon, say, setUsable, show } from '../dom.js';
import { playTestSound, watchLevel } from '../sound.js';
import { troubleNote } from './device_words.js';
import { connectionMessage, frame, message } from './frame.js';

const SEGMENTS = 14;
/** Speech an arm's length away reaches this on sound.js's scale; a quiet room does not. */
const HEARD = 0.4;
const QUIET_AFTER_MS = 7000;

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function check(app) {
  const { t } = app;
  const connection = connectionMessage(app);
  const trouble = troubleNote();
  const consequence = message('advice');
  const heardWords = message('good');
  const speak = h('p', { class: 'hint' }, t('checkSpeak'));
  const picture = h('video', { class: 'mine', playsinline: true, muted: true, 'aria-label': t('checkPreview') });
  picture.muted = true;
  const dark = h('p', { class: 'dark' }, icon('cameraOff'), h('span', {}, t('checkNoPicture')));
  const segments = Array.from({ length: SEGMENTS }, () => h('span', {}));
  const meter = h('div', {
    class: 'meter', role: 'meter', 'aria-label': t('checkLevel'), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0,
  }, ...segments);
  const sound = h('button', { type: 'button', class: 'quiet', onclick: playTestSound }, icon('sound'), t('checkTestSound'));
  /** @type {HTMLSelectElement} */
  const cameras = h('select', { id: 'camera', onchange: () => app.devices.choose('video', cameras.value) });
  /** @type {HTMLSelectElement} */
  const microphones = h('select', { id: 'microphone', onchange: () => app.devices.choose('audio', microphones.value) });
  const cameraChoice = h('div', { class: 'choice' }, h('label', { class: 'label', for: 'camera' }, t('checkCamera')), cameras);
  const microphoneChoice = h('div', { class: 'choice' },
    h('label', { class: 'label', for: 'microphone' }, t('checkMicrophone')), microphones);
  const explain = h('div', { class: 'explain' },
    h('div', { class: 'signs', 'aria-hidden': 'true' }, icon('camera'), icon('microphone')),
    h('p', { class: 'lead' }, t('checkExplain')), h('p', {}, t('checkExplainAsk')));
  const ears = h('div', { class: 'ears' }, h('div', { class: 'meter-row' }, icon('microphone'), meter), speak, heardWords.root);
  const move = h('button', { type: 'button', class: 'quiet', onclick: () => app.goElsewhere() }, t('elsewhereOpen'));
  const preview = h('div', { class: 'preview' }, picture, dark);
  const tried = h('div', { class: 'tried' }, preview, move, consequence.root, ears, sound, cameraChoice, microphoneChoice);

  const turnOn = h('button', { type: 'button', class: 'primary', onclick: () => app.devices.turnOn() }, t('checkTurnOn'));
  const again = h('button', { type: 'button', onclick: () => app.devices.tryAgain() }, t('checkAgain'));
  const ready = h('button', { type: 'button', class: 'primary', onclick: () => app.ready() }, t('checkReady'));
  const { root, heading } = frame(app, {
    title: t('checkTitle'), back: true, body: [connection.root, trouble.root, explain, tried], actions: [turnOn, again, ready],
  });

  /** @type {MediaStreamTrack | null} */
  let listened = null;
  let stopListening = () => {};
  let heard = 0;
  let since = Date.now();

  /** @param {number} level */
  function onLevel(level) {
    const lit = Math.round(level * SEGMENTS);
    segments.forEach((segment, index) => segment.classList.toggle('lit', index < lit));
    meter.setAttribute('aria-valuenow', String(Math.round(100 * level)));
    if (level >= HEARD) heard += 1;
    const good = heard >= 3;
    heardWords.say(good ? t('checkHeard') : '');
    speak.hidden = good;
    say(speak, Date.now() - since > QUIET_AFTER_MS ? t('checkQuiet') : t('checkSpeak'));
  }

  function update() {
    const view = app.media.view;
    const idle = view.camera === 'idle' && view.microphone === 'idle';
    const starting = view.camera === 'starting' || view.microphone === 'starting';
    const hasCamera = view.camera === 'on';
    const hasMicrophone = view.microphone === 'on';
    const found = app.devices.trouble;
    connection.update();
    trouble.say(starting && !found.isAsked ? null : found, t);
    explain.hidden = !idle && !(starting && !hasCamera && !hasMicrophone);
    tried.hidden = !explain.hidden;
    turnOn.hidden = explain.hidden;
    setUsable(turnOn, !starting);
    say(turnOn, starting ? t('checkStarting') : t('checkTurnOn'));
    again.hidden = !explain.hidden || (hasCamera && hasMicrophone && found.kinds.length === 0);
    setUsable(again, !starting);
    move.hidden = app.place.app === null || again.hidden || starting;
    ready.hidden = !explain.hidden;
    setUsable(ready, !starting);
    say(ready, hasCamera && hasMicrophone ? t('checkReady')
      : hasMicrophone ? t('checkWithoutCamera') : hasCamera ? t('checkWithoutMicrophone') : t('checkWithoutBoth'));
    // Trying again comes first where it may help: not without a camera, or with one that was switched off on purpose.
    const hopeful = !again.hidden && (!hasMicrophone || found.kinds.some((kind) => found.parts[kind] !== 'none'));
    again.className = hopeful ? 'primary' : 'secondary';
    ready.className = hopeful ? 'secondary' : 'primary';

    show(picture, app.media.tracks.video);
    picture.classList.toggle('mirrored', view.facing === 'user');
    picture.hidden = !hasCamera;
    dark.hidden = hasCamera;
    preview.hidden = !hasCamera && !hasMicrophone && !starting;
    say(/** @type {Element} */ (dark.lastChild), starting ? t('checkStarting') : t('checkNoPicture'));
    consequence.say(starting || idle ? '' : !hasMicrophone ? t('checkSilentWarning') : !hasCamera ? t('checkDarkWarning') : '');
    ears.hidden = !hasMicrophone;
    // Also while it starts and after it failed: that is when another one is wanted.
    cameraChoice.hidden = view.cameras.length < 2 || view.camera === 'off';
    microphoneChoice.hidden = view.microphones.length < 2;
    fillChoice(cameras, view.cameras, view.cameraId);
    fillChoice(microphones, view.microphones, view.microphoneId);

    const track = app.media.tracks.audio;
    if (track === listened) return;
    stopListening();
    listened = track;
    heard = 0;
    since = Date.now();
    heardWords.say('');
    stopListening = track ? watchLevel(track, onLevel) : () => {};
  }
  update();
  return { root, focus: heading, update, destroy: () => stopListening() };
}
