// Step 2: the name and the consent text. CONSENT_VERSION goes into the clinic's record with the agreement: any change
// of the text in strings/*.js is a new version (a test pins the text to it).
import { h, icon } from '../dom.js';
import { MAX_NAME_CODE_POINTS } from '../protocol.js';
import { codePoints, singleLine } from '../text.js';
import { connectionMessage, frame, message } from './frame.js';

export const CONSENT_VERSION = '2026-1';

/** @type {readonly import('../strings.js').Key[]} */
export const CONSENT_POINTS = ['consent1', 'consent2', 'consent3', 'consent4', 'consent5'];

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function consent(app) {
  const { t } = app;
  const connection = connectionMessage(app);
  const nameProblem = message('problem');
  nameProblem.root.id = 'name-problem';
  const agreeProblem = message('problem');
  agreeProblem.root.id = 'agree-problem';
  const name = h('input', {
    id: 'name', type: 'text', autocomplete: 'name', spellcheck: 'false', enterkeyhint: 'next', required: true,
    'aria-describedby': 'name-hint name-problem',
    oninput: () => {
      nameProblem.say('');
      app.keep({ name: name.value });
    },
  });
  name.value = app.kept.name ?? '';
  const agree = h('input', {
    id: 'agree', type: 'checkbox', required: true, 'aria-describedby': 'agree-problem',
    onchange: () => {
      agreeProblem.say('');
      app.keep({ agreed: agree.checked });
    },
  });
  agree.checked = app.kept.agreed ?? false;

  const { root, heading } = frame(app, {
    title: t('consentTitle'),
    back: true,
    body: [
      connection.root,
      h('form', { id: 'consent-form', novalidate: true, onsubmit: (/** @type {Event} */ event) => onSubmit(event) },
        h('label', { for: 'name', class: 'label' }, t('nameLabel')),
        h('p', { id: 'name-hint', class: 'hint' }, t('nameHint')),
        name, nameProblem.root,
        h('section', { class: 'consent', 'aria-labelledby': 'consent-heading' },
          h('h2', { id: 'consent-heading' }, t('consentHeading')),
          h('ul', {}, ...CONSENT_POINTS.map((key) => h('li', {}, t(key)))),
          h('p', { class: 'version' }, t('consentVersion', { version: CONSENT_VERSION }))),
        h('label', { class: 'agree', for: 'agree' }, agree, h('span', { class: 'box', 'aria-hidden': 'true' }, icon('check')),
          h('span', {}, t('consentAgree'))),
        agreeProblem.root),
    ],
    actions: [h('button', { type: 'submit', class: 'primary', form: 'consent-form' }, t('next'))],
  });

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    const given = singleLine(name.value);
    const tooLong = codePoints(given) > MAX_NAME_CODE_POINTS;
    nameProblem.say(given === '' ? t('nameMissing') : tooLong ? t('nameLong') : '');
    name.setAttribute('aria-invalid', String(given === '' || tooLong));
    agreeProblem.say(agree.checked ? '' : t('consentMissing'));
    if (given === '' || tooLong) name.focus();
    else if (!agree.checked) agree.focus();
    else app.consent(given);
  }

  connection.update();
  return { root, focus: heading, update: () => connection.update() };
}
