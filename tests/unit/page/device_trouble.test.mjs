import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceTrouble } from '../../../ui/patient/device_trouble.js';

const fine = {
  microphone: 'on', camera: 'on', asking: false, interrupted: { audio: false, video: false }, unchanged: { audio: false, video: false },
};
const of = (changes, isSilent = false) => deviceTrouble({ ...fine, ...changes }, isSilent);

test('what works, starts or is off on purpose is no trouble', () => {
  for (const camera of ['on', 'off', 'starting', 'idle']) assert.deepEqual([of({ camera }).key, of({ camera }).kinds], ['', []]);
});

test('each trouble has a key of its own, and is tried again where that may help', () => {
  const keys = new Set();
  for (const problem of ['denied', 'denied-by-system', 'busy', 'none', 'lost', 'insecure', 'unsupported', 'failed']) {
    for (const [part, kind] of [['camera', 'video'], ['microphone', 'audio']]) {
      const trouble = of({ [part]: problem });
      assert.deepEqual([trouble.parts, trouble.kinds, trouble.isDenied], [{ [kind]: problem }, [kind], problem.startsWith('denied')]);
      keys.add(trouble.key);
    }
  }
  keys.add(of({}, true).key).add(of({ interrupted: { audio: true, video: false } }).key).add(of({ asking: true }).key);
  assert.equal(keys.size, 19);
  assert.equal(keys.has(''), false);
});

test('a microphone that a phone call has is not silent besides, and the one before that is back is not tried again', () => {
  assert.deepEqual(of({ interrupted: { audio: true, video: true } }, true).parts, { audio: 'interrupted', video: 'interrupted' });
  const kept = of({ unchanged: { audio: true, video: false } });
  assert.deepEqual([kept.parts, kept.kinds], [{ audio: 'unchanged' }, []]);
  assert.deepEqual(of({ microphone: 'lost' }, true).parts, { audio: 'lost' });
});
