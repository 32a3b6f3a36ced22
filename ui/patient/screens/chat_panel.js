// The written part of the call: the list, the delivery marks, the field.
import { h, icon, say } from '../dom.js';
import { codePoints, MAX_CHAT_CODE_POINTS } from '../lines.js';

/**
 * @param {import('../app.js').App} app
 * @param {() => void} onClose
 */
export function chatPanel(app, onClose) {
  const { t } = app;
  const empty = h('p', { class: 'empty' }, t('chatEmpty'));
  const list = h('ol', { class: 'lines', role: 'log', 'aria-label': t('chatTitle'), 'aria-live': 'polite', tabindex: 0 });
  const problem = h('p', { class: 'too-long', role: 'alert' });
  problem.hidden = true;
  const field = h('textarea', {
    id: 'chat-field', rows: 1, 'aria-label': t('chatField'), placeholder: t('chatField'), enterkeyhint: 'send',
    oninput: () => onInput(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => onKey(event),
  });
  const root = h('section', { class: 'chat', 'aria-labelledby': 'chat-title' },
    h('header', {}, h('h2', { id: 'chat-title', tabindex: -1 }, t('chatTitle')),
      h('button', { type: 'button', class: 'round', 'aria-label': t('chatClose'), onclick: onClose }, icon('close'))),
    list, empty, problem,
    h('form', { class: 'write', onsubmit: (/** @type {Event} */ event) => onSubmit(event) },
      field, h('button', { type: 'submit', class: 'send', 'aria-label': t('chatSend') }, icon('send'))));

  /** @type {Map<string, {element: HTMLElement, mark: HTMLElement | null, delivered: boolean}>} */
  const drawn = new Map();
  const clock = new Intl.DateTimeFormat(app.language, { hour: 'numeric', minute: '2-digit' });

  function onInput() {
    const over = codePoints(field.value.trim()) - MAX_CHAT_CODE_POINTS;
    problem.hidden = over <= 0;
    if (over > 0) say(problem, t('chatLong', { over }));
    field.rows = Math.min(4, field.value.split('\n').length);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // While a Hangul syllable is being put together, Enter only finishes it (keyCode 229 is Safari's way to say so).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    onSubmit(event);
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    if (!app.chat.write(field.value)) return;
    field.value = '';
    onInput();
    field.focus();
  }

  /** @param {import('../chat.js').ChatItem} item */
  function draw(item) {
    const mark = item.mine ? h('span', { class: 'mark' }) : null;
    const element = h('li', { class: item.mine ? 'line mine' : 'line' },
      h('p', { class: 'text', dir: 'auto' }, h('span', { class: 'for-ears' }, `${item.mine ? t('chatMe') : t('chatClinic')}: `), item.text),
      h('p', { class: 'about' }, h('time', {}, clock.format(item.time)), mark));
    list.append(element);
    const entry = { element, mark, delivered: !item.delivered };
    drawn.set(item.id, entry);
    return entry;
  }

  function update() {
    const { items } = app.chat;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const before = drawn.size;
    const kept = new Set(items.map((item) => item.id));
    for (const [id, { element }] of drawn) {
      if (kept.has(id)) continue;
      element.remove();
      drawn.delete(id);
    }
    for (const item of items) {
      const entry = drawn.get(item.id) ?? draw(item);
      if (!entry.mark || entry.delivered === item.delivered) continue;
      entry.delivered = item.delivered;
      entry.mark.replaceChildren(icon(item.delivered ? 'check' : 'clock'), item.delivered ? t('chatDelivered') : t('chatSending'));
    }
    empty.hidden = items.length > 0;
    list.hidden = items.length === 0;
    if (atEnd || drawn.size !== before) list.scrollTop = list.scrollHeight;
  }
  return { root, field, update };
}
