import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsefulPicture } from '../../../ui/patient/useful_picture.js';

const slow = { height: 720, droppedShare: 0.4, decodingShare: 0.9 };
const easy = { height: 360, droppedShare: 0, decodingShare: 0.3 };

function after(picture, sample, times) {
  for (let i = 0; i < times; ++i) picture.add(sample);
  return picture.size.height;
}

test('before anything is known every picture is of use', () => {
  assert.deepEqual(new UsefulPicture().size, { width: 3840, height: 2160 });
});

test('the place on the screen decides, with its pixels, and with what juts out of it', () => {
  const picture = new UsefulPicture();
  const height = (...place) => {
    picture.show(...place);
    return picture.size.height;
  };
  assert.equal(height(640, 360, 1, true), 360);
  assert.equal(height(640, 360, 2, true), 720);
  assert.equal(height(640, 360, 4, true), 720, 'more than two pixels in one are not seen');
  assert.equal(height(390, 700, 1, true), 720, 'an upright phone that is filled shows the middle of a large picture');
  assert.equal(height(390, 700, 1, false), 240, 'shown whole it is a small one');
  assert.equal(height(100, 30, 1, false), 180);
  assert.equal(height(0, 0, 1, true), 180, 'a hidden place says nothing');
  assert.deepEqual(picture.size, { width: 320, height: 180 });
});

test('windows of nearly the same size are the same', () => {
  const picture = new UsefulPicture();
  const sizes = new Set();
  for (let width = 600; width < 700; ++width) {
    picture.show(width, width / 2, 1, true);
    sizes.add(picture.size.height);
  }
  assert.deepEqual([...sizes], [360, 420]);
});

test('a machine that cannot keep up gets smaller pictures, and larger ones when it manages', () => {
  const picture = new UsefulPicture();
  assert.equal(after(picture, slow, 1), 2160, 'one bad moment changes nothing');
  assert.equal(after(picture, slow, 1), 480);
  assert.equal(after(picture, { ...slow, height: 540 }, 2), 360);
  assert.equal(after(picture, easy, 29), 360);
  assert.equal(after(picture, easy, 1), 540);
  assert.equal(after(picture, easy, 30), 2160);
});

test('what a slow machine names is less than what was too much, also with what the kiosk sends beyond it', () => {
  for (const height of [720, 540, 360]) {
    assert.ok(1.25 * after(new UsefulPicture(), { ...slow, height }, 2) < height, `after ${height}`);
  }
});

test('each larger picture that was too much again makes the next try later', () => {
  const picture = new UsefulPicture();
  let waits = 0;
  const waited = [];
  for (let round = 0; round < 8; ++round) {
    after(picture, slow, 2);
    for (waits = 0; picture.size.height < 2160; ++waits) picture.add(easy);
    waited.push(waits);
  }
  assert.equal(waited[0], 15);
  for (let i = 1; i < waited.length; ++i) assert.ok(waited[i] >= waited[i - 1]);
  assert.equal(waited.at(-1), 300, 'but there is a next try');
});

test('a bad line, or a decoder that only takes its time, is no slow machine', () => {
  const picture = new UsefulPicture();
  assert.equal(after(picture, { height: 720, droppedShare: 0.4, decodingShare: 0.1 }, 10), 2160);
  assert.equal(after(picture, { height: 720, droppedShare: 0, decodingShare: 1.5 }, 10), 2160);
});
