// @ts-check
// Small pictures of cut-outs that are not shown large.

import { contextOf } from "./composing.js";

const SIDE = 240; // pixels of the longer side

/**
 * The photo with its mask as alpha, small; its edges are coarse.
 * @param {{bitmap: ImageBitmap, height: number, width: number}} photo
 * @param {Uint8Array} mask
 */
export function thumbnail({ bitmap, height, width }, mask) {
  const scale = Math.min(1, SIDE / Math.max(height, width));
  const [rows, columns] = [height, width].map((length) => Math.max(1, Math.round(scale * length)));
  const canvas = new OffscreenCanvas(columns, rows);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, columns, rows);
  const picture = context.getImageData(0, 0, columns, rows);
  for (let y = 0, at = 3; y < rows; y++) {
    const row = Math.floor(((y + 0.5) * height) / rows) * width;
    for (let x = 0; x < columns; x++, at += 4) picture.data[at] = mask[row + Math.floor(((x + 0.5) * width) / columns)];
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}
