// Takes a call over bad lines, and beside it the same call with a browser in the kiosk's place over the same lines, and
// prints what each end saw of the other.
//
//   SANGDAM_BUILD=<release build folder> tests/network/own_network.sh --bare \
//     tests/integration/pipelines/with_pipewire.sh node tests/bench/lines.mjs [kiosk|browser|both] [line ...]
//
// One call passes through the lines in their order, as a patient's phone does on its way: 8 s to adapt, 15 s measured,
// 8 s of a clean line between. SANGDAM_STEPS=1 prints the kiosk's statistics of each second. Not a test: machines differ and
// are shared.
import os from 'node:os';
import path from 'node:path';
import { ImpairedLine } from '../browser/support/impaired_line.mjs';
import { browserCall, kioskCall } from './calls.mjs';

const LINES = {
  'clean': 'both',
  '2 % loss': 'both loss=2',
  '5 % loss': 'both loss=5',
  '10 % loss': 'both loss=10',
  '5 % loss in bursts of 4': 'both loss=5 burst=4',
  '300 kbit/s': 'both rate=300',
  '100 ± 30 ms': 'both delay=100 jitter=30',
  '1 Mbit/s': 'both rate=1000',
  '5 %, 100 ms, 500 kbit/s': 'both loss=5 delay=100 rate=500',
  '5 %, 150 ms': 'both loss=5 delay=150',
  'clean again': 'both',
  '120 kbit/s': 'both rate=120',
  '70 kbit/s': 'both rate=70',
  '40 kbit/s': 'both rate=40',
};
const ADAPT = 8000;
const MEASURE = 15000;
const CLEAN = 8000;
const BACK_KBPS = 0.7;  // of the clean line's rate

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function pass(line, names, patientEnd, clinicEnd) {
  const rows = [];
  const normal = {};
  for (const name of names) {
    await line.set(LINES[name]);
    await pause(ADAPT);
    await Promise.all([patientEnd.start(), clinicEnd.start(), line.count()]);
    await pause(MEASURE);
    const [patient, clinic, carried] = await Promise.all([patientEnd.stop(), clinicEnd.stop(), line.count()]);
    const row = { name, patient, clinic, carried };
    rows.push(row);
    if (name === names[0]) Object.assign(normal, { patient: patient.kbps, clinic: clinic.kbps });
    await line.set('both');
    for (let second = 1; second <= CLEAN / 1000; ++second) {
      await Promise.all([patientEnd.start(), clinicEnd.start()]);
      await pause(1000);
      const [there, here] = await Promise.all([patientEnd.stop(), clinicEnd.stop()]);
      if (there.kbps > BACK_KBPS * normal.patient) patient.back ??= second;
      if (here.kbps > BACK_KBPS * normal.clinic) clinic.back ??= second;
    }
  }
  return rows;
}

function print(title, rows) {
  const side = ({ fps, frozen, kbps, height, age, ageP95, concealed, back }) => [
    fps.toFixed(1), frozen.toFixed(1), Math.round(kbps), `${height}p`,
    age === undefined ? '–' : `${Math.round(age)} / ${Math.round(ageP95)}`, concealed === undefined ? '–' : concealed.toFixed(1), back ?? '> 8',
  ].join(' · ');
  console.log(`\n${title}: pictures a second · seconds frozen of ${MEASURE / 1000} · kbit/s · size · age p50 / p95 in ms · % of sound concealed · seconds until ${100 * BACK_KBPS} % of the clean line's rate is back\n`);
  console.log('| line | at the patient | at the clinic | queue p95 to the patient / to the clinic, ms |\n|---|---|---|---|');
  for (const { name, patient, clinic, carried } of rows) {
    console.log(`| ${name} | ${side(patient)} | ${side(clinic)} | ${Math.round(carried['to-other'].queue_p95_ms)} / ${Math.round(carried['to-own'].queue_p95_ms)} |`);
  }
}

const [who = 'both', ...wanted] = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(LINES);
const unknown = names.filter((name) => !(name in LINES));
if (unknown.length > 0) throw new Error(`no such line: ${unknown.join(', ')}; there are: ${Object.keys(LINES).join(', ')}`);
const line = await ImpairedLine.open(process.env.SANGDAM_LINE ?? path.join(process.env.SANGDAM_BUILD, 'tests/network/sangdam-line'));
try {
  if (who !== 'browser') print('Kiosk', await kioskCall(line, (patient, clinic) => pass(line, names, patient, clinic)));
  await line.set('both');
  if (who !== 'kiosk') print('A browser in its place', await browserCall(line, (patient, clinic) => pass(line, names, patient, clinic)));
  console.log(`\n${os.cpus().length} cores (${os.cpus()[0].model.trim()}), load ${os.loadavg()[0].toFixed(1)} at the end`);
} finally {
  await line.close();
}
