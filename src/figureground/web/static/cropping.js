// @ts-check
// Parts of pictures and masks.

/** @typedef {import("./components.js").Box} Box */

/**
 * The values of a part.
 * @template {Uint8ClampedArray | Uint8Array} A
 * @param {A} values
 * @param {number} width of the whole
 * @param {Box} box within the whole
 * @param {number} channels values a pixel
 * @returns {A}
 */
export function cropped(values, width, { top, left, bottom, right }, channels) {
  const length = channels * (right - left);
  const part = new /** @type {any} */ (values.constructor)(length * (bottom - top));
  for (let y = top, at = 0; y < bottom; y++, at += length) {
    const from = channels * (y * width + left);
    part.set(values.subarray(from, from + length), at);
  }
  return part;
}
