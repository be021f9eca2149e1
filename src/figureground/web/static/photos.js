// @ts-check
// Files that people bring: opened upright, or refused in one kind line.

import { contextOf } from "./composing.js";
import { megabytes, text } from "./texts.js";

/** @typedef {{bitmap: ImageBitmap, file: File, stem: string, width: number, height: number}} Photo upright */
/** @typedef {{bytes: number, pixels: number}} Limits */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** A message for the person at the page. */
export class Trouble extends Error {}

const RAW = /\.(3fr|arw|cr[23w]|dcr|dng|erf|fff|iiq|kdc|mef|mrw|n[er][fw]|orf|pef|raf|rw[2l]|sr[2fw]|x3f)$/i;
const KINDS = /** @type {[import("./texts.js").Key, (bytes: Bytes, name: string) => boolean][]} */ ([
  ["kind-pdf", (b) => starts(b, "%PDF")],
  ["kind-raw", (b, name) => RAW.test(name) || letters(b, 4, 12) === "ftypcrx " || letters(b, 8, 10) === "CR"],
  ["kind-heic", (b) => letters(b, 4, 8) === "ftyp" && /hei|hev|mif1|msf1/.test(letters(b, 8, 12))],
  ["kind-tiff", (b) => starts(b, "II*\0") || starts(b, "MM\0*")],
  ["kind-video", (b) => letters(b, 4, 8) === "ftyp" && !letters(b, 8, 12).startsWith("avif")],
]);

const [PNG, PNG_END, JPEG_END] = ["\x89PNG\r\n\x1a\n", "\0\0\0\0IEND\xaeB`\x82", "\xff\xd9"];
const STRIP = 256; // rows that are compared at a time

/**
 * Opens a picture's file.
 * @param {File} file
 * @param {Limits} limits
 * @returns {Promise<Photo>}
 */
export async function openPhoto(file, limits) {
  const name = file.name || text("a-picture");
  if (file.size === 0) throw new Trouble(text("empty-file", { name }));
  if (file.size > limits.bytes) {
    throw new Trouble(text("too-large", { name, size: megabytes(file.size), most: megabytes(limits.bytes) }));
  }
  const bytes = new Uint8Array(await contentOf(file, name));
  checkPixels(name, promised(bytes), limits);
  let bitmap;
  try {
    bitmap = await wholeBitmap(file, bytes);
  } catch {
    throw new Trouble(unreadable(name, bytes));
  }
  if (bitmap === null) throw new Trouble(text("cut-short", { name }));
  checkPixels(name, bitmap.width * bitmap.height, limits);
  const stem = (file.name || "photo").replace(/\.[^.]*$/, "");
  return { bitmap, file, stem, width: bitmap.width, height: bitmap.height };
}

/** @type {(file: File, name: string) => Promise<ArrayBuffer>} */
async function contentOf(file, name) {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new Trouble(text("unreadable", { name }));
  }
}

/** @type {(name: string, count: number, limits: Limits) => void} */
function checkPixels(name, count, limits) {
  if (count > limits.pixels) {
    const [pixels, most] = [count, limits.pixels].map((pixels) => Math.round(pixels / 1e6));
    throw new Trouble(text("too-many-pixels", { name, pixels, most }));
  }
}

/**
 * Pixels that a PNG's header promises, so that a bomb is not unpacked; 0 for other files.
 * @type {(bytes: Bytes) => number}
 */
function promised(bytes) {
  if (!starts(bytes, "\x89PNG") || bytes.length < 24) return 0;
  const header = new DataView(bytes.buffer);
  return header.getUint32(16) * header.getUint32(20);
}

/**
 * The picture, or null if a JPEG or PNG lacks a part; browsers would show that as grey.
 * @type {(file: File, bytes: Bytes) => Promise<ImageBitmap | null>}
 */
async function wholeBitmap(file, bytes) {
  if (starts(bytes, "\xff\xd8") && !letters(bytes, Math.max(0, bytes.length - 4096), bytes.length).includes(JPEG_END)) {
    return endedBitmap(bytes);
  }
  const missing = starts(bytes, PNG) ? missingEnd(bytes) : "";
  if (missing === null) return null;
  return bitmapOf(missing ? new Blob([bytes, Uint8Array.from(missing, (letter) => letter.charCodeAt(0))]) : file);
}

/** @type {(file: Blob) => Promise<ImageBitmap>} */
function bitmapOf(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" });
}

/**
 * The picture of a JPEG without an end marker in sight, or null if more than that is missing: then the decoder takes
 * for pixels what is put in the gap, and shows something else for other bits.
 * @type {(bytes: Bytes) => Promise<ImageBitmap | null>}
 */
async function endedBitmap(bytes) {
  let length = bytes.length;
  while (bytes[length - 1] === 0xff) length--; // half of the marker
  const [one, other] = await Promise.all(
    [0x55, 0xaa].map((filling) =>
      bitmapOf(new Blob([bytes.subarray(0, length), new Uint8Array(64).fill(filling), Uint8Array.of(0xff, 0xd9)])),
    ),
  );
  return areEqual(one, other) ? one : null;
}

/** @type {(one: ImageBitmap, other: ImageBitmap) => boolean} */
function areEqual(one, other) {
  const { width, height } = one;
  for (let top = 0; top < height; top += STRIP) {
    const size = /** @type {const} */ ([width, Math.min(STRIP, height - top)]);
    const [a, b] = [one, other].map((bitmap) => {
      const context = contextOf(new OffscreenCanvas(...size));
      context.drawImage(bitmap, 0, -top);
      return new Uint32Array(context.getImageData(0, 0, ...size).data.buffer);
    });
    if (a.some((pixel, i) => pixel !== b[i])) return false;
  }
  return true;
}

/**
 * What a PNG lacks of its last chunk, or null if it lacks more; what stands behind that chunk does not matter.
 * @type {(bytes: Bytes) => string | null}
 */
function missingEnd(bytes) {
  const chunks = new DataView(bytes.buffer);
  let at = PNG.length;
  while (at + PNG_END.length <= bytes.length) {
    if (letters(bytes, at + 4, at + 8) === "IEND") return "";
    at += 12 + chunks.getUint32(at);
  }
  const there = letters(bytes, at, bytes.length);
  return at <= bytes.length && PNG_END.startsWith(there) ? PNG_END.slice(there.length) : null;
}

/** @type {(name: string, bytes: Bytes) => string} */
function unreadable(name, bytes) {
  const kind = KINDS.find(([, fits]) => fits(bytes, name));
  return kind ? text("kind-unreadable", { name, kind: text(kind[0]) }) : text("no-picture", { name });
}

/** @type {(bytes: Bytes, beginning: string) => boolean} */
function starts(bytes, beginning) {
  return letters(bytes, 0, beginning.length) === beginning;
}

/** @type {(bytes: Bytes, from: number, to: number) => string} */
function letters(bytes, from, to) {
  return String.fromCharCode(...bytes.subarray(from, to));
}
