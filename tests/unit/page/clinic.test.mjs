import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { askForClinic, clinicOf } from '../../../ui/patient/clinic.js';

const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });

test('a card has a name, and a number or none', () => {
  assert.deepEqual(clinicOf({ clinic: '한빛의원', phone: '02-1234-5678', more: 1 }), { clinic: '한빛의원', phone: '02-1234-5678' });
  assert.deepEqual(clinicOf({ clinic: '한빛의원', phone: '' }), { clinic: '한빛의원', phone: '' });
  for (const card of [null, 7, 'text', [], {}, { clinic: '', phone: '02' }, { clinic: '한빛의원' }, { clinic: 5, phone: '' }, { clinic: 'a\nb', phone: '' },
    { clinic: 'a'.repeat(81), phone: '' }, { clinic: 'a', phone: '1'.repeat(41) }]) {
    assert.equal(clinicOf(card), null, JSON.stringify(card));
  }
});

test('any answer says that the way to the gateway\'s machine is open', async () => {
  const asked = [];
  const answerWith = (answer) => { globalThis.fetch = async (url) => { asked.push(url); return answer(); }; };
  answerWith(() => Response.json({ clinic: '한빛의원', phone: '' }));
  assert.deepEqual(await askForClinic('https://visit.example.org/?a=b#482731906'), { answers: true, clinic: { clinic: '한빛의원', phone: '' } });
  assert.deepEqual(asked, ['https://visit.example.org/clinic.json']);
  for (const answer of [() => Response.json({}), () => new Response('<h1>502</h1>', { status: 502 }), () => new Response('not JSON')]) {
    answerWith(answer);
    assert.deepEqual(await askForClinic('https://visit.example.org/'), { answers: true, clinic: null });
  }
  answerWith(() => { throw new TypeError('Failed to fetch'); });
  assert.deepEqual(await askForClinic('https://visit.example.org/'), { answers: false, clinic: null });
});
