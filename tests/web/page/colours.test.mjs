import assert from "node:assert/strict";
import { test } from "node:test";

import { blurred, cutOut } from "../../../src/figureground/web/static/colours.js";
import { assertNear, numbers, rgba } from "./numbers.mjs";

const { colours, large, mask, photo } = numbers;

function cutout(picture, { values }) {
  const pixels = rgba(picture);
  cutOut(pixels, values, picture.shape[0], picture.shape[1]);
  return pixels;
}

test("a cut-out's colours and alpha are Python's", () => {
  assertNear(cutout(photo, mask), colours.cutout.values, 2, 0.02);
});

test("so they are for a photo that is larger than the working size", () => {
  assertNear(cutout(large, colours.large_mask), colours.large_cutout.values, 2, 0.02);
});

test("a photo all background leaves nothing to be seen", () => {
  const none = { values: new Uint8Array(mask.values.length) };
  assert.ok(cutout(photo, none).every((value) => value === 0));
});

test("the photo out of focus is nearly Python's, and holds nothing of the person", () => {
  const soft = blurred(rgba(photo), mask.values, photo.shape[0], photo.shape[1]);
  assert.deepEqual([soft.height, soft.width], photo.shape.slice(0, 2));
  const expected = colours.blurred.values;
  const found = expected.map((_, i) => soft.pixels[4 * Math.floor(i / 3) + (i % 3)]);
  assertNear(found, expected, 12, 2);
});
