// Step 4: waiting to be let in. Calm: it says what happens next, and that it happens by itself.
import { h, icon, say, setUsable, show } from '../dom.js';
import { connectionMessage, frame } from './frame.js';

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function waiting(app) {
  const { t } = app;
  const connection = connectionMessage(app);
  const words = h('p', { class: 'lead' });
  const stay = h('p', { class: 'stay' }, icon('sound'), h('span', {}, t('waitingStay')));
  const breath = h('div', { class: 'breath', 'aria-hidden': 'true' }, h('span', {}), h('span', {}), h('span', {}));
  const picture = h('video', { class: 'mine', playsinline: true, 'aria-label': t('waitingMe') });
  picture.muted = true;
  const me = h('figure', { class: 'preview small' }, picture, h('figcaption', {}, t('waitingMe')));
  const again = h('button', { type: 'button', class: 'primary', onclick: () => app.knock() }, t('declinedAgain'));
  const look = h('button', { type: 'button', class: 'secondary', onclick: () => app.back() }, t('waitingCheck'));
  const { root, heading } = frame(app, {
    title: t('waitingTitle'), back: true, className: 'waiting', body: [connection.root, breath, words, stay, me], actions: [again, look],
  });

  function update() {
    const { state } = app;
    const declined = state.visit === 'declined';
    const refused = state.visit === 'refused';
    connection.update(state.returning ? t('returning') : '');
    say(heading, declined ? t('declinedTitle') : refused ? t('refusedTitle') : t('waitingTitle'));
    say(words, declined ? t('declinedLead') : refused ? t('refusedLead')
      : t('waitingLead', { clinic: state.clinic || t('chatClinic') }));
    stay.hidden = declined;
    breath.hidden = declined || refused;
    again.hidden = !declined;
    setUsable(again, !state.offline && !state.clinicAway);
    const track = app.media.tracks.video;
    me.hidden = !track;
    show(picture, track);
    picture.classList.toggle('mirrored', app.media.view.facing === 'user');
  }
  update();
  return { root, focus: heading, update };
}
