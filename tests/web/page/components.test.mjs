import assert from "node:assert/strict";
import { test } from "node:test";

import { components } from "../../../src/figureground/web/static/components.js";
import { map } from "./drawn.mjs";

test("places that touch at a corner belong together; others do not", () => {
  const drawn = map(`
    9 9 . . .
    . . 9 . 9
    . . . . .
    5 . . . 9
  `);
  assert.deepEqual(components(drawn, 0), [
    { top: 0, left: 0, bottom: 2, right: 3, pixels: 3, runs: [[0, 0, 2], [1, 2, 3]] },
    { top: 1, left: 4, bottom: 2, right: 5, pixels: 1, runs: [[1, 4, 5]] },
    { top: 3, left: 0, bottom: 4, right: 1, pixels: 1, runs: [[3, 0, 1]] },
    { top: 3, left: 4, bottom: 4, right: 5, pixels: 1, runs: [[3, 4, 5]] },
  ]);
});

test("only places above the limit count", () => {
  assert.deepEqual(components(map("5 9 5 9"), 5).map(({ left }) => left), [1, 3]);
  assert.deepEqual(components(map("5 5"), 5), []);
});

test("arms that meet further down, or further up, are one part", () => {
  for (const drawing of ["9 . 9 . 9\n9 . 9 . 9\n9 9 9 9 9", "9 9 9 9 9\n9 . 9 . 9\n9 . 9 . 9"]) {
    const [one, ...others] = components(map(drawing), 0);
    assert.equal(others.length, 0);
    assert.equal(one.pixels, 11);
  }
});

test("a spiral is one part, and what it encloses another", () => {
  const parts = components(map(`
    9 9 9 9 9 9 9
    . . . . . . 9
    9 9 9 9 9 . 9
    9 . . . 9 . 9
    9 . 9 . . . 9
    9 . . . . . 9
    9 9 9 9 9 9 9
  `), 0);
  assert.deepEqual(parts.map(({ pixels }) => pixels), [28, 1]);
});
