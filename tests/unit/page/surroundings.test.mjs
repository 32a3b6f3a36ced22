// A phone that would like to sleep, with a browser's wake locks played by hand: what happens when its answers come late.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** Requests that are not answered yet. */
let requests = [];
/** Every lock that the page was ever given. */
let locks = [];

const wakeLock = {
  request: () => new Promise((resolve, reject) => {
    requests.push({
      given: () => {
        const lock = { released: false, async release() { lock.released = true; } };
        locks.push(lock);
        resolve(lock);
      },
      refused: () => reject(new DOMException('', 'NotAllowedError')),
    });
  }),
};
const target = { addEventListener() {} };
Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { wakeLock } });
globalThis.window = { ...target };
globalThis.document = { ...target, hidden: false };
const { Surroundings } = await import('../../../ui/patient/surroundings.js');

const held = () => locks.filter(({ released }) => !released).length;

async function answer(how = 'given') {
  requests.shift()[how]();
  await new Promise((resolve) => { setImmediate(resolve); });
}

let surroundings;
beforeEach(() => {
  requests = [];
  locks = [];
  document.hidden = false;
  surroundings = new Surroundings({ onNetworkChange() {}, onReturn() {}, onBack() {}, onNewCode() {} });
});

test('one lock while it is wished, none afterwards', async () => {
  surroundings.keepAwake(true);
  surroundings.keepAwake(true);
  assert.equal(requests.length, 1, 'not asked twice before the answer');
  await answer();
  surroundings.keepAwake(true);
  assert.deepEqual([requests.length, held()], [0, 1]);
  surroundings.keepAwake(false);
  assert.equal(held(), 0);
});

test('a lock that is given after the wish has ended is given back', async () => {
  surroundings.keepAwake(true);
  surroundings.keepAwake(false);
  await answer();
  assert.deepEqual([locks.length, held()], [1, 0]);
});

test('a wish that ends and returns before the answer is content with it', async () => {
  surroundings.keepAwake(true);
  surroundings.keepAwake(false);
  surroundings.keepAwake(true);
  assert.equal(requests.length, 1);
  await answer();
  assert.equal(held(), 1);
});

test('what the browser refused or took back is asked for again when the person looks', async () => {
  surroundings.keepAwake(true);
  await answer('refused');
  surroundings.keepAwake(true);
  await answer();
  locks[0].released = true;
  document.hidden = true;
  surroundings.keepAwake(true);
  assert.equal(requests.length, 0, 'a hidden page gets none');
  document.hidden = false;
  surroundings.keepAwake(true);
  await answer();
  assert.equal(held(), 1);
});
