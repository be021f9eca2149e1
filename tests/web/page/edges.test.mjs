import { test } from "node:test";

import { refine } from "../../../src/figureground/web/static/edges.js";
import { assertNear, numbers, rgba } from "./numbers.mjs";

const { edges, large, photo, probability } = numbers;
const [rows, columns] = probability.shape;
const map = { values: probability.values, height: rows, width: columns };
const constant = (value) => ({ ...map, values: new Float32Array(rows * columns).fill(value) });

function refined(picture, of, side) {
  return refine(rgba(picture), picture.shape[0], picture.shape[1], of, side);
}

test("the mask of a small photo is Python's to one of 255", () => {
  assertNear(refined(photo, map), edges.own_size.values, 1, 0.05);
});

test("so it is where the edge is worked out at a reduced size", () => {
  assertNear(refined(photo, map, 64), edges.enlarged.values, 2, 0.05);
});

test("so it is for a photo that is larger than the working size", () => {
  assertNear(refined(large, map), edges.large.values, 1, 0.05);
});

test("a photo all of which is sure has no edge", () => {
  assertNear(refined(photo, constant(0.99)), edges.everywhere.values, 0);
  assertNear(refined(photo, constant(0.01)), edges.nowhere.values, 0);
});
