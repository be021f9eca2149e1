// What Python gives for the same pictures (tests/helpers/page_numbers.py), and comparisons with it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const KINDS = { uint8: Uint8Array, float32: Float32Array };

/** Arrays come as {values, shape}. */
export const numbers = JSON.parse(readFileSync(process.env.FIGUREGROUND_NUMBERS, "utf8"), (_, value) => {
  if (value?.base64 === undefined) return value;
  const bytes = Uint8Array.from(Buffer.from(value.base64, "base64"));
  return { values: new KINDS[value.dtype](bytes.buffer), shape: value.shape };
});

/** RGBA of an RGB picture, as a canvas has it. */
export function rgba({ values }) {
  const pixels = new Uint8ClampedArray((values.length / 3) * 4).fill(255);
  for (let i = 0; i < values.length / 3; i++) for (let c = 0; c < 3; c++) pixels[4 * i + c] = values[3 * i + c];
  return pixels;
}

/** That no value differs by more than `most`, and that they differ by no more than `mean` on average. */
export function assertNear(found, expected, most, mean = most) {
  assert.equal(found.length, expected.length);
  let [worst, sum] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
    sum += difference;
  }
  assert.ok(worst <= most, `differs by up to ${worst}`);
  assert.ok(sum / found.length <= mean, `differs by ${sum / found.length} on average`);
}
