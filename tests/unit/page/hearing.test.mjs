// How loud and clear the clinic is heard: when WebAudio plays it, and what a browser remembers of it.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

class FakeNode {
  to = null;
  static param = () => ({ setTargetAtTime() {} });
  frequency = FakeNode.param();
  gain = FakeNode.param();
  threshold = FakeNode.param();
  knee = FakeNode.param();
  ratio = FakeNode.param();
  connect(to) { return (this.to = to); }
  disconnect() { this.to = null; }
}
for (const name of ['BiquadFilterNode', 'GainNode', 'DynamicsCompressorNode', 'WaveShaperNode']) globalThis[name] = FakeNode;

class FakeContext extends EventTarget {
  state = 'running';
  destination = new FakeNode();
  sources = [];
  createMediaStreamSource() {
    const source = new FakeNode();
    this.sources.push(source);
    return source;
  }
}
const { Hearing } = await import('../../../ui/patient/hearing.js');

const stream = () => ({ getAudioTracks: () => [{}] });
let context;
let kept;
let changes;
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
const hearing = (open = () => storage) => new Hearing({ storage: open, unlock: () => context, onChange: () => { changes += 1; } });
beforeEach(() => {
  context = new FakeContext();
  kept = new Map();
  changes = 0;
});

test('as long as nothing else is wished the element plays the sound', () => {
  const one = hearing();
  one.play(stream());
  assert.equal(one.plays, false);
  assert.equal(context.sources.length, 0);
});

test('louder and clearer goes through WebAudio, and back', () => {
  const one = hearing();
  one.play(stream());
  one.set({ clear: true });
  assert.equal(one.plays, true);
  assert.ok(context.sources[0].to, 'the sound has a way');
  one.set({ clear: false });
  assert.equal(one.plays, false);
  assert.equal(context.sources[0].to, null);
});

test('a volume that is not as it comes goes through WebAudio too', () => {
  const one = hearing();
  one.play(stream());
  for (const volume of [0, 60, 200]) {
    one.set({ volume });
    assert.equal(one.plays, true, String(volume));
  }
  assert.equal(context.sources.length, 1, 'one way for all of them');
  one.set({ volume: 100 });
  assert.equal(one.plays, false);
});

test('a context that may not play yet leaves the sound to the element, and says when it may', () => {
  context.state = 'suspended';
  const one = hearing();
  one.play(stream());
  one.set({ clear: true });
  assert.equal(one.plays, false);
  const before = changes;
  context.state = 'running';
  context.dispatchEvent(new Event('statechange'));
  assert.equal(changes, before + 1);
  assert.equal(one.plays, true);
});

test('another connection of the same call is heard in the same way, and after the call nothing is', () => {
  const one = hearing();
  one.set({ clear: true });
  one.play(stream());
  one.play(stream());
  assert.equal(context.sources[0].to, null);
  assert.ok(context.sources[1].to);
  one.play(null);
  assert.equal(one.plays, false);
  assert.equal(context.sources[1].to, null);
});

test('a machine without a sound card, and a call without sound, are left alone', () => {
  const one = hearing();
  one.set({ clear: true });
  one.play({ getAudioTracks: () => [] });
  assert.equal(one.plays, false);
  context = null;
  one.play(stream());
  assert.equal(one.plays, false);
});

test('the next visit in this browser is heard as the last one was', () => {
  hearing().set({ clear: true, volume: 140 });
  assert.deepEqual(hearing().wish, { clear: true, volume: 140 });
});

test('what is no wish is not followed, and a browser that keeps nothing works', () => {
  for (const odd of ['nonsense', '{"volume":100000,"clear":"yes"}', '{"volume":-1}', '{"volume":1.5}', 'null', '[]']) {
    kept.set('sangdam-hearing', odd);
    assert.deepEqual(hearing().wish, { clear: false, volume: 100 }, odd);
  }
  const forgetful = hearing(() => { throw new DOMException('', 'SecurityError'); });
  forgetful.set({ volume: 150 });
  assert.equal(forgetful.wish.volume, 150);
});
