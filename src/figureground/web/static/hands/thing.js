// @ts-check
// Things to be put into hands: those that come with the page, and pictures of a person's own. hands/things.py for the
// browser, where the rules are explained.

import { contextOf } from "../composing.js";

/** @typedef {import("./placing.js").Shape} Shape */
/** @typedef {[top: number, left: number, bottom: number, right: number]} Area shares of height and width */
/** @typedef {Shape & {name: string, picture: ImageData, text_area: Area | null}} Thing its colours not multiplied by alpha */

const MOST = 1024; // pixels of the longer side of a picture of one's own
const RIM = 0.02;
const PLAIN = 20;
const LEAST = 0.005;
const [SMALLEST, LINES] = [0.07, 6]; // of the place for a text: the height of its letters at least, and its lines at most
const LINE = 1.25; // of the letters' size, from one line to the next
const INK = "rgb(24 24 24)";

const packaged = /** @type {Map<string, Promise<Thing>>} */ (new Map());

/**
 * One that comes with the page.
 * @param {string} name
 * @returns {Promise<Thing>}
 */
export function packagedThing(name) {
  const loading = packaged.get(name) ?? load(name);
  packaged.set(name, loading);
  loading.catch(() => packaged.delete(name)); // for another try
  return loading;
}

/** @type {(name: string) => Promise<Thing>} */
async function load(name) {
  const [facts, file] = await Promise.all([fetched(`/things/${name}.json`), fetched(`/things/${name}.png`)]);
  const picture = pixelsOf(await createImageBitmap(await file.blob(), { premultiplyAlpha: "none" }));
  return { name, picture, height: picture.height, width: picture.width, ...(await facts.json()) };
}

/** @type {(path: string) => Promise<Response>} */
async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: the server answers ${answer.status}`);
  return answer;
}

/**
 * A picture of one's own; without transparency, its background is cut away if that is plain.
 * @param {ImageBitmap} bitmap
 * @param {string} name
 * @returns {Thing | "not plain" | "nothing"}
 */
export function ownThing(bitmap, name) {
  const pixels = pixelsOf(bitmap, MOST);
  if (!hasClearPixels(pixels) && !cutPlain(pixels)) return "not plain";
  const picture = withoutMargins(pixels);
  if (picture === null) return "nothing";
  const { height, width } = picture;
  return { name, picture, height, width, grip: [0.5, 0.5], width_cm: null, up: "across", mirrored: false, text_area: null };
}

/** Whether a picture has transparency of its own. @param {ImageData} picture */
export function hasClearPixels({ data }) {
  for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return true;
  return false;
}

/**
 * Pixels of a bitmap, made smaller where it has more than `most` on its longer side.
 * @param {ImageBitmap} bitmap
 * @param {number} [most]
 */
export function pixelsOf(bitmap, most = Infinity) {
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(scale * bitmap.width)), Math.max(1, Math.round(scale * bitmap.height)));
  const context = contextOf(canvas, { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Makes the plain background of a picture clear, in place; false where it is not plain.
 * @param {ImageData} picture
 */
export function cutPlain({ data, height, width }) {
  const rim = Math.max(1, Math.round(RIM * Math.min(height, width)));
  const around = /** @type {number[]} */ ([]);
  for (let i = 0; i < height * width; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    if (Math.min(y, x, height - 1 - y, width - 1 - x) < rim) around.push(i);
  }
  const colour = [0, 1, 2].map((c) => median(around.map((i) => data[4 * i + c])));
  const off = (/** @type {number} */ i) => Math.max(...colour.map((value, c) => Math.abs(data[4 * i + c] - value)));
  if (around.filter((i) => off(i) > PLAIN).length > 0.05 * around.length) return false;
  const clear = new Uint8Array(height * width);
  const waiting = around.filter((i) => off(i) <= 1.5 * PLAIN && isAtEdge(i, height, width));
  for (const i of waiting) clear[i] = 1;
  for (let i; (i = waiting.pop()) !== undefined; ) {
    for (const next of beside(i, height, width)) {
      if (clear[next] || off(next) > 1.5 * PLAIN) continue;
      clear[next] = 1;
      waiting.push(next);
    }
  }
  for (let i = 0; i < clear.length; i++) {
    if (clear[i]) data[4 * i + 3] = 0;
    else if (beside(i, height, width).some((next) => clear[next])) data[4 * i + 3] = 96; // it is half background
  }
  return true;
}

/** @type {(i: number, height: number, width: number) => boolean} */
function isAtEdge(i, height, width) {
  return i < width || i >= (height - 1) * width || i % width === 0 || i % width === width - 1;
}

/** @type {(i: number, height: number, width: number) => number[]} */
function beside(i, height, width) {
  const near = [];
  if (i % width > 0) near.push(i - 1);
  if (i % width < width - 1) near.push(i + 1);
  if (i >= width) near.push(i - width);
  if (i < (height - 1) * width) near.push(i + width);
  return near;
}

/** @type {(values: number[]) => number} */
function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * The part of a picture that shows something, or null.
 * @type {(picture: ImageData) => ImageData | null}
 */
function withoutMargins({ data, height, width }) {
  let [top, left, bottom, right, count] = [height, width, 0, 0, 0];
  for (let i = 0; i < height * width; i++) {
    if (data[4 * i + 3] <= 127) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, left, bottom, right] = [Math.min(top, y), Math.min(left, x), Math.max(bottom, y + 1), Math.max(right, x + 1)];
    count += 1;
  }
  if (count < Math.max(1, LEAST * height * width)) return null;
  const part = new ImageData(right - left, bottom - top);
  for (let y = top; y < bottom; y++) {
    part.data.set(data.subarray(4 * (y * width + left), 4 * (y * width + right)), 4 * (y - top) * part.width);
  }
  return part;
}

/**
 * The thing with a text on it, as large as its place allows; null where it does not fit.
 * @param {Thing} thing
 * @param {string} text
 * @returns {Thing | null}
 */
export function withText(thing, text) {
  if (thing.text_area === null || text.trim() === "") return thing;
  const { height, width, picture } = thing;
  const [top, left, bottom, right] = thing.text_area.map((share, k) => share * (k % 2 ? width : height));
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas, { willReadFrequently: true });
  context.putImageData(picture, 0, 0);
  const size = { height: bottom - top, width: right - left };
  const best = Array.from({ length: LINES }, (_, k) => fit(context, inLines(text, k + 1), size)).reduce((a, b) => (b.pixels > a.pixels ? b : a));
  if (best.pixels < SMALLEST * size.height) return null;
  Object.assign(context, { font: fontOf(best.pixels), fillStyle: INK, textAlign: "center", textBaseline: "middle" });
  best.lines.forEach((line, k) => {
    const y = (top + bottom) / 2 + (k - (best.lines.length - 1) / 2) * LINE * best.pixels;
    context.fillText(line, (left + right) / 2, y);
  });
  return { ...thing, picture: context.getImageData(0, 0, width, height) };
}

/** @type {(context: import("../composing.js").Context, lines: string[], size: {height: number, width: number}) => {lines: string[], pixels: number}} */
function fit(context, lines, { height, width }) {
  const most = height / (LINE * lines.length);
  context.font = fontOf(most);
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  return { lines, pixels: most * Math.min(1, width / Math.max(1, widest)) };
}

/** @param {number} pixels */
function fontOf(pixels) {
  return `500 ${pixels}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
}

/**
 * The text in at most so many lines of about the same length, parted between words.
 * @param {string} text
 * @param {number} count
 */
export function inLines(text, count) {
  const words = text.split(/\s+/).filter((word) => word);
  const { length } = words.join(" ");
  const lines = /** @type {string[][]} */ ([[]]);
  let written = 0;
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (last.length && lines.length < count && written + word.length / 2 > (length * lines.length) / count) lines.push([]);
    lines[lines.length - 1].push(word);
    written += word.length + 1;
  }
  return lines.map((line) => line.join(" "));
}
