import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SilentMicrophone } from '../../../ui/patient/silent_microphone.js';

const after = (...energies) => {
  const microphone = new SilentMicrophone();
  for (const energy of energies) microphone.add(energy);
  return microphone.isSilent;
};

test('only nothing at all for ten seconds is silence', () => {
  assert.equal(after(0, 0, 0, 0, 0), true);
  assert.equal(after(0, 0, 0, 0), false);
  assert.equal(after(...Array(20).fill(1e-9)), false, 'a quiet room');
  assert.equal(after(0, 0, 0, 0, NaN, 0, 0), false, 'muted meanwhile');
  assert.equal(after(...Array(20).fill(NaN)), false, 'a browser that does not tell');
  assert.equal(after(0, 0, 0, 0, 0, 0.1), false, 'heard again');
});
