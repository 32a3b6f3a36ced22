import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onStateOf, stateOf } from '../../../ui/patient/connection_state.js';

class Connection extends EventTarget {
  iceConnectionState = 'new';
}

/** How often a change is told after each of the two events. */
function told(connection) {
  let count = 0;
  onStateOf(connection, () => { count += 1; });
  connection.dispatchEvent(new Event('connectionstatechange'));
  connection.dispatchEvent(new Event('iceconnectionstatechange'));
  return count;
}

test('the state is the browser\'s own where it has one', () => {
  const connection = Object.assign(new Connection(), { connectionState: 'connecting', iceConnectionState: 'connected' });
  assert.equal(stateOf(connection), 'connecting');
  assert.equal(told(connection), 1);
});

test('without one it is what ICE says, in the same words', () => {
  const connection = new Connection();
  const words = { new: 'new', checking: 'connecting', connected: 'connected', completed: 'connected', disconnected: 'disconnected', failed: 'failed', closed: 'closed' };
  for (const [ice, state] of Object.entries(words)) {
    connection.iceConnectionState = ice;
    assert.equal(stateOf(connection), state);
  }
  assert.equal(told(connection), 1);
});
