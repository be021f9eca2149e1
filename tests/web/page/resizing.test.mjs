import assert from "node:assert/strict";
import { test } from "node:test";

import { bilinear, boxBlur, fittedInside, resizedColours, resizedMask, scaled } from "../../../src/figureground/web/static/resizing.js";
import { assertNear, numbers, rgba } from "./numbers.mjs";

const { photo, probability, resizing } = numbers;
const [height, width] = photo.shape;

test("a picture is fitted inside a square to the same size as in Python", () => {
  for (const { from, side, to } of resizing.fitted) {
    const size = fittedInside(...from, side);
    assert.deepEqual([size.height, size.width], to, `of ${from}`);
  }
});

test("colours and masks at other sizes are Python's, but for its rounding", () => {
  resizing.colours.forEach(({ values, shape }) => {
    assertNear(resizedColours(rgba(photo), height, width, shape[0], shape[1]), values, 1, 0.3);
  });
  const [own, ...others] = resizing.masks;
  assertNear(resizedMask(own.values, height, width, height, width), own.values, 0);
  others.forEach(({ values, shape }) => {
    assertNear(resizedMask(own.values, height, width, ...shape), values, 1, 0.1);
  });
});

test("maps at other sizes are Python's", () => {
  resizing.probabilities.forEach(({ values, shape }) => {
    assertNear(bilinear(probability.values, 1, ...probability.shape, ...shape), values, 1e-5);
  });
});

test("windows' means are OpenCV's, with the map mirrored past its border in either way", () => {
  for (const { radius, twice, to } of resizing.blurs) {
    assertNear(boxBlur(probability.values, ...probability.shape, radius, twice), to.values, 1e-5);
  }
});

test("a map of one place may be blurred", () => {
  assertNear(boxBlur(Float32Array.of(0.5), 1, 1, 3, true), [0.5], 1e-6);
  assertNear(boxBlur(Float32Array.of(0.5), 1, 1, 3, false), [0.5], 1e-6);
});

test("colours become shares of one", () => {
  assertNear(scaled(Float32Array.of(0, 51, 255)), [0, 0.2, 1], 1e-6);
});
