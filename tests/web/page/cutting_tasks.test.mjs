import assert from "node:assert/strict";
import { test } from "node:test";

import { shifted } from "../../../src/figureground/web/static/cutting_tasks.js";

const PROBABILITY = { values: Float32Array.of(0, 0.1, 0.5, 0.8, 1), height: 1, width: 5 };

test("a model that must be as sure as not to be leaves everything as it was", () => {
  const { values, height, width } = shifted(PROBABILITY, 0.5);
  assert.deepEqual([...values], [...PROBABILITY.values]);
  assert.deepEqual([height, width], [1, 5]);
});

test("what is just as sure as asked for becomes a half, and what is certain stays so", () => {
  const { values } = shifted(PROBABILITY, 0.8);
  assert.ok(Math.abs(values[3] - 0.5) < 1e-6);
  assert.deepEqual([values[0], values[4]], [0, 1]);
  assert.ok(Math.abs(values[2] - 0.2) < 1e-6); // odds of 1 to 4
  assert.ok(Math.abs(shifted(PROBABILITY, 0.1).values[1] - 0.5) < 1e-6);
});
