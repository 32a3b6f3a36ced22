// After the call: what became of it, and the way back if it was left by mistake.
import { h, icon } from '../dom.js';
import { connectionMessage, frame } from './frame.js';

/**
 * @param {import('../flow.js').PageState} state
 * @returns {[import('../strings.js').Key, import('../strings.js').Key]} title and words
 */
export function endingWords(state) {
  switch (state.ending) {
    case 'left': return ['goodbyeLeftTitle', 'goodbyeLeft'];
    case 'replaced': return ['goodbyeReplacedTitle', 'goodbyeReplaced'];
    case 'outdated': return ['goodbyeOutdatedTitle', 'goodbyeOutdated'];
    case 'ended':
    case null:
      break;
  }
  switch (state.outcome) {
    case 'cancelled': return ['goodbyeCancelledTitle', 'goodbyeCancelled'];
    case 'no-show':
    case 'expired': return ['goodbyeNoShowTitle', 'goodbyeNoShow'];
    case 'failed': return ['goodbyeFailedTitle', 'goodbyeFailed'];
    case 'moved': return ['goodbyeMovedTitle', 'goodbyeMoved'];
    case 'lapsed': return ['goodbyeLapsedTitle', 'goodbyeLapsed'];
    case 'declined': return ['goodbyeDeclinedTitle', 'goodbyeDeclined'];
    default: return ['goodbyeCompletedTitle', 'goodbyeCompleted'];
  }
}

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function goodbye(app) {
  const { t, state } = app;
  const [title, words] = endingWords(state);
  const good = state.ending === 'ended' && title === 'goodbyeCompletedTitle';
  const connection = connectionMessage(app);
  const button = (/** @type {import('../strings.js').Key} */ key, /** @type {string} */ kind, /** @type {() => void} */ onclick) => (
    h('button', { type: 'button', class: kind, onclick }, t(key)));
  const actions = {
    left: () => [button('goodbyeBack', 'primary', () => app.comeBack()), button('goodbyeDone', 'secondary', () => app.done())],
    replaced: () => [button('goodbyeHere', 'primary', () => app.comeBack())],
    outdated: () => [button('goodbyeReload', 'primary', () => location.reload())],
    ended: () => [button('goodbyeNewCode', 'secondary', () => app.startOver())],
  }[state.ending ?? 'ended']();

  const { root, heading } = frame(app, {
    title: t(title),
    className: 'goodbye',
    body: [
      connection.root,
      h('p', { class: good ? 'seal good' : 'seal', 'aria-hidden': 'true' }, icon(good ? 'check' : state.ending === 'left' ? 'leave' : 'info')),
      h('p', { class: 'lead' }, t(words)),
    ],
    actions,
  });
  return { root, focus: heading, update: () => connection.update() };
}
