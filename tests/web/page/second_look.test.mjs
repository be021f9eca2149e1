import assert from "node:assert/strict";
import { test } from "node:test";

import { resizedColours } from "../../../src/figureground/web/static/resizing.js";
import { groups, lookTwice, squares } from "../../../src/figureground/web/static/second_look.js";
import { assertNear, numbers, rgba } from "./numbers.mjs";

const { looks } = numbers;
const [rows, columns] = looks.network;

/** The network of page_numbers.py: bright pixels are a person. */
function network(photo, sizes = []) {
  return async ({ top, left, bottom, right }) => {
    const [height, width] = [bottom - top, right - left];
    sizes.push([height, width]);
    const part = new Uint8ClampedArray(4 * height * width);
    for (let y = 0; y < height; y++) {
      const from = 3 * ((top + y) * photo.shape[1] + left);
      const row = { values: photo.values.subarray(from, from + 3 * width) };
      part.set(rgba(row), 4 * y * width);
    }
    const colours = resizedColours(part, height, width, rows, columns);
    const values = Float32Array.from({ length: rows * columns }, (_, i) => (colours[3 * i] - 127.5) / 32);
    return { values, height: rows, width: columns };
  };
}

test("a panorama is looked at in the same squares as in Python", () => {
  for (const { size, boxes } of looks.squares) assert.deepEqual(squares(...size), boxes, `of ${size}`);
});

test("groups of people get the same crops as in Python", () => {
  const { values, shape } = looks.seen;
  for (const { least, boxes } of looks.groups) {
    assert.deepEqual(groups({ values, height: shape[0], width: shape[1] }, { height: 240, width: 300 }, least), boxes);
  }
});

for (const name of ["crowd", "panorama"]) {
  test(`the answers of all looks at a ${name} are joined as in Python`, async () => {
    const [photo, expected, sizes] = [looks[name], looks[`${name}_logits`], []];
    const map = await lookTwice(photo.shape[0], photo.shape[1], network(photo, sizes), Math.max(rows, columns));
    assert.ok(sizes.length > 1);
    assert.deepEqual([map.height, map.width], expected.shape);
    assertNear(map.values, expected.values, 0.05, 0.005);
  });
}

test("another thing that the same looks tell of is joined from the same groups", async () => {
  const photo = looks.crowd;
  const [height, width] = photo.shape;
  const person = await lookTwice(height, width, network(photo), Math.max(rows, columns));
  assert.ok(person.crops.length > 0);
  const inverted = async (box) => {
    const { values, ...size } = await network(photo)(box);
    return { ...size, values: values.map((value) => -value) };
  };
  const rest = await lookTwice(height, width, inverted, Math.max(rows, columns), person.crops);
  assertNear(rest.values, person.values.map((value) => -value), 1e-4);
});
