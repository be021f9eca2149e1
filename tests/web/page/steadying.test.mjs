import assert from "node:assert/strict";
import { test } from "node:test";

import { steadied } from "../../../src/figureground/web/static/steadying.js";
import { assertNear, numbers } from "./numbers.mjs";

const { before, values, steadied: expected } = numbers.steadying;

test("noise is steadied by the same rule as in Python", () => {
  assertNear(steadied(values.values, before.values), expected.values, 1e-6);
});

test("less than half of noise is left, and all of a movement", () => {
  const answer = steadied(Float32Array.of(0.52, 0.48, 1, 0, 0.6), Float32Array.of(0.5, 0.5, 0, 1, 0.1));
  assertNear(answer.subarray(0, 2), [0.5, 0.5], 0.01);
  assertNear(answer.subarray(2), [1, 0, 0.6], 1e-6);
});

test("the first picture and one of another size are taken as they are", () => {
  assert.equal(steadied(values.values, null), values.values);
  assert.equal(steadied(values.values, new Float32Array(3)), values.values);
});
