// The page uses nothing that the oldest browsers of docs/browsers.md lack, but for what is named here with what happens then.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { checkScript, newerThanES5, programOf } from './scripts.mjs';
import { checkStyle } from './styles.mjs';
import { baseline, Findings, source } from './support.mjs';

const PAGE = path.join(source, 'ui/patient');
const read = (name) => readFileSync(path.join(PAGE, name), 'utf8');
const WATCHDOG = 'watchdog.js';

/** Used all the same: what becomes of it in a browser that lacks it. */
const REPLACED = {
  'codecs.js api.MediaCapabilities.encodingInfo': 'codecAbilities() takes its refusal for "not known"',
  'connection_state.js api.RTCPeerConnection.connectionState': 'it says so: what ICE says is taken',
  'media.js api.MediaDevices.devicechange_event': 'the list is as it was when the camera was turned on',
  'media.js api.MediaStreamTrack.contentHint': 'nobody reads it',
  'media.js api.Navigator.permissions': 'isGranted() catches it', 'media.js api.Permissions.query': 'the same', 'media.js api.PermissionStatus.state': 'the same',
  'modal.js api.HTMLDialogElement.showModal': 'modal.js does it by hand', 'modal.js api.HTMLDialogElement.close': 'the same',
  'screens/call.js html.elements.dialog': 'an unknown element with a role; modal.js', 'screens/sound_panel.js html.elements.dialog': 'the same',
  'peer.js api.RTCPeerConnection.setConfiguration': 'a new connection in its place',
  'proof_search.js api.Worker.Worker.ecmascript_modules': 'the search goes on without a thread of its own',
  'screens/call.js html.elements.video.playsinline': 'Firefox plays in the page anyway', 'screens/check.js html.elements.video.playsinline': 'the same', 'screens/waiting.js html.elements.video.playsinline': 'the same',
  'screens/chat_panel.js html.global_attributes.enterkeyhint': 'the usual word on the key', 'screens/consent.js html.global_attributes.enterkeyhint': 'the same', 'screens/enter_code.js html.global_attributes.enterkeyhint': 'the same',
  'screens/enter_code.js html.global_attributes.inputmode': 'a PC, which has no other keyboard', 'screens/enter_code.js html.global_attributes.autocapitalize': 'digits have no capitals',
  'screens/enter_code.js api.InputEvent.isComposing': 'half a syllable is a word like others: it stays',
};
/** The same of styles. */
const STYLES = {
  'css.selectors.focus-visible': 'the browser\'s own ring around what has the focus',
  'css.selectors.backdrop': 'no modal dialogs either: modal.js has its own veil',
  'css.selectors.-webkit-progress-bar': 'one of three names of the same', 'css.selectors.-webkit-progress-value': 'one of three', 'css.selectors.-moz-progress-bar': 'one of three',
  'css.at-rules.media.forced-colors': 'no such mode', 'css.properties.appearance': '-webkit-appearance stands before it',
  'css.properties.aspect-ratio': 'a preview has the shape of its camera',
  'css.properties.overflow-wrap.anywhere': 'word-break: break-word stands before it',
  'css.properties.overscroll-behavior': 'the page behind moves a little', 'css.properties.overscroll-behavior.contain': 'the same',
  'css.properties.scroll-behavior': 'nothing moves smoothly', 'css.properties.scroll-behavior.auto': 'the same',
  'css.properties.text-wrap': 'lines of uneven length', 'css.properties.text-wrap.balance': 'the same', 'css.properties.text-wrap.pretty': 'the same',
  'css.properties.text-size-adjust': '-webkit-text-size-adjust stands before it', 'css.properties.-webkit-tap-highlight-color': 'a flash under the finger',
  'css.properties.cursor': 'no pointer, or the usual one', 'css.properties.cursor.pointer': 'the same', 'css.properties.cursor.default': 'the same',
  'css.properties.accent-color': 'a slider in the browser\'s own colour',
  'css.properties.user-select': '-webkit-user-select stands before it', 'css.properties.user-select.all': 'the same',
  'css.properties.resize': 'no handle to pull at on a phone', 'css.properties.resize.none': 'the same',
};

const lines = (findings) => findings.map(({ name, place, missing }) => `${place}: ${name} (missing in ${missing.join(', ')})`);

function checkAll() {
  const program = programOf();
  const scripts = new Findings();
  for (const file of program.getSourceFiles()) {
    if (file.fileName.startsWith(PAGE) && !file.fileName.endsWith(WATCHDOG)) checkScript(program, file, scripts);
  }
  const styles = new Findings();
  for (const name of ['style.css', 'tokens.css']) checkStyle(read(name), name, styles);
  return { scripts, styles };
}
const { scripts, styles } = checkAll();

test('scripts use what every browser has, or do without', () => {
  assert.ok(scripts.checked > 500, `only ${scripts.checked} names were known`);
  const isReplaced = ({ place, name }) => `${place} ${name}` in REPLACED;
  assert.deepEqual(lines(scripts.all.filter((each) => !isReplaced(each))), []);
  const used = scripts.all.map(({ place, name }) => `${place} ${name}`);
  assert.deepEqual(Object.keys(REPLACED).filter((each) => !used.includes(each)), [], 'not needed any more');
});

test('styles are what every browser has, or only make it nicer', () => {
  assert.ok(styles.checked > 500, `only ${styles.checked} names were known`);
  assert.deepEqual(lines(styles.all.filter(({ name }) => !(name in STYLES))), []);
  const used = styles.all.map(({ name }) => name);
  assert.deepEqual(Object.keys(STYLES).filter((each) => !used.includes(each)), [], 'not needed any more');
});

test('what is too new is found, in words and in names', () => {
  const NEW = [
    ['[1].at(-1)', 'Array.at'], ['"a".at(0)', 'String.at'], ['Object.hasOwn({}, "a")', 'Object.hasOwn'], ['structuredClone({})', 'structuredClone'],
    ['document.createElement("dialog").showModal()', 'HTMLDialogElement.showModal'], ['class A { static { } }', 'initialization_blocks'],
    ['class A { b = (document.body); }', 'parentheses'],
    ['class A { #x = 1; static is(a) { return #x in a; } }', 'private_class_fields_in'], ['export const a = /(?<=b)c/', 'lookbehind'],
    ['export const b = /a/d', 'hasIndices'], ['export const c = await 1', 'top_level'], ['crypto.randomUUID()', 'randomUUID'],
    ['document.createElement("video").requestVideoFrameCallback(() => {})', 'requestVideoFrameCallback'],
    ['navigator.permissions', 'permissions'], ['const { permissions } = navigator', 'permissions'], ['new RTCPeerConnection().connectionState', 'connectionState'],
    ["new Worker('a.js', { type: 'module' })", 'ecmascript_modules'], ["h('dialog', {})", 'elements.dialog'], ["h('div', { inert: true })", 'inert'],
    ['new RTCPeerConnection().addEventListener("connectionstatechange", () => {})', 'connectionstatechange_event'],
  ];
  const nameOf = (index) => path.join(PAGE, `new_${index}.js`);
  const others = Object.fromEntries(NEW.map(([text], index) => [nameOf(index), `${text};\nexport {};\n/** @param {...any} a */\nfunction h(...a) {}\n`]));
  const program = programOf(others);
  for (const [index, [text, name]] of NEW.entries()) {
    const findings = new Findings();
    checkScript(program, program.getSourceFile(nameOf(index)), findings);
    assert.ok(findings.all.some((each) => each.name.includes(name)), `${text}: ${lines(findings.all)}`);
  }
  for (const [text, name] of [['a:has(b) { color: red }', 'selectors.has'], ['a { aspect-ratio: 1 }', 'aspect-ratio'], ['a { height: 1dvh }', 'dynamic'],
    ['@container (min-width: 1px) { a { color: red } }', 'container'], ['@media (width > 1px) { a { color: red } }', 'range_syntax'], ['a { overflow-wrap: anywhere }', 'anywhere']]) {
    const findings = new Findings();
    checkStyle(text, 'new.css', findings);
    assert.ok(findings.all.some((each) => each.name.includes(name)), `${text}: ${lines(findings.all)}`);
  }
  const fallen = new Findings();
  checkStyle('a { height: 1vh; height: 1dvh }', 'new.css', fallen);
  assert.deepEqual(lines(fallen.all), [], 'the older browsers have the one before');
});

test('what watches over the opening runs in every browser', () => {
  assert.deepEqual(newerThanES5(read(WATCHDOG)), []);
  for (const text of ['let a;', 'const a = 1;', 'a => a', '`a`', 'a?.b', 'a ?? b', 'class A {}', 'for (a of b);', 'f(...a)', 'var { a } = b', 'a = { b }', 'a = { b() {} }', 'function f(a = 1) {}',
    'try { a } catch { b }', 'async function f() {}', 'a ** b']) {
    assert.notDeepEqual(newerThanES5(text), [], text);
  }
  assert.doesNotMatch(read(WATCHDOG), /\b(fetch|Promise|Map|Set|Symbol|Object\.(assign|entries|values)|URLSearchParams|closest|replaceChildren|append|remove|includes|startsWith|endsWith|find|from)\(/);
});

test('the versions that people are told are those of the document', () => {
  const of = Object.fromEntries(baseline());
  const told = read(WATCHDOG);
  const versions = [['Chrome', of.chrome], ['Edge', of.chrome], ['Safari', of.safari], ['Firefox', of.firefox], ['Samsung Internet', of.samsunginternet_android], ['삼성 인터넷', of.samsunginternet_android]];
  for (const [name, version] of versions) {
    const said = [...told.matchAll(new RegExp(`${name} ?\\(?(\\d+)`, 'g'))].map(([, each]) => Number(each));
    assert.ok(said.length > 0 && said.every((each) => each === version), `${name} ${version}: ${said}`);
  }
});
