import assert from "node:assert/strict";
import { test } from "node:test";

import { withHeld } from "../../../src/figureground/web/static/held_things.js";
import { assertNear, numbers } from "./numbers.mjs";

/** A map of Python's. */
function logits({ values, shape: [height, width] }) {
  return { values, height, width };
}

test("people and what they hold are joined as in Python", () => {
  for (const { person, held, both } of numbers.held) {
    const before = [Float32Array.from(person.values), Float32Array.from(held.values)];
    const found = withHeld(logits(person), logits(held));
    assert.deepEqual([found.height, found.width], both.shape);
    assertNear(found.values, both.values, 1e-5);
    assert.deepEqual([person.values, held.values], before); // neither is changed
  }
});

test("the drawn maps have what has to be told apart: things left out, things kept, closed holes", () => {
  const places = numbers.held.flatMap(({ person, held, both }) =>
    Array.from(person.values, (value, i) => ({ person: value > 0, held: held.values[i] > 0, both: both.values[i] })),
  );
  assert(places.some(({ person, held, both }) => held && !person && both < 0));
  assert(places.some(({ person, held, both }) => held && !person && both > 0 && both < 20));
  assert(places.some(({ person, held, both }) => !held && !person && both === 20));
});
