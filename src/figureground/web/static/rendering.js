// @ts-check
// Cut-outs in full, as they are chosen: background, frame, size.

import { compose, contextOf, placeOf } from "./composing.js";
import { frameOf, personBox, sizeOf, together } from "./framing.js";
import { drawThing } from "./hands/drawing.js";
import { form, page } from "./page.js";
import { Trouble } from "./photos.js";
import { element } from "./telling.js";
import { text } from "./texts.js";

/** @typedef {import("./cutter.js").CutOut} CutOut */
/** @typedef {import("./photos.js").Photo} Photo */
/** @typedef {import("./holding.js").Put} Put */

/**
 * The background that is chosen, as `compose` takes it.
 * @type {(photo: Photo, cutout: CutOut, put: Put | null) => Promise<import("./composing.js").Background>}
 */
export async function background(photo, cutout, put) {
  const chosen = form.elements.background.value;
  if (chosen === "transparent") return {};
  if (chosen === "colour") return { colour: element("colour").value };
  if (chosen === "picture") return { picture: page.ownPicture ?? undefined };
  if (chosen === "original") return { soft: photo.bitmap, patch: put?.patch };
  if (chosen === "blur") return { soft: await cutout.blurred() };
  return { colour: chosen };
}

/**
 * A cut-out in full, on a canvas: before its background, in the frame and at the size that are chosen.
 * @type {(photo: Photo, cutout: CutOut, put: Put | null) => Promise<HTMLCanvasElement>}
 */
export async function rendered(photo, cutout, put) {
  await cutout.settled;
  const { frame, size } = chosenFrame(photo, cutout, put);
  const canvas = Object.assign(document.createElement("canvas"), size);
  compose(canvas, cutout.picture, await background(photo, cutout, put), frame, photo, put);
  return canvas;
}

/**
 * Its mask likewise: white on black.
 * @type {(photo: Photo, cutout: CutOut, put: Put | null) => Promise<HTMLCanvasElement>}
 */
export async function renderedMask(photo, cutout, put) {
  await cutout.settled;
  const { frame, size } = chosenFrame(photo, cutout, put);
  const canvas = Object.assign(document.createElement("canvas"), size);
  const context = contextOf(canvas);
  context.fillStyle = "black";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(white(cutout, photo, put), ...placeOf(canvas, frame, photo));
  return canvas;
}

/**
 * A white canvas with the mask as alpha, the thing in hand included.
 * @type {(cutout: CutOut, photo: Photo, put: Put | null) => OffscreenCanvas}
 */
function white({ mask: { height, width }, picture }, photo, put) {
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.drawImage(picture, 0, 0);
  if (put) drawThing(context, put, [0, 0, width, height], photo);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  return canvas;
}

/**
 * @type {(photo: Photo, cutout: CutOut, put: Put | null) => {frame: import("./framing.js").Frame, size: {height: number,
 *   width: number}}}
 */
function chosenFrame(photo, { mask }, put) {
  const longer = element("longer");
  if (!longer.validity.valid) throw new Trouble(text("longer-wrong", { least: longer.min, most: longer.max }));
  const frame = shownFrame(photo, mask, put);
  return { frame, size: sizeOf(frame, longer.value === "" ? null : Number(longer.value)) };
}

/**
 * The part of a photo that is chosen to be shown.
 * @type {(photo: import("./resizing.js").Size, mask: import("./mask_editor/brush.js").Mask, put: Put | null) =>
 *   import("./framing.js").Frame}
 */
export function shownFrame(photo, mask, put) {
  const shape = element("shape").value;
  return frameOf(shape, shape === "photo" ? null : together(personBox(mask), put?.box ?? null, photo), photo);
}

/**
 * A canvas as a file.
 * @param {HTMLCanvasElement} canvas
 * @param {string} type png or jpeg
 * @returns {Promise<Blob>}
 */
export async function fileOf(canvas, type) {
  /** @type {Blob | null} */
  const file = await new Promise((resolve) => canvas.toBlob(resolve, `image/${type}`, 0.95));
  if (file === null) throw new Trouble(text("too-large-to-write"));
  return file;
}
