// @ts-check
// A thing drawn into a cut-out: over the person, but for what of them lies in front.

import { contextOf } from "../composing.js";

/** @typedef {import("../composing.js").Context} Context */
/** @typedef {import("../composing.js").Size} Size */
/** @typedef {import("./placing.js").Place} Place */
/** @typedef {{canvas: OffscreenCanvas, left: number, top: number}} Cover its alpha is what lies in front of things */
/** @typedef {{grip: readonly [number, number]}} Held */
/**
 * @typedef {{thing: Held, picture: OffscreenCanvas, place: Place, covers: Cover[]}} Drawn the picture in the photo's
 *   light
 */

/**
 * Draws it where a photo of `photo`'s size lies on the canvas: left, top, width and height.
 * @param {Context} context
 * @param {Drawn} drawn
 * @param {[number, number, number, number]} on
 * @param {Size} photo
 */
export function drawThing(context, drawn, on, photo) {
  const layer = new OffscreenCanvas(context.canvas.width, context.canvas.height);
  const own = contextOf(layer);
  own.imageSmoothingQuality = "high";
  own.setTransform(on[2] / photo.width, 0, 0, on[3] / photo.height, on[0], on[1]);
  own.save();
  lay(own, drawn);
  own.restore();
  own.globalCompositeOperation = "destination-out";
  for (const { canvas, left, top } of drawn.covers) own.drawImage(canvas, left, top);
  context.drawImage(layer, 0, 0);
}

/** @type {(context: Context, drawn: Drawn) => void} */
function lay(context, { thing, picture, place }) {
  const across = place.mirrored ? 1 - thing.grip[1] : thing.grip[1];
  context.translate(place.column, place.row);
  context.rotate(place.turn);
  context.scale(place.scale, place.scale);
  context.translate(-across * picture.width, -thing.grip[0] * picture.height);
  if (place.mirrored) context.transform(-1, 0, 0, 1, picture.width, 0);
  context.drawImage(picture, 0, 0);
}

/**
 * A cover from its values.
 * @param {import("./grips.js").Front} front
 * @returns {Cover}
 */
export function coverOf({ left, top, values, height, width }) {
  const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const alpha = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => (alpha.data[4 * i + 3] = value));
  contextOf(canvas).putImageData(alpha, 0, 0);
  return { canvas, left, top };
}
