import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CallView } from '../../../ui/patient/call_view.js';
import { Control } from '../../../ui/patient/control.js';

let view;
let open;
let agreed;
let said;
let control;
beforeEach(() => {
  view = { microphone: 'on', camera: 'on', muted: false, interrupted: { audio: false, video: false } };
  open = true;
  agreed = false;
  said = [];
  control = new Control({ media: () => view, send: (line) => open && said.push(line) > 0, agreed: (name) => agreed && ['view', 'media-level'].includes(name) });
});

test('a microphone or camera that another app has is told as off', () => {
  control.tellMedia();
  view.interrupted.audio = true;
  control.tellMedia();
  view.interrupted = { audio: false, video: true };
  control.tellMedia();
  assert.deepEqual(said.map(({ microphone, camera }) => [microphone, camera]), [[true, true], [false, true], [true, false]]);
});

test('the clinic is told what changed, and each only once', () => {
  control.tellMedia();
  control.tellMedia();
  view.muted = true;
  control.tellMedia();
  control.tellLevel('good');
  control.tellLevel('poor');
  control.tellLevel('poor');
  assert.deepEqual(said, [
    { type: 'media', microphone: true, camera: true }, { type: 'media', microphone: false, camera: true },
    { type: 'quality', level: 'poor' },
  ]);
});

test('what was not heard without a channel is told on the next, with the level', () => {
  open = false;
  view.camera = 'off';
  control.tellMedia();
  control.tellLevel('fair');
  open = true;
  control.onOpen();
  assert.deepEqual(said, [{ type: 'media', microphone: true, camera: false }, { type: 'quality', level: 'fair' }]);
  control.onOpen();
  assert.equal(said.length, 4, 'a new channel is told all');
});

test('the clinic is told how large a picture is of use once it said that it reads that, and on each new channel', () => {
  const line = { type: 'view', width: 640, height: 360 };
  control.tellView({ width: 640, height: 360 });
  assert.deepEqual(said, [], 'a clinic that does not know the line is not told');
  agreed = true;
  control.onAgreed();
  control.tellView({ width: 640, height: 360 });
  assert.deepEqual(said, [line], 'once');
  said = [];
  control.onOpen();
  assert.deepEqual(said.at(-1), line);
});

test('the clinic is told when less than picture and sound is sent, and a new channel that was told nothing of it', () => {
  control.tellSent('stills');
  assert.deepEqual(said, [], 'a clinic that does not know the line is not told');
  agreed = true;
  control.onAgreed();
  control.tellSent('stills');
  control.tellSent('voice');
  assert.deepEqual(said, [{ type: 'media-level', level: 'stills' }, { type: 'media-level', level: 'voice' }]);
  said = [];
  control.onOpen();
  assert.deepEqual(said.at(-1), { type: 'media-level', level: 'voice' });
  control.tellSent('video');
  said = [];
  control.onOpen();
  assert.ok(!said.some(({ type }) => type === 'media-level'), 'all of it is what a channel begins with');
});

test('the next call begins with nothing told', () => {
  control.tellMedia();
  control.tellLevel('poor');
  control.forget();
  control.onOpen();
  assert.deepEqual(said.slice(2), [{ type: 'media', microphone: true, camera: true }, { type: 'quality', level: 'good' }]);
});

test('the call shows the worse of both directions, and counts what came unread', () => {
  const call = new CallView();
  assert.equal(call.level, 'good');
  call.receive('fair');
  call.receive('fair');
  assert.deepEqual([call.ourLevel, call.level], ['fair', 'fair']);
  call.theirLevel = 'poor';
  assert.equal(call.level, 'poor');
  call.onUnread('one');
  call.onUnread('two');
  assert.deepEqual([call.unread, call.lastText], [2, 'two']);
});
