// In the call: how loud and clear the clinic is heard, and with which microphone one is heard.
import { fillChoice, h, say } from '../dom.js';
import { LOUDEST } from '../hearing.js';
import { Modal } from '../modal.js';

/** @param {import('../app.js').App} app */
export function soundPanel(app) {
  const { t } = app;
  const clear = h('button', {
    type: 'button', class: 'switch', role: 'switch', 'aria-describedby': 'sound-clear-lead',
    onclick: () => app.hearing.set({ clear: !app.hearing.wish.clear }),
  }, h('span', {}, t('soundClear')), h('span', { class: 'knob', 'aria-hidden': 'true' }));
  const percent = h('output', { for: 'sound-volume' });
  /** @type {HTMLInputElement} */
  const volume = h('input', {
    id: 'sound-volume', type: 'range', min: 0, max: LOUDEST, step: 10,
    oninput: () => app.hearing.set({ volume: volume.valueAsNumber }),
  });
  /** @type {HTMLSelectElement} */
  const microphones = h('select', { id: 'sound-microphone', onchange: () => app.devices.choose('audio', microphones.value) });
  const microphoneChoice = h('div', { class: 'choice' }, h('label', { for: 'sound-microphone' }, t('checkMicrophone')), microphones);
  /** @type {HTMLDialogElement} */
  const root = h('dialog', { class: 'ask sound', 'aria-labelledby': 'sound-title' },
    h('h2', { id: 'sound-title' }, t('soundTitle')),
    clear,
    h('p', { id: 'sound-clear-lead' }, t('soundClearLead')),
    h('div', { class: 'choice' }, h('div', { class: 'volume' }, h('label', { for: 'sound-volume' }, t('soundVolume')), percent), volume),
    microphoneChoice,
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'primary', onclick: () => modal.close() }, t('soundDone'))));
  const modal = new Modal(root);
  return {
    root,
    open: () => modal.open(),
    update() {
      const { wish } = app.hearing;
      const { microphones: known, microphoneId, microphone } = app.media.view;
      const words = t('soundPercent', { percent: wish.volume });
      clear.setAttribute('aria-checked', String(wish.clear));
      if (volume.valueAsNumber !== wish.volume) volume.value = String(wish.volume);
      volume.setAttribute('aria-valuetext', words);
      say(percent, words);
      microphoneChoice.hidden = known.length < 2 || microphone !== 'on';
      fillChoice(microphones, known, microphoneId);
    },
  };
}
