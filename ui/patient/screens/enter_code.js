// Step 1: the code.
import { CODE_DIGITS, codeForPeople, codeIn, digitsOf, isOnlyDigits, isWellFormedCode } from '../code.js';
import { h, say, setUsable } from '../dom.js';
import { connectionMessage, frame, message } from './frame.js';

/** @type {{[code: string]: import('../strings.js').Key}} */
const WORDS = {
  'code-mistyped': 'codeMistyped',
  'code-wrong': 'codeWrong',
  'code-expired': 'codeExpired',
  'code-renewed': 'codeRenewed',
  'code-used': 'codeUsed',
  'code-occupied': 'codeOccupied',
  'clinic-away': 'codeClinicAway',
  'resume-unknown': 'codeResumeUnknown',
};

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function enterCode(app) {
  const { t } = app;
  const connection = connectionMessage(app);
  const problem = message('problem');
  problem.root.id = 'code-problem';
  const calm = message('advice');
  const bar = h('progress', { max: 1, 'aria-label': t('codeProofBar') });
  const field = h('input', {
    id: 'code',
    class: 'code',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
    placeholder: '000 000 000',
    'aria-describedby': 'code-lead code-problem',
    oninput: (/** @type {InputEvent} */ event) => onInput(event),
    onpaste: (/** @type {ClipboardEvent} */ event) => onText(event, event.clipboardData),
    ondrop: (/** @type {DragEvent} */ event) => onText(event, event.dataTransfer),
    oncompositionend: () => take(false),
  });
  field.value = codeForPeople(app.kept.code ?? '');
  const button = h('button', { type: 'submit', class: 'primary', form: 'code-form' }, t('codeGo'));
  /** What the screen itself found wrong; the gateway's words are in the state. */
  let own = '';

  const { root } = frame(app, {
    title: t('codeTitle'),
    body: [
      h('p', { id: 'code-lead', class: 'lead' }, t('codeLead')),
      h('form', { id: 'code-form', novalidate: true, onsubmit: (/** @type {Event} */ event) => onSubmit(event) },
        h('label', { class: 'for-ears', for: 'code' }, t('codeLabel')),
        field),
      connection.root, problem.root, calm.root, bar,
    ],
    actions: [button],
  });

  /** @param {string} code */
  function show(code) {
    field.value = codeForPeople(code);
    app.keep({ code });
  }

  /**
   * What is in the field becomes digits in groups, or stays as it is while words are typed around them.
   * @param {boolean} deleting
   */
  function take(deleting) {
    const { value } = field;
    if (!isOnlyDigits(value)) {
      const code = codeIn(value);
      if (code && isWellFormedCode(code) && !deleting) show(code);
      else app.keep({ code: code ?? '' });
      return;
    }
    const before = digitsOf(value.slice(0, field.selectionStart ?? value.length)).length;
    show(digitsOf(value));
    // Past the gap when typing on, before it when deleting, or the gap could never be deleted over.
    const gaps = Math.floor(Math.max(0, deleting ? before - 1 : before) / 3);
    const place = Math.min(before + gaps, field.value.length);
    field.setSelectionRange(place, place);
  }

  /**
   * A code that comes as a whole takes the place of what was typed so far.
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  function onText(event, data) {
    const code = codeIn(data?.getData('text') ?? '');
    if (!code || field.readOnly) return;
    event.preventDefault();
    show(code);
    onChange();
  }

  /** @param {InputEvent} event */
  function onInput(event) {
    if (event.isComposing) return;
    // Keyboards with a clipboard of their own paste without saying so.
    const text = event.data ?? '';
    const code = text.length >= CODE_DIGITS ? codeIn(text) : null;
    if (code) show(code);
    else take(event.inputType?.startsWith('delete') ?? false);
    onChange();
  }

  function onChange() {
    own = '';
    app.forgetProblem();
    update();
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    const { state } = app;
    if (state.busy || state.retryAt > Date.now()) return;
    const code = (isOnlyDigits(field.value) ? null : codeIn(field.value)) ?? digitsOf(field.value);
    if (code.length === CODE_DIGITS) show(code);
    own = code.length < CODE_DIGITS ? t('codeShort', { count: code.length })
      : isWellFormedCode(code) ? '' : t('codeMistyped');
    if (own === '') app.join(code);
    else field.focus();
    update();
  }

  function problemWords() {
    const { state } = app;
    if (own !== '') return own;
    if (state.offline || state.problem === '' || state.proving || state.waitSeconds > 0) return '';
    if (state.problem === 'too-many-tries') {
      const seconds = Math.ceil((state.retryAt - Date.now()) / 1000);
      return seconds > 0 ? t('codeTooMany', { seconds }) : '';
    }
    return t(WORDS[state.problem] ?? 'codeFailed');
  }

  function calmWords() {
    const { state } = app;
    if (state.offline) return '';
    if (state.proving) return t('codeProof');
    if (state.waitSeconds > 100) return t('codeInLineMinutes', { minutes: Math.ceil(state.waitSeconds / 60) });
    if (state.waitSeconds > 0) return t('codeInLine', { seconds: state.waitSeconds });
    return state.problem === 'too-many-tries' && state.retryAt <= Date.now() ? t('codeRetryNow') : '';
  }

  function update() {
    const { state } = app;
    const words = problemWords();
    connection.update();
    problem.say(words);
    calm.say(calmWords());
    bar.hidden = !state.proving;
    bar.value = app.proof.share;
    field.readOnly = state.busy;
    field.setAttribute('aria-invalid', String(words !== ''));
    setUsable(button, !state.busy && state.retryAt <= Date.now());
    say(button, state.busy ? t('codeBusy') : t('codeGo'));
  }

  const timer = setInterval(update, 500);
  update();
  return { root, focus: field, update, destroy: () => clearInterval(timer) };
}
