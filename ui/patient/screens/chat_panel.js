// The written part of the call: the list, the delivery marks, the field.
import { h, icon, say } from '../dom.js';
import { MAX_CHAT_CODE_POINTS } from '../lines.js';
import { linkParts } from '../links.js';
import { codePoints, multiLine } from '../text.js';

/**
 * Opens beside the call, which goes on, and learns nothing of it.
 * @param {string} text
 */
function withLinks(text) {
  return linkParts(text).map((part) => (part.isLink
    ? h('a', { href: part.text, target: '_blank', rel: 'noopener noreferrer', referrerpolicy: 'no-referrer' }, part.text) : part.text));
}

/**
 * @param {import('../app.js').App} app
 * @param {() => void} onClose
 */
export function chatPanel(app, onClose) {
  const { t } = app;
  const empty = h('p', { class: 'empty' }, t('chatEmpty'));
  const items = h('ol', {});
  const list = h('div', { class: 'lines', role: 'log', 'aria-label': t('chatTitle'), 'aria-live': 'polite', tabindex: 0 }, items);
  const problem = h('p', { class: 'too-long', role: 'alert' });
  problem.hidden = true;
  const field = h('textarea', {
    id: 'chat-field', rows: 1, 'aria-label': t('chatField'), placeholder: t('chatPrompt'), enterkeyhint: 'send',
    oninput: () => onInput(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => onKey(event),
  });
  const root = h('section', { class: 'chat', 'aria-labelledby': 'chat-title', onkeydown: (/** @type {KeyboardEvent} */ event) => onEscape(event) },
    h('header', {}, h('h2', { id: 'chat-title', tabindex: -1 }, t('chatTitle')),
      h('button', { type: 'button', class: 'round', 'aria-label': t('chatClose'), onclick: onClose }, icon('close'))),
    list, empty, problem,
    h('form', { class: 'write', onsubmit: (/** @type {Event} */ event) => onSubmit(event) },
      field, h('button', { type: 'submit', class: 'send', 'aria-label': t('chatSend') }, icon('send'))));

  const marks = {
    sending: () => [icon('clock'), t('chatSending')],
    delivered: () => [icon('check'), t('chatDelivered')],
    refused: () => [icon('warning'), t('chatRefused')],
  };
  /** @type {Map<string, {element: HTMLElement, mark: HTMLElement | null, state: string}>} */
  const drawn = new Map();
  const clock = new Intl.DateTimeFormat(app.language, { hour: 'numeric', minute: '2-digit' });

  /** @param {string} words */
  function complain(words) {
    problem.hidden = words === '';
    if (words !== '') say(problem, words);
  }

  function onInput() {
    const over = codePoints(multiLine(field.value)) - MAX_CHAT_CODE_POINTS;
    complain(over > 0 ? t('chatLong', { over }) : '');
    field.rows = Math.min(4, field.value.split('\n').length);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // While a Hangul syllable is being put together, Enter only finishes it (keyCode 229 is Safari's way to say so).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    onSubmit(event);
  }

  /** @param {KeyboardEvent} event */
  function onEscape(event) {
    if (event.key !== 'Escape' || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    onClose();
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    const refusal = app.chat.write(field.value);
    // Something was typed of which nothing can be seen: fillers, marks without a letter.
    if (refusal === 'empty' && field.value.trim() !== '') complain(t('chatNothing'));
    if (refusal !== '') return;
    field.value = '';
    onInput();
    field.focus();
  }

  /** @param {import('../chat.js').ChatItem} item */
  function draw(item) {
    const mark = item.mine ? h('span', { class: 'mark' }) : null;
    const element = h('li', { class: item.mine ? 'line mine' : 'line' },
      h('p', { class: 'text', dir: 'auto' }, h('span', { class: 'for-ears' }, `${item.mine ? t('chatMe') : t('chatClinic')}: `), ...withLinks(item.text)),
      h('p', { class: 'about' }, h('time', {}, clock.format(item.time)), mark));
    items.append(element);
    const entry = { element, mark, state: '' };
    drawn.set(item.id, entry);
    return entry;
  }

  function update() {
    const written = app.chat.items;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const before = drawn.size;
    const kept = new Set(written.map((item) => item.id));
    for (const [id, { element }] of drawn) {
      if (kept.has(id)) continue;
      element.remove();
      drawn.delete(id);
    }
    for (const item of written) {
      const entry = drawn.get(item.id) ?? draw(item);
      const state = item.delivered ? 'delivered' : item.refused ? 'refused' : 'sending';
      if (!entry.mark || entry.state === state) continue;
      entry.state = state;
      entry.mark.replaceChildren(...marks[state]());
    }
    empty.hidden = written.length > 0;
    list.hidden = written.length === 0;
    if (atEnd || drawn.size !== before) list.scrollTop = list.scrollHeight;
  }
  return { root, field, update };
}
