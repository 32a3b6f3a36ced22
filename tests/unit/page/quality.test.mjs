import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf, SteadyLevel } from '../../../ui/patient/quality.js';

const good = { lost: 0, received: 100, roundTripMs: 30, framesPerSecond: 30, frozenShare: 0 };

test('loss, delay and a standing picture each lower the level', () => {
  assert.equal(levelOf(good), 'good');
  assert.equal(levelOf({ ...good, framesPerSecond: NaN }), 'good', 'no picture is the clinic\'s wish, not a bad connection');
  assert.equal(levelOf({ ...good, lost: 5 }), 'fair');
  assert.equal(levelOf({ ...good, lost: 20 }), 'poor');
  assert.equal(levelOf({ ...good, roundTripMs: 500 }), 'fair');
  assert.equal(levelOf({ ...good, framesPerSecond: 3 }), 'poor');
  assert.equal(levelOf({ ...good, frozenShare: 0.5 }), 'poor');
});

test('one bad moment is not shown, a lasting one soon, and recovery is believed slowly', () => {
  const level = new SteadyLevel();
  const shown = ['poor', 'good', 'poor', 'poor', 'good', 'good', 'good', 'good'].map((heard) => level.add(heard));
  assert.deepEqual(shown, ['good', 'good', 'good', 'poor', 'poor', 'poor', 'poor', 'good']);
});
