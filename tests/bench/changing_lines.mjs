// Takes calls over lines that change, and beside each the same call with a browser in the kiosk's place, and prints what each
// end saw of the other. The first four are of RFC 8867 (5.1, 5.3, 5.6, 5.8) with one call instead of several and half as long;
// then lines that are down for a while.
//
//   SANGDAM_BUILD=<release build folder> tests/network/own_network.sh --bare \
//     tests/integration/pipelines/with_pipewire.sh node tests/bench/changing_lines.mjs [kiosk|browser|both] [scenario ...]
//
// Each scenario is a call of its own. Not a test: machines differ and are shared.
import os from 'node:os';
import path from 'node:path';
import { CLINIC, ImpairedLine } from '../browser/support/impaired_line.mjs';
import { browserCall, kioskCall } from './calls.mjs';
import { startTransfer } from './transfer.mjs';

/** RFC 8867, 4: one way 50 ms, a queue of 300 ms. In kbit/s, to the patient and to the clinic. */
const bottleneck = (toPatient, toClinic) => `to-other rate=${toPatient} delay=50; to-own rate=${toClinic} delay=50`;

/**
 * Steps of each scenario: seconds, and what the line is like. `transfer`: a TCP connection sends to the patient's side as much
 * as it can. `camera`: the clinic's is off.
 */
const SCENARIOS = {
  '5.1 variable capacity': [
    { seconds: 20, line: bottleneck(1000, 1000) }, { seconds: 10, line: bottleneck(2500, 2500) },
    { seconds: 10, line: bottleneck(600, 600) }, { seconds: 10, line: bottleneck(1000, 1000) },
  ],
  '5.3 congested feedback': [
    { seconds: 10, line: bottleneck(2000, 2000) }, { seconds: 8, line: bottleneck(1000, 2000) },
    { seconds: 10, line: bottleneck(500, 800) }, { seconds: 10, line: bottleneck(2000, 800) },
  ],
  '5.6 beside a long TCP transfer': [
    { seconds: 10, line: bottleneck(2000, 2000) }, { seconds: 30, line: bottleneck(2000, 2000), transfer: true },
    { seconds: 10, line: bottleneck(2000, 2000) },
  ],
  '5.8 picture paused and resumed': [
    { seconds: 10, line: bottleneck(1000, 1000) }, { seconds: 10, line: bottleneck(1000, 1000), camera: 'off' },
    { seconds: 10, line: bottleneck(1000, 1000) },
  ],
  'down for 5 s': [{ seconds: 8, line: 'both' }, { seconds: 5, line: 'both down=1' }, { seconds: 15, line: 'both' }],
  'down for 60 s': [{ seconds: 8, line: 'both' }, { seconds: 60, line: 'both down=1' }, { seconds: 30, line: 'both' }],
};

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function play(line, steps, patientEnd, clinicEnd, toggleCamera) {
  const rows = [];
  for (const step of steps) {
    await line.set(step.line);
    if (step.camera) await toggleCamera();
    const transfer = step.transfer ? await startTransfer(line, CLINIC) : null;
    await Promise.all([patientEnd.start(), clinicEnd.start(), line.count()]);
    const parts = { patient: [], clinic: [] };
    for (let second = 0; second < step.seconds; ++second) {
      await pause(1000);
      const [patient, clinic] = await Promise.all([patientEnd.stop(), clinicEnd.stop()]);
      await Promise.all([patientEnd.start(), clinicEnd.start()]);
      parts.patient.push(patient);
      parts.clinic.push(clinic);
    }
    rows.push({ step, parts, carried: await line.count(), transferred: await transfer?.stop() });
    if (step.camera) await toggleCamera();
  }
  return rows;
}

function print(title, rows) {
  const mean = (parts, name) => parts.reduce((sum, one) => sum + one[name], 0) / parts.length;
  const side = (parts) => {
    const first = parts.findIndex((one) => one.fps >= 5);
    return `${mean(parts, 'fps').toFixed(1)} · ${parts.reduce((sum, one) => sum + one.frozen, 0).toFixed(1)} · ${Math.round(mean(parts, 'kbps'))} · ${first < 0 ? 'none' : first + 1}`;
  };
  console.log(`\n${title}\n`);
  console.log('| seconds | line | at the patient | at the clinic | queue p95 to the patient / to the clinic, ms |\n|---|---|---|---|---|');
  for (const { step, parts, carried, transferred } of rows) {
    const words = [step.line.replaceAll('to-other', 'to patient').replaceAll('to-own', 'to clinic'), step.camera ? 'camera off' : '', transferred ? `TCP ${Math.round(transferred)} kbit/s` : ''];
    console.log(`| ${step.seconds} | ${words.filter(Boolean).join(', ')} | ${side(parts.patient)} | ${side(parts.clinic)} | ${Math.round(carried['to-other'].queue_p95_ms)} / ${Math.round(carried['to-own'].queue_p95_ms)} |`);
  }
}

const [who = 'both', ...wanted] = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(SCENARIOS);
const unknown = names.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0) throw new Error(`no such scenario: ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(', ')}`);
const line = await ImpairedLine.open(process.env.SANGDAM_LINE ?? path.join(process.env.SANGDAM_BUILD, 'tests/network/sangdam-line'));
console.log('pictures a second · seconds frozen · kbit/s · the second in which pictures come (again)');
try {
  for (const name of names) {
    for (const [title, call] of [['kiosk', kioskCall], ['a browser in its place', browserCall]]) {
      if (who !== 'both' && (who === 'kiosk') !== (call === kioskCall)) continue;
      await line.set('both');
      print(`${name}: ${title}`, await call(line, (...ends) => play(line, SCENARIOS[name], ...ends)));
    }
  }
  console.log(`\n${os.cpus().length} cores (${os.cpus()[0].model.trim()}), load ${os.loadavg()[0].toFixed(1)} at the end`);
} finally {
  await line.close();
}
