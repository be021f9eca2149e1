// @ts-check
// A photo, and the same under the veils of its masks.

import { contextOf, shownSize } from "../composing.js";
import { veil } from "../mask_editor/veil.js";

/** @typedef {import("../mask_editor/brush.js").Mask} Mask */

/**
 * Draws a photo; with a mask it is under a veil where there is no person.
 * @param {HTMLCanvasElement} canvas gets the size at which it is shown
 * @param {ImageBitmap} photo
 * @param {Mask} [mask] of labels
 * @param {Mask} [other] what of it the mask lacks is blue
 */
export function drawPicture(canvas, photo, mask, other) {
  const { width, height } = Object.assign(canvas, shownSize(photo));
  const context = contextOf(canvas);
  context.drawImage(photo, 0, 0, width, height);
  if (!mask) return;
  const over = new OffscreenCanvas(width, height);
  const part = new ImageData(width, height);
  veil(part, { left: 0, top: 0, across: mask.width / width, down: mask.height / height }, mask, other ?? null, true);
  contextOf(over).putImageData(part, 0, 0);
  context.drawImage(over, 0, 0);
}
