import assert from "node:assert/strict";
import { test } from "node:test";

import { frameOf, personBox, sizeOf } from "../../../src/figureground/web/static/framing.js";
import { blank, map } from "./drawn.mjs";

const PHOTO = { height: 1000, width: 800 };

test("the person is where more of them is to be seen than a trace", () => {
  const mask = map(`
    0 0  0   0 5
    0 0 13   0 0
    0 0 99 255 0
    0 0  0   0 0
  `);
  assert.deepEqual(personBox(mask), { top: 1, left: 2, bottom: 3, right: 4 });
  assert.equal(personBox(blank(3, 4)), null);
});

test("the whole photo, or the person alone, to the pixel", () => {
  const person = { top: 100, left: 50, bottom: 900, right: 450 };
  assert.deepEqual(frameOf("photo", person, PHOTO), { left: 0, top: 0, width: 800, height: 1000 });
  assert.deepEqual(frameOf("square", null, PHOTO), { left: 0, top: 0, width: 800, height: 1000 });
  assert.deepEqual(frameOf("person", person, PHOTO), { left: 50, top: 100, width: 400, height: 800 });
});

test("a shape holds the whole person in its middle, with a margin all around", () => {
  const person = { top: 100, left: 50, bottom: 540, right: 450 };
  assert.deepEqual(frameOf("square", person, PHOTO), { left: 0, top: 70, width: 500, height: 500 });
  const tall = { top: 100, left: 300, bottom: 540, right: 310 };
  assert.deepEqual(frameOf("portrait", tall, PHOTO), { left: 105, top: 70, width: 400, height: 500 });
});

test("a person whom the photo's edge cuts ends at the frame's edge, too", () => {
  const person = { top: 60, left: 200, bottom: 1000, right: 600 };
  assert.deepEqual(frameOf("square", person, PHOTO), { left: -100, top: 0, width: 1000, height: 1000 });
  const left = { top: 100, left: 0, bottom: 540, right: 100 };
  assert.equal(frameOf("square", left, PHOTO).left, 0);
  const right = { top: 100, left: 700, bottom: 540, right: 800 };
  const frame = frameOf("portrait", right, PHOTO);
  assert.equal(frame.left + frame.width, 800);
  const top = frameOf("square", { top: 0, left: 100, bottom: 200, right: 500 }, PHOTO);
  assert.equal(top.top, 0);
});

test("every frame has the proportions that were asked for, exactly", () => {
  for (let right = 30; right < 800; right += 77) {
    for (let bottom = 40; bottom <= 1000; bottom += 96) {
      const { width, height } = frameOf("portrait", { top: 20, left: 10, bottom, right }, PHOTO);
      assert.equal(5 * width, 4 * height);
    }
  }
});

test("the longer side gets the pixels that were asked for", () => {
  assert.deepEqual(sizeOf({ left: 0, top: 0, width: 400, height: 500 }, null), { width: 400, height: 500 });
  assert.deepEqual(sizeOf({ left: 0, top: 0, width: 400, height: 500 }, 1350), { width: 1080, height: 1350 });
  assert.deepEqual(sizeOf({ left: 0, top: 0, width: 9000, height: 1 }, 900), { width: 900, height: 1 });
});
