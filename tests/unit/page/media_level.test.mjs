import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEVELS, MediaLevelControl } from '../../../ui/patient/media_level.js';

const fine = { availableKbps: 2000, lostShare: 0, roundTripMs: 40, unheard: false };
/** Two-second samples; returns the level after each. */
function run(control, start, samples) {
  return samples.map((sample, i) => {
    control.add(start + 2000 * (i + 1), sample);
    return control.level;
  });
}
const times = (count, sample) => Array.from({ length: count }, () => sample);

test('a good line keeps moving pictures, and a bad moment changes nothing', () => {
  const control = new MediaLevelControl();
  const samples = [fine, { ...fine, availableKbps: 40 }, fine, { ...fine, lostShare: 0.6 }, fine, { ...fine, roundTripMs: 4000 }, fine];
  assert.ok(run(control, 0, samples).every((level) => level === 'video'));
});

test('each of too little rate, too much loss and too long a queue gives pictures up for speech', () => {
  for (const bad of [{ ...fine, availableKbps: 70 }, { ...fine, lostShare: 0.4 }, { ...fine, roundTripMs: 3000 }]) {
    assert.deepEqual(run(new MediaLevelControl(), 0, times(2, bad)), ['video', 'stills']);
  }
});

test('a line that carries no speech ends at text, and the level moves a step at a time', () => {
  const control = new MediaLevelControl();
  const seen = run(control, 0, times(10, { ...fine, lostShare: 0.8 }));
  assert.deepEqual([...new Set(seen)], LEVELS);
});

test('a clinic that is heard and reports nothing for some seconds does not get what is sent', () => {
  const unheard = { ...fine, unheard: true };
  assert.deepEqual(run(new MediaLevelControl(), 0, times(4, unheard)), ['video', 'video', 'video', 'stills']);
  assert.equal(run(new MediaLevelControl(), 0, [unheard, unheard, fine, unheard, unheard, fine]).at(-1), 'video');
  assert.equal(run(new MediaLevelControl(), 0, times(30, unheard)).includes('text'), true);
});

test('a browser that does not tell the rate is judged by loss and delay', () => {
  const unknown = { availableKbps: NaN, lostShare: 0, roundTripMs: 0, unheard: false };
  assert.equal(run(new MediaLevelControl(), 0, times(50, unknown)).at(-1), 'video');
  assert.equal(run(new MediaLevelControl(), 0, times(2, { ...unknown, lostShare: 0.5 })).at(-1), 'stills');
});

test('moving pictures come back once the rate has grown, not before', () => {
  const control = new MediaLevelControl();
  run(control, 0, times(2, { ...fine, availableKbps: 80 }));
  assert.ok(run(control, 4000, times(30, { ...fine, availableKbps: 90 })).every((level) => level === 'stills'));
  assert.equal(run(control, 64_000, times(1, fine)).at(-1), 'video');
});

test('what failed is tried later each time, and a line that is good again has it all back soon', () => {
  const control = new MediaLevelControl();
  let now = 0;
  let tries = 0;
  let before = control.level;
  for (; now < 600_000; now += 2000) {
    control.add(now, { availableKbps: NaN, lostShare: control.level === 'voice' || control.level === 'text' ? 0 : 0.5, roundTripMs: 0, unheard: false });
    if (control.level === 'stills' && before === 'voice') tries += 1;
    before = control.level;
  }
  assert.ok(tries >= 10 && tries <= 25, `${tries} tries`);
  const back = run(control, now, times(19, fine));
  assert.equal(back.at(-1), 'video');
});
