// @ts-check
// The person before a background, with or without a thing in hand, on a canvas.

import { drawPatch, drawThing } from "./hands/drawing.js";

/**
 * @typedef {object} Background one of these; without any it is transparent
 * @property {string} [colour]
 * @property {ImageBitmap} [picture] that covers the canvas
 * @property {ImageBitmap} [soft] the photo itself, as it is or out of focus
 * @property {import("./hands/drawing.js").Cover | null} [patch] over what was held in it
 */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {import("./framing.js").Frame} Frame */

/**
 * Draws a cut-out before its background.
 * @param {HTMLCanvasElement|OffscreenCanvas} canvas whose size is kept
 * @param {CanvasImageSource} person with the mask as alpha
 * @param {Background} background
 * @param {Frame} [frame] the part of the photo that the canvas shows; without it all
 * @param {Size} [photo] its size, with a frame
 * @param {import("./hands/drawing.js").Drawn | null} [thing] in hand
 */
export function compose(canvas, person, background, frame, photo = canvas, thing = null) {
  const context = contextOf(canvas);
  const place = placeOf(canvas, frame, photo);
  context.imageSmoothingQuality = "high";
  context.globalCompositeOperation = "copy";
  context.drawImage(person, ...place);
  context.globalCompositeOperation = "source-over";
  if (thing) drawThing(context, thing, place, photo);
  context.globalCompositeOperation = "destination-over";
  if (background.patch) drawPatch(context, background.patch, [place[0], place[1], place[2] / photo.width, place[3] / photo.height]);
  if (background.soft) spread(context, background.soft, place);
  else fill(context, background);
}

/**
 * Draws a picture at a place, and its outermost pixels on as far as the canvas goes.
 * @type {(context: Context, picture: ImageBitmap, place: [number, number, number, number]) => void}
 */
function spread(context, picture, [left, top, width, height]) {
  context.drawImage(picture, left, top, width, height);
  const columns = stretches(picture.width, left, width, context.canvas.width);
  const rows = stretches(picture.height, top, height, context.canvas.height);
  for (const [x, across, begin, wide] of columns) {
    for (const [y, down, first, high] of rows) {
      context.drawImage(picture, x, y, across, down, begin, first, wide, high); // below what is there already
    }
  }
}

/**
 * What of a line of pixels goes where: the first one before its place, all within, the last one behind.
 * @type {(length: number, begin: number, extent: number, limit: number) => [number, number, number, number][]}
 */
function stretches(length, begin, extent, limit) {
  /** @type {[number, number, number, number][]} */
  const all = [[0, 1, 0, begin + 1], [0, length, begin, extent], [length - 1, 1, begin + extent - 1, limit - begin - extent + 1]];
  return all.filter(([, , , stretch]) => stretch > 1);
}

/**
 * Where on a canvas the whole photo lies of which it shows a frame: left, top, width, height.
 * @type {(canvas: Size, frame: Frame | undefined, photo: Size) => [number, number, number, number]}
 */
export function placeOf({ height, width }, frame, photo) {
  if (frame === undefined) return [0, 0, width, height];
  const [across, down] = [width / frame.width, height / frame.height];
  return [-frame.left * across, -frame.top * down, photo.width * across, photo.height * down];
}

/**
 * For drawing on a canvas.
 * @param {HTMLCanvasElement|OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  return /** @type {Context} */ (canvas.getContext("2d", settings));
}

/**
 * Paints the background where the canvas is empty yet.
 * @param {Context} context
 * @param {Background} background
 */
export function fill(context, { colour, picture }) {
  const { width, height } = context.canvas;
  if (colour) {
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
  } else if (picture) {
    const scale = Math.max(width / picture.width, height / picture.height);
    const [wide, high] = [picture.width * scale, picture.height * scale];
    context.drawImage(picture, (width - wide) / 2, (height - high) / 2, wide, high);
  }
}

/**
 * For showing a picture on the screen: full size only where that is small.
 * @param {Size} size
 * @returns {Size}
 */
export function shownSize({ width, height }, most = 1600) {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
