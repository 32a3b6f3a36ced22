import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialState, next } from '../../../ui/patient/flow.js';

const joined = { type: 'joined', resumed: false, clinic: '한빛의원', phone: '02' };
const status = (state, outcome = '') => ({ type: 'status', state, outcome });
const play = (events, from = initialState({})) => events.reduce(next, from);
const toWaiting = [{ type: 'code-given' }, joined, { type: 'consented' }, { type: 'ready' }];

test('the way leads from the code to the goodbye', () => {
  const steps = [];
  [...toWaiting, status('waiting'), status('admitted'), { type: 'media', media: 'connected' }, status('ended', 'completed')]
    .reduce((state, event) => { const after = next(state, event); steps.push(after.screen); return after; }, initialState({}));
  assert.deepEqual(steps, ['code', 'consent', 'check', 'waiting', 'waiting', 'call', 'call', 'goodbye']);
});

test('nobody gets into the call without name and consent', () => {
  assert.equal(play([{ type: 'code-given' }, joined, status('admitted')]).screen, 'consent');
  assert.equal(play([{ type: 'code-given' }, joined, status('waiting')]).screen, 'consent');
});

test('admission reaches who looks at the camera check again', () => {
  assert.equal(play([...toWaiting, status('waiting'), { type: 'back' }, status('admitted')]).screen, 'call');
});

test('a second "admitted" after a dropped connection does not make the call look lost', () => {
  const state = play([...toWaiting, status('admitted'), { type: 'media', media: 'connected' }, { ...joined, resumed: true }, status('admitted')]);
  assert.equal(state.media, 'connected');
});

test('that there is no path is said in the call, until there is one', () => {
  const tell = (state, ...events) => events.reduce(next, state);
  const call = { ...initialState({}), screen: 'call', knocked: true, visit: 'admitted', media: 'connecting' };
  const barred = tell(call, { type: 'no-path' });
  assert.equal(barred.noPath, true);
  assert.equal(tell(barred, { type: 'status', state: 'admitted' }).noPath, true);
  assert.equal(tell(barred, { type: 'media', media: 'connected' }).noPath, false);
  assert.equal(tell(call, { type: 'media', media: 'connected' }, { type: 'no-path' }).noPath, false, 'another connection is up');
  assert.equal(tell(barred, { type: 'status', state: 'waiting' }, { type: 'status', state: 'admitted' }).noPath, false);
});

test('who left is not pulled back by what the clinic says, and may come back', () => {
  const left = play([...toWaiting, status('admitted'), { type: 'left' }, status('admitted'), status('waiting')]);
  assert.equal(left.screen, 'goodbye');
  const back = play([{ type: 'come-back' }, { ...joined, resumed: true }, status('admitted')], left);
  assert.deepEqual([back.screen, back.media, back.ending], ['call', 'connecting', null]);
});

test('a visit that ended is the end for every later message', () => {
  for (const event of [{ type: 'left' }, { type: 'back' }, { type: 'ready' }, { type: 'consented' }, { type: 'come-back' }, { type: 'media', media: 'connected' }]) {
    assert.equal(play([...toWaiting, status('ended', 'failed'), event]).screen, 'goodbye', event.type);
  }
});

test('every status leaves every screen in a state that can be drawn', () => {
  const screens = ['elsewhere', 'code', 'consent', 'check', 'waiting', 'call', 'goodbye'];
  for (const screen of screens) {
    for (const state of ['getting-ready', 'waiting', 'admitted', 'declined', 'ended', 'refused', 'clinic-away', 'clinic-back']) {
      for (const knocked of [false, true]) {
        const after = next({ ...initialState({}), screen, knocked }, status(state));
        assert.ok(screens.includes(after.screen));
        if (after.screen === 'call') assert.ok(knocked || screen === 'call', `${screen} ${state}`);
      }
    }
  }
});

test('declined and refused wait, with their own words', () => {
  assert.deepEqual(['declined', 'refused'].map((state) => {
    const after = play([...toWaiting, status('admitted'), status(state)]);
    return [after.screen, after.visit, after.media];
  }), [['waiting', 'declined', 'none'], ['waiting', 'refused', 'none']]);
});

test('a reload comes back to the same screen, and without a token to the code', () => {
  assert.equal(initialState({ token: 't', screen: 'call', knocked: true }).screen, 'call');
  assert.equal(initialState({ token: 't', screen: 'check' }).screen, 'check');
  assert.equal(initialState({ token: 't', screen: 'call', left: true }).screen, 'goodbye');
  assert.equal(initialState({ screen: 'call', knocked: true }).screen, 'code');
});

test('an unknown seat asks for the code and says why', () => {
  const state = play([{ type: 'error', code: 'resume-unknown', retryAt: 0 }], initialState({ token: 't', screen: 'call', knocked: true }));
  assert.deepEqual([state.screen, state.problem, state.knocked], ['code', 'resume-unknown', false]);
});

test('connecting again and again does not flicker', () => {
  const events = ['offline', 'connecting', 'offline', 'connecting'].map((link) => ({ type: 'link', link }));
  assert.ok(events.reduce((states, event) => [...states, next(states.at(-1), event)], [play(toWaiting)]).slice(1).every(({ offline }) => offline));
});

test('a try that waits in line is busy until it is answered', () => {
  const inLine = play([{ type: 'code-given' }, { type: 'proving' }, { type: 'in-line', seconds: 40 }]);
  assert.deepEqual([inLine.screen, inLine.busy, inLine.proving, inLine.waitSeconds], ['code', true, false, 40]);
  assert.equal(play([{ type: 'in-line', seconds: 20 }], inLine).waitSeconds, 20);
  const refused = play([{ type: 'error', code: 'code-wrong', retryAt: 0 }], inLine);
  assert.deepEqual([refused.busy, refused.waitSeconds, refused.problem], [false, 0, 'code-wrong']);
  assert.deepEqual([play([joined], inLine).screen, play([joined], inLine).waitSeconds], ['consent', 0]);
  assert.equal(play([{ type: 'in-line', seconds: 20 }], play([...toWaiting])).screen, 'waiting');
});

test('where a visit is not possible, that comes first, unless there is one already', () => {
  assert.equal(initialState({}, true).screen, 'elsewhere');
  assert.equal(initialState({ token: 't', screen: 'call' }, true).screen, 'call');
  const stays = play([{ type: 'stay' }], initialState({}, true));
  assert.equal(stays.screen, 'code');
  assert.equal(play([{ type: 'back' }], initialState({}, true)).screen, 'elsewhere');
  const gone = play([{ type: 'elsewhere' }], play([{ type: 'code-given' }, joined, { type: 'consented' }]));
  assert.deepEqual([gone.screen, gone.seated, gone.clinic], ['elsewhere', false, '']);
  assert.equal(play([...toWaiting, { type: 'stay' }]).screen, 'waiting');
});
