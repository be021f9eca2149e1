// @ts-check
// A thing drawn into a cut-out: over the person, but for what of them lies in front.

import { contextOf } from "../composing.js";
import { bonesInFront, palmInFront, partOf } from "./fingers.js";
import { cornersOf } from "./placing.js";

/** @typedef {import("../composing.js").Context} Context */
/** @typedef {import("../composing.js").Size} Size */
/** @typedef {import("./placing.js").Place} Place */
/** @typedef {{canvas: OffscreenCanvas, left: number, top: number}} Cover its alpha is what lies in front of things */
/**
 * @typedef {object} Drawn
 * @property {import("./placing.js").Shape} thing
 * @property {OffscreenCanvas} picture of it, in the photo's light
 * @property {Place} place
 * @property {Cover[]} covers
 * @property {Cover & {person: boolean} | null} [patch] for the place of what was held before, and whether it is person
 */

/**
 * Draws it where a photo of `photo`'s size lies on the canvas: left, top, width and height.
 * @param {Context} context
 * @param {Drawn} drawn
 * @param {[number, number, number, number]} on
 * @param {Size} photo
 */
export function drawThing(context, drawn, [x, y, wide, high], photo) {
  const [across, down] = [wide / photo.width, high / photo.height];
  if (drawn.patch?.person) drawPatch(context, drawn.patch, [x, y, across, down]);
  const corners = cornersOf(drawn.thing, drawn.place);
  const [columns, rows] = [corners.map(([, column]) => x + across * column), corners.map(([row]) => y + down * row)];
  const [left, top] = [Math.max(0, Math.floor(Math.min(...columns)) - 1), Math.max(0, Math.floor(Math.min(...rows)) - 1)];
  const width = Math.min(context.canvas.width, Math.ceil(Math.max(...columns)) + 1) - left;
  const height = Math.min(context.canvas.height, Math.ceil(Math.max(...rows)) + 1) - top;
  if (width <= 0 || height <= 0) return;
  const layer = new OffscreenCanvas(width, height);
  const own = contextOf(layer);
  own.imageSmoothingQuality = "high";
  own.setTransform(across, 0, 0, down, x - left, y - top);
  own.save();
  lay(own, drawn);
  own.restore();
  own.globalCompositeOperation = "destination-out";
  for (const cover of drawn.covers) own.drawImage(cover.canvas, cover.left, cover.top);
  context.drawImage(layer, left, top);
}

/**
 * Draws a patch where the photo lies at x, y, so many times as large.
 * @type {(context: Context, patch: Cover, on: [x: number, y: number, across: number, down: number]) => void}
 */
export function drawPatch(context, { canvas, left, top }, [x, y, across, down]) {
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, x + left * across, y + top * down, canvas.width * across, canvas.height * down);
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

/**
 * What of a hand lies in front, roughly and at once: for live pictures.
 * @param {import("./hand.js").Hand} hand
 * @param {Size} photo
 * @param {CanvasImageSource} rest its alpha is what is no person; it is as large as the photo
 * @returns {Cover}
 */
export function quickCover(hand, photo, rest) {
  const { top, left, bottom, right } = partOf(hand, photo);
  const canvas = new OffscreenCanvas(Math.max(1, right - left), Math.max(1, bottom - top));
  const context = contextOf(canvas);
  context.translate(-left, -top);
  Object.assign(context, { lineCap: "round", lineJoin: "round" });
  for (const { from, to, radius } of bonesInFront(hand)) line(context, [from, to], 2 * radius);
  const palm = palmInFront(hand);
  if (palm) {
    line(context, [...palm.corners, palm.corners[0]], 2 * palm.radius);
    context.fill();
  }
  context.globalCompositeOperation = "destination-out";
  context.drawImage(rest, 0, 0, photo.width, photo.height);
  return { canvas, left, top };
}

/** @type {(context: Context, points: import("./hand.js").Point[], width: number) => void} */
function line(context, points, width) {
  context.beginPath();
  for (const [row, column] of points) context.lineTo(column, row);
  context.lineWidth = width;
  context.stroke();
}
