// @ts-check
// What a worker does to a photo whose mask is known: the cut-out, its mending, the blur. It keeps one photo at a time.

import { blurred } from "./colours.js";
import { refine } from "./edges.js";
import { Recolouring } from "./recolouring.js";

/** @typedef {import("./resizing.js").FloatMap} FloatMap */
/** @typedef {import("./components.js").Box} Box */

let held = /** @type {{number: number, recolouring: Recolouring, height: number, width: number} | null} */ (null);

/**
 * Pixels of a bitmap, which is closed.
 * @param {ImageBitmap} bitmap
 */
export function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

export const tasks = {
  /**
   * Keeps a photo in place of the one before.
   * @param {{number: number, bitmap: ImageBitmap}} details
   */
  async hold({ number, bitmap }) {
    const { data, width, height } = pixelsOf(bitmap);
    held = { number, recolouring: new Recolouring(data, height, width), height, width };
  },

  /**
   * Puts other values into a box of the photo's mask: the part of the cut-out that changes, and its place.
   * @param {{number: number, box: Box, values: Uint8Array}} details
   */
  async mend({ number, box, values }) {
    const begun = performance.now();
    const changed = photoOf(number).recolouring.change(box, values);
    const { top, left, bottom, right } = changed.box;
    const part = await createImageBitmap(new ImageData(changed.pixels, right - left, bottom - top));
    return { part, left, top, times: { colours: performance.now() - begun } };
  },

  /**
   * The photo out of focus, small.
   * @param {{number: number}} details
   */
  async blurred({ number }) {
    const { recolouring, height: rows, width: columns } = photoOf(number);
    const { pixels, height, width } = blurred(recolouring.pixels, recolouring.mask, rows, columns);
    return { bitmap: await createImageBitmap(new ImageData(pixels, width, height)) };
  },

  /**
   * The network's mask with more or less of what it is not sure of.
   * @param {{number: number, probability: FloatMap, sureness: number}} details
   */
  async refined({ number, probability, sureness }) {
    const { recolouring, height, width } = photoOf(number);
    return { mask: refine(recolouring.pixels, height, width, shifted(probability, sureness)) };
  },
};

/**
 * The photo that is kept, and its mask.
 * @param {number} number
 */
export function keptPhoto(number) {
  const { recolouring, height, width } = photoOf(number);
  return { photo: { pixels: recolouring.pixels, height, width }, mask: { values: recolouring.mask, height, width } };
}

/** @param {number} number */
function photoOf(number) {
  if (held === null || held.number !== number) throw new Error("another photo has taken this one's place");
  return held;
}

/**
 * Probabilities moved along their logits, so that `sureness` becomes a half.
 * @param {FloatMap} probability
 * @param {number} sureness of more than 0 and less than 1; the more, the less is a person
 * @returns {FloatMap}
 */
export function shifted({ values, height, width }, sureness) {
  const odds = (1 - sureness) / sureness;
  return { values: values.map((value) => (value * odds) / (value * odds + 1 - value)), height, width };
}
