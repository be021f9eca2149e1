// @ts-check
// A brush that draws into a mask.

export const UNKNOWN = 128; // of labels, where nobody can tell; see Brush
const HALF_DIAGONAL = 0.5; // of a pixel, squared: however fine the brush, it labels the pixel that it is in

/**
 * @typedef {{values: Uint8Array, height: number, width: number}} Mask 0 background to 255 person
 * @typedef {{x: number, y: number}} Point in pixels of the mask; a pixel's middle is at a half
 * @typedef {{radius: number, softness: number, adds: boolean, label?: number}} Brush radius in pixels; softness is the
 *   share of it, 0 to 1, along which the edge fades; adds person or takes it away; with a label, each pixel whose middle
 *   is within the radius becomes that: a mask of labels is 0, UNKNOWN or 255, and nothing in between
 * @typedef {import("../components.js").Box} Box
 */

/**
 * The pixels that a stroke from one point to another reaches.
 * @param {Mask} mask
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius
 * @returns {Box} empty where all of it is outside
 */
export function reached({ height, width }, from, to, radius) {
  const inside = (/** @type {number} */ value, /** @type {number} */ limit) => Math.min(limit, Math.max(0, value));
  const reach = radius + 0.5;
  const top = inside(Math.floor(Math.min(from.y, to.y) - reach), height);
  const left = inside(Math.floor(Math.min(from.x, to.x) - reach), width);
  const bottom = Math.max(top, inside(Math.ceil(Math.max(from.y, to.y) + reach), height));
  const right = Math.max(left, inside(Math.ceil(Math.max(from.x, to.x) + reach), width));
  return { top, left, bottom, right };
}

/**
 * Draws a straight stroke. To go over a place again changes nothing: a soft edge does not harden.
 * @param {Mask} mask changed in place
 * @param {Point} from
 * @param {Point} to
 * @param {Brush} brush
 */
export function draw({ values, height, width }, from, to, brush) {
  const box = reached({ height, width, values }, from, to, brush.radius);
  const [across, down] = [to.x - from.x, to.y - from.y];
  const squared = across * across + down * down;
  const fade = Math.max(1, brush.softness * brush.radius);
  const outer = brush.radius + 0.5;
  const inner = Math.max(0, outer - fade);
  for (let y = box.top; y < box.bottom; y++) {
    const v = y + 0.5 - from.y;
    for (let x = box.left, at = y * width + x; x < box.right; x++, at++) {
      const u = x + 0.5 - from.x;
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (u * across + v * down) / squared));
      const [aside, off] = [u - along * across, v - along * down];
      const distance = aside * aside + off * off;
      if (brush.label !== undefined) {
        if (distance <= Math.max(brush.radius * brush.radius, HALF_DIAGONAL)) values[at] = brush.label;
        continue;
      }
      if (distance >= outer * outer) continue;
      const level = distance <= inner * inner ? 255 : Math.round((255 * (outer - Math.sqrt(distance))) / fade);
      if (brush.adds) values[at] = Math.max(values[at], level);
      else values[at] = Math.min(values[at], 255 - level);
    }
  }
}
