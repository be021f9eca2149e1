// @ts-check
// What lies over a photo where its mask has no person.

import { UNKNOWN } from "./brush.js";

/** @typedef {import("./brush.js").Mask} Mask */
/**
 * @typedef {{left: number, top: number, across: number, down: number}} Place of a part of the veil: of its upper left
 *   pixel in the whole veil, and pixels of the mask that one of the veil's is wide and high
 */

const [NONE, LACKING, DOUBT] = [[214, 20, 80], [20, 90, 214], [240, 170, 0]]; // no person; but in the second mask; unknown
const OPACITY = 0.6;

/**
 * Paints a part of the veil.
 * @param {{data: Uint8ClampedArray, height: number, width: number}} part is filled
 * @param {Place} place
 * @param {Mask} mask
 * @param {Mask|null} second what of it the mask lacks is blue
 * @param {boolean} labels the mask is one of labels; what is unknown is amber
 */
export function veil({ data, height, width }, { left, top, across, down }, { values, width: columns }, second, labels) {
  const other = second?.values;
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor((top + y + 0.5) * down) * columns;
    for (let x = 0; x < width; x++, to += 4) {
      const at = row + Math.floor((left + x + 0.5) * across);
      const doubtful = labels && values[at] === UNKNOWN;
      const colour = doubtful ? DOUBT : other && other[at] > UNKNOWN - 1 && values[at] < UNKNOWN ? LACKING : NONE;
      data[to] = colour[0];
      data[to + 1] = colour[1];
      data[to + 2] = colour[2];
      data[to + 3] = OPACITY * (doubtful ? 255 : 255 - values[at]);
    }
  }
}
