import assert from "node:assert/strict";
import { test } from "node:test";

import { cutOut } from "../../../src/figureground/web/static/colours.js";
import { draw, reached } from "../../../src/figureground/web/static/mask_editor/brush.js";
import { Recolouring } from "../../../src/figureground/web/static/recolouring.js";

const [HEIGHT, WIDTH] = [620, 930];

/** A photo of slow waves of colour, without two places alike. */
function photo() {
  const pixels = new Uint8ClampedArray(4 * HEIGHT * WIDTH).fill(255);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      pixels.set([128 + 100 * Math.sin(x / 37), 128 + 100 * Math.cos(y / 29), (x * y) % 256], 4 * (y * WIDTH + x));
    }
  }
  return pixels;
}

function part(values, { top, left, bottom, right }) {
  const rows = Array.from({ length: bottom - top }, (_, y) => [...values.subarray((top + y) * WIDTH + left, (top + y) * WIDTH + right)]);
  return Uint8Array.from(rows.flat());
}

test("after each stroke the cut-out is that of the whole mask, and only a part of it was worked out", () => {
  const pixels = photo();
  const mask = { values: new Uint8Array(HEIGHT * WIDTH), height: HEIGHT, width: WIDTH };
  const recolouring = new Recolouring(pixels, HEIGHT, WIDTH);
  const shown = new Uint8ClampedArray(4 * HEIGHT * WIDTH);
  const strokes = [
    { from: { x: 300, y: 300 }, to: { x: 420, y: 330 }, brush: { radius: 90, softness: 0.5, adds: true } },
    { from: { x: 380, y: 260 }, to: { x: 384, y: 270 }, brush: { radius: 12, softness: 0.9, adds: false } },
    { from: { x: 2, y: 615 }, to: { x: 30, y: 600 }, brush: { radius: 20, softness: 1, adds: true } },
  ];
  for (const { from, to, brush } of strokes) {
    draw(mask, from, to, brush);
    const changed = recolouring.change(reached(mask, from, to, brush.radius), part(mask.values, reached(mask, from, to, brush.radius)));
    const { top, left, bottom, right } = changed.box;
    assert.ok((bottom - top) * (right - left) < 0.5 * HEIGHT * WIDTH);
    for (let y = top; y < bottom; y++) {
      const length = 4 * (right - left);
      shown.set(changed.pixels.subarray((y - top) * length, (y - top + 1) * length), 4 * (y * WIDTH + left));
    }
    const expected = pixels.slice();
    cutOut(expected, mask.values, HEIGHT, WIDTH);
    assert.ok(shown.every((value, i) => value === expected[i]));
  }
  assert.deepEqual(recolouring.pixels, photo()); // which are still needed as they were
});
