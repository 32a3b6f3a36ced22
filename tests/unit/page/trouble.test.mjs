import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialState, isStuck, next } from '../../../ui/patient/flow.js';
import { troubleOf, wordsOf } from '../../../ui/patient/trouble.js';

const state = (changes) => ({ ...initialState({}), ...changes });

test('whose trouble it is', () => {
  const table = [
    // offline, the browser says online, the gateway's machine answers, media, the clinic is away
    [false, true, false, 'none', false, '', ''],
    [false, false, false, 'none', false, '', ''],  // what counts is what happens, not what the browser thinks
    [true, false, false, 'none', false, 'network', 'noConnection'],
    [true, false, true, 'connected', true, 'network', 'noConnection'],
    [true, true, false, 'none', false, 'unknown', 'noGateway'],
    [true, true, false, 'interrupted', false, 'unknown', 'noGateway'],
    [true, true, true, 'none', false, 'clinic', 'clinicSilent'],
    [true, true, false, 'connected', false, 'clinic', 'clinicSilent'],
    [false, true, false, 'none', true, 'clinic', 'clinicAway'],
    [false, true, false, 'interrupted', true, 'clinic', 'clinicAway'],
  ];
  for (const [offline, onLine, answers, media, clinicAway, trouble, words] of table) {
    const given = state({ offline, answers, media, clinicAway });
    assert.deepEqual([troubleOf(given, onLine), wordsOf(given, onLine)], [trouble, words], JSON.stringify([offline, onLine, answers, media, clinicAway]));
  }
});

test('an answer of the gateway\'s machine counts while its connection is lost, and no longer', () => {
  const lost = next(state({ seated: true }), { type: 'link', link: 'offline' });
  const answered = next(lost, { type: 'asked', answers: true });
  assert.equal(answered.answers, true);
  assert.equal(next(answered, { type: 'link', link: 'offline' }).answers, true);
  const back = next(answered, { type: 'link', link: 'online' });
  assert.equal(back.answers, false);
  assert.equal(next(back, { type: 'asked', answers: true }).answers, false);
  assert.equal(next(answered, { type: 'asked', answers: false }).answers, false);
});

test('it takes long only as long as something is in the way', () => {
  for (const stuck of [{ offline: true }, { clinicAway: true }, { screen: 'call', media: 'connecting' }, { screen: 'call', media: 'interrupted' },
    { busy: true }, { returning: true }]) {
    assert.equal(isStuck(state(stuck)), true);
    assert.equal(next(state(stuck), { type: 'long' }).long, true);
  }
  for (const free of [{}, { busy: true, proving: true }, { busy: true, waitSeconds: 40 }, { screen: 'call', media: 'connected' }, { screen: 'goodbye', ending: 'left', offline: true }]) {
    assert.equal(isStuck(state(free)), false);
    assert.equal(next(state(free), { type: 'long' }).long, false);
  }
  const long = next(state({ offline: true, clinicAway: true }), { type: 'long' });
  assert.equal(next(long, { type: 'link', link: 'online' }).long, true, 'the clinic is still away');
  assert.equal(next(next(long, { type: 'link', link: 'online' }), { type: 'status', state: 'clinic-back', outcome: '' }).long, false);
});

test('the gateway\'s clinic is known until the code tells one', () => {
  const known = next(state({}), { type: 'clinic', clinic: '한빛의원', phone: '02-1234-5678' });
  assert.deepEqual([known.clinic, known.phone], ['한빛의원', '02-1234-5678']);
  const joined = next(known, { type: 'joined', resumed: false, clinic: '다른의원', phone: '' });
  assert.deepEqual([joined.clinic, joined.phone], ['다른의원', '']);
  assert.equal(next(joined, { type: 'clinic', clinic: '한빛의원', phone: '' }).clinic, '다른의원');
});
