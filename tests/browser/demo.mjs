// Plays one whole consultation between the real kiosk and a scripted patient in Chromium, and leaves behind the
// pictures of both sides and the timeline of the log:
//
//   node tests/browser/demo.mjs --out demo [--readme docs/images] [--language en|ko]
//
// ./run --demo calls it with the kiosk's program in SANGDAM_KIOSK, on a virtual display, inside a session bus.
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { launchBrowser } from './support/browser.mjs';
import { Patient } from './support/patient.mjs';
import { waitFor } from './support/wait.mjs';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: { out: { type: 'string', default: 'demo' }, readme: { type: 'string' }, language: { type: 'string', default: 'en' } },
});
const program = process.env.SANGDAM_KIOSK;
if (!program) throw new Error('SANGDAM_KIOSK names no program: start this by ./run --demo');

const WORDS = {
  en: { clinic: 'Harbour Clinic', clinician: 'Dr Han', patient: 'Sunja Kim', others: ['Minho Park', 'Jiwoo Lee'],
        hello: 'Good morning, can you hear me?', answer: 'Yes, very well 👍', link: 'Twice a day, after meals.' },
  ko: { clinic: '하버의원', clinician: '한지민', patient: '김순자', others: ['박민호', '이지우'],
        hello: '안녕하세요, 제 목소리 들리세요?', answer: '네, 아주 잘 들려요 👍', link: '하루 두 번, 식사 후에 드세요.' },
}[options.language];

/** The kiosk under test: its events, its actions, its window. */
class Kiosk {
  events = [];
  #process;
  #stderr = '';

  constructor(dataDir) {
    this.#process = spawn(program, [
      '--data-dir', dataDir, '--listen', '127.0.0.1:0', '--camera', 'test', '--microphone', 'test', '--print-events',
      '--clinic', WORDS.clinic, '--clinic-phone', '02-123-4567', '--language', options.language, '--fullscreen',
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.events.push(JSON.parse(line)));
    this.#process.stderr.on('data', (data) => { this.#stderr = (this.#stderr + data).slice(-4000); });
  }

  /** How the program ended, or null while it runs. */
  get #ended() {
    return this.#process.exitCode ?? this.#process.signalCode;
  }

  /** The event of that name, the newest after `after` events were seen; waits for it. */
  event(name, after = 0, deadline = 30000) {
    return waitFor(`the kiosk's event ${name}`, () => {
      if (this.#ended !== null) throw new Error(`the kiosk ended (${this.#ended}): ${this.#stderr}`);
      return this.events.slice(after).find((event) => event.event === name);
    }, deadline);
  }

  /** What a touch on the screen does, through the same GAction. */
  async act(action, ...parameter) {
    await run('gapplication', ['action', 'kr.sangdam.Kiosk', action, ...parameter]);
  }

  async end() {
    if (this.#ended !== null) return;
    const gone = new Promise((resolve) => { this.#process.once('exit', resolve); });
    this.#process.kill('SIGTERM');
    await gone;
  }
}

/** A GVariant text of a string, for gapplication. */
const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
// For people to look at, not for a test to judge: a screen has faded in and painted after this.
const painted = () => new Promise((resolve) => { setTimeout(resolve, 700); });

async function timeline(dataDir, consultation) {
  const { stdout } = await run('sqlite3', ['-readonly', '-json', path.join(dataDir, 'sangdam.db'), `
    SELECT strftime('%H:%M:%f', e.time / 1000.0, 'unixepoch') AS time, e.kind, e.actor, e.from_state, e.to_state,
           coalesce(p.payload, '(erased)') AS payload
      FROM events e LEFT JOIN event_payloads p USING (sequence)
     WHERE e.consultation = '${consultation.replace(/[^0-9a-f]/g, '')}' ORDER BY sequence`]);
  return JSON.parse(stdout || '[]').map((row) => {
    const move = row.from_state === row.to_state ? row.to_state : `${row.from_state} -> ${row.to_state}`;
    const details = row.payload === '{}' ? '' : `  ${row.payload}`;
    return `${row.time}  ${row.actor.padEnd(8)}${row.kind.padEnd(20)}${move.padEnd(28)}${details}`.trimEnd();
  });
}

await mkdir(options.out, { recursive: true });
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'sangdam-demo-'));
const kiosk = new Kiosk(dataDir);
let browser;
let pictures = 0;
const kioskPicture = async (name) => {
  await painted();
  const file = path.join(options.out, `kiosk-${String(++pictures).padStart(2, '0')}-${name}.png`);
  await run('import', ['-window', 'root', file]);
  return file;
};
const phonePicture = async (patient, name) => {
  await painted();
  const file = path.join(options.out, `phone-${String(++pictures).padStart(2, '0')}-${name}.png`);
  await patient.page.screenshot({ path: file });
  return file;
};
const readme = {};

try {
  const { url } = await kiosk.event('ready', 0, 60000);
  console.log(`The kiosk is ready at ${url}`);
  const soon = new Date(Math.ceil(Date.now() / 900000) * 900000);
  for (const [index, name] of [WORDS.patient, ...WORDS.others].entries()) {
    const start = new Date(soon.getTime() + index * 900000).toISOString();
    await kiosk.act('add-appointment', `(${quoted(name)}, ${quoted(WORDS.clinician)}, ${quoted(start)}, false)`);
  }
  await kioskPicture('today');
  // Staff have read that this machine has no camera and no loudspeaker.
  for (const notice of ['camera', 'speaker']) await kiosk.act('dismiss-notice', quoted(notice));

  await kiosk.act('start-walk-in');
  const { code, consultation } = await kiosk.event('session-open');
  console.log(`A session is open; the patient types ${code.replace(/(...)(...)/, '$1 $2 ')}`);
  readme['kiosk-session.png'] = await kioskPicture('session');

  browser = await launchBrowser();
  const patient = await Patient.open(browser, url, { language: options.language, width: 360, height: 740,
                                                     context: { deviceScaleFactor: 2 } });
  await patient.codeField.waitFor();
  readme['phone-code.png'] = await phonePicture(patient, 'code');
  await patient.enterCode(code);
  await patient.giveNameAndConsent(WORDS.patient);
  await patient.turnOnDevices();
  await phonePicture(patient, 'check');
  await patient.button(patient.words.ready).click();
  await patient.heading(patient.words.waitingTitle).waitFor();
  await phonePicture(patient, 'waiting');
  const { knock } = await kiosk.event('patient-waiting');
  readme['kiosk-waiting.png'] = await kioskPicture('waiting');

  console.log('Staff admit the patient');
  const admitted = Date.now();
  await kiosk.act('admit', `(${quoted(consultation)}, ${quoted(knock)})`);
  await kiosk.event('first-frame');
  await patient.inCall();
  await patient.seesMovement();
  console.log(`Both see moving pictures ${((Date.now() - admitted) / 1000).toFixed(1)} s after that`);

  await kiosk.act('send-chat', quoted(WORDS.hello));
  await patient.page.getByText(WORDS.hello).first().waitFor({ state: 'attached' });
  await patient.write(WORDS.answer);
  await kiosk.event('chat');
  await kiosk.act('send-chat', quoted(WORDS.link));
  await patient.page.getByText(WORDS.link).first().waitFor({ state: 'attached' });
  await phonePicture(patient, 'chat');
  readme['kiosk-call.png'] = await kioskPicture('call');
  await patient.chatButton.click();
  readme['phone-call.png'] = await phonePicture(patient, 'call');
  await kiosk.act('mute-microphone');
  await kioskPicture('muted');
  await kiosk.act('mute-microphone');

  console.log('Staff end the visit');
  await kiosk.act('end', quoted(consultation));
  await kiosk.event('ended');
  await phonePicture(patient, 'goodbye');
  await kiosk.act('show-log');
  await kioskPicture('log');
  await kiosk.act('show-timeline', quoted(consultation));
  await kioskPicture('timeline');

  const lines = await timeline(dataDir, consultation);
  if (lines.length < 6) throw new Error(`the log has only ${lines.length} entries of this visit`);
  await writeFile(path.join(options.out, 'timeline.txt'), `${lines.join('\n')}\n`);
  console.log(`\nThe log of this visit (${options.out}/timeline.txt):\n${lines.join('\n')}\n`);
  if (options.readme) {
    await mkdir(options.readme, { recursive: true });
    for (const [name, file] of Object.entries(readme)) await copyFile(file, path.join(options.readme, name));
  }
  console.log(`${pictures} pictures of both sides are in ${options.out}/`);
} finally {
  await browser?.close();
  await kiosk.end();
  await rm(dataDir, { recursive: true, force: true });
}
