// @ts-check
// A cut-out that follows its mask while that is mended: only the parts that a change reaches are worked out again.

import { cutOutPart, neighbourhoods, reachOfColours, smallColours } from "./colours.js";

/** @typedef {import("./components.js").Box} Box */

export class Recolouring {
  /** @type {Uint8ClampedArray} */ #pixels;
  /** @type {number} */ #height;
  /** @type {number} */ #width;
  #small;

  /**
   * @param {Uint8ClampedArray} pixels RGBA of the photo
   * @param {number} height
   * @param {number} width
   */
  constructor(pixels, height, width) {
    [this.#pixels, this.#height, this.#width] = [pixels, height, width];
    this.#small = smallColours(pixels, height, width);
    this.mask = new Uint8Array(height * width);
  }

  /** The photo's pixels, as they are. */
  get pixels() {
    return this.#pixels;
  }

  /**
   * Puts other values into a part of the mask.
   * @param {Box} box
   * @param {Uint8Array} values of that part
   * @returns {{box: Box, pixels: Uint8ClampedArray<ArrayBuffer>}} the part of the cut-out that changes with it, RGBA
   */
  change(box, values) {
    const across = box.right - box.left;
    for (let y = box.top, at = 0; y < box.bottom; y++, at += across) {
      this.mask.set(values.subarray(at, at + across), y * this.#width + box.left);
    }
    const near = neighbourhoods(this.#small, this.mask, this.#height, this.#width);
    const wide = widened(box, reachOfColours(this.#height, this.#width), this.#height, this.#width);
    const pixels = new Uint8ClampedArray(4 * (wide.bottom - wide.top) * (wide.right - wide.left));
    cutOutPart(this.#pixels, this.mask, this.#height, this.#width, near, wide, pixels);
    return { box: wide, pixels };
  }
}

/** @type {(box: Box, reach: number, height: number, width: number) => Box} */
function widened({ top, left, bottom, right }, reach, height, width) {
  return {
    top: Math.max(0, top - reach),
    left: Math.max(0, left - reach),
    bottom: Math.min(height, bottom + reach),
    right: Math.min(width, right + reach),
  };
}
