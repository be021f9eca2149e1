// @ts-check
// Where a photo is looked at: the whole of it, then each group of people again. runtime/second_look.py for the browser,
// where the rule is explained; numbers are the same, so that page and command give the same mask.

import { components } from "./components.js";
import { bilinear, fittedInside } from "./resizing.js";

/** @typedef {import("./resizing.js").Size} Size */
/** @typedef {import("./resizing.js").FloatMap} FloatMap */
/** @typedef {import("./components.js").Box} Box */
/** @typedef {(box: Box) => Promise<FloatMap>} Look the network's answer to a part of the photo */

const SMALLEST_MAP = 384;
const LARGEST_MAP = 768;
const PANORAMA = 2;
const LONGEST = 12;
const STEP = 0.5;
const MARGIN = 0.15;
const NARROWEST = 0.75;
const ENLARGED = 0.5;
const LARGEST = 0.8;
export const SMALLEST = 2e-4;
const MOST = 6;
const SIDES = /** @type {const} */ (["top", "left", "bottom", "right"]);

/**
 * Logits of a photo after a look at the whole and one at each group of people.
 * @param {number} height
 * @param {number} width
 * @param {Look} look
 * @param {number} side pixels of the longer side that the network sees
 * @param {Box[]} [known] the groups, where they are known from another thing of which the same looks tell
 * @returns {Promise<FloatMap & {crops: Box[]}>} of the photo's proportions; and the groups
 */
export async function lookTwice(height, width, look, side, known) {
  const photo = { height, width };
  const first = await firstLook(photo, look);
  const crops = known ?? groups(first, photo, ENLARGED * side);
  const size = mapSize(photo, first, crops);
  const map = { ...size, values: resized(first, size.height, size.width) };
  for (const box of crops) {
    const part = scaledBox(box, photo, map);
    const columns = part.right - part.left;
    const seen = resized(await look(box), part.bottom - part.top, columns);
    forEachOf(part, map, (at, from) => (map.values[at] += 0.5 * (seen[from] - map.values[at])));
  }
  return { ...map, crops };
}

/** @type {(photo: Size, look: Look) => Promise<FloatMap>} */
async function firstLook(photo, look) {
  const boxes = squares(photo.height, photo.width);
  const map = fittedInside(photo.height, photo.width, SMALLEST_MAP * Math.max(1, Math.floor(boxes.length / 2)));
  if (boxes.length === 1) return { ...map, values: resized(await look(boxes[0]), map.height, map.width) };
  const values = new Float32Array(map.height * map.width);
  const weight = new Float32Array(values.length);
  for (const box of boxes) {
    const part = scaledBox(box, photo, map);
    const [rows, columns] = [part.bottom - part.top, part.right - part.left];
    const seen = resized(await look(box), rows, columns);
    forEachOf(part, map, (at, from, y, x) => {
      const trust = Math.min(ramp(y, rows), ramp(x, columns));
      values[at] += trust * seen[from];
      weight[at] += trust;
    });
  }
  for (let i = 0; i < values.length; i++) values[i] /= weight[i];
  return { ...map, values };
}

/**
 * The whole photo, or, where it is a panorama, overlapping squares that cover it evenly.
 * @param {number} height
 * @param {number} width
 * @returns {Box[]}
 */
export function squares(height, width) {
  const [shorter, longer] = [Math.min(height, width), Math.max(height, width)];
  if (longer <= PANORAMA * shorter) return [{ top: 0, left: 0, bottom: height, right: width }];
  const side = Math.max(shorter, Math.floor(longer / LONGEST));
  const count = 1 + Math.ceil((longer - side) / (STEP * side));
  return Array.from({ length: count }, (_, number) => {
    const first = whole((number * (longer - side)) / (count - 1));
    return height > width
      ? { top: first, left: 0, bottom: first + side, right: width }
      : { top: 0, left: first, bottom: height, right: first + side };
  });
}

/**
 * Crops of a photo that deserve a look of their own, the largest first.
 * @param {FloatMap} map
 * @param {Size} photo
 * @param {number} least
 * @returns {Box[]}
 */
export function groups(map, photo, least) {
  const [down, across] = [photo.height / map.height, photo.width / map.width];
  const boxes = components(map, 0)
    .filter((found) => found.pixels >= SMALLEST * map.values.length)
    .map((found) => ({
      top: Math.floor(found.top * down),
      left: Math.floor(found.left * across),
      bottom: Math.ceil(found.bottom * down),
      right: Math.ceil(found.right * across),
    }))
    .map((box) => widened(box, photo));
  return apart(boxes, photo, least)
    .filter((box) => area(box) <= LARGEST * photo.height * photo.width)
    .sort((a, b) => area(b) - area(a) || a.top - b.top || a.left - b.left)
    .slice(0, MOST);
}

/**
 * Boxes joined, and widened again, until none overlaps another.
 * @type {(boxes: Box[], photo: Size, least: number) => Box[]}
 */
function apart(boxes, photo, least) {
  let separate = /** @type {Box[]} */ ([]);
  for (let box of boxes) {
    for (let touching; (touching = separate.filter((other) => overlap(other, box))).length; ) {
      separate = separate.filter((other) => !touching.includes(other));
      box = touching.reduce(joined, box);
    }
    separate.push(box);
  }
  const wide = separate.map((box) => proportioned(box, photo, least));
  const same = wide.every((box, i) => SIDES.every((side) => box[side] === separate[i][side]));
  return same ? separate : apart(wide, photo, least);
}

/** @type {(box: Box, photo: Size) => Box} */
function widened(box, photo) {
  const down = whole(MARGIN * (box.bottom - box.top));
  const across = whole(MARGIN * (box.right - box.left));
  return {
    top: Math.max(0, box.top - down),
    left: Math.max(0, box.left - across),
    bottom: Math.min(photo.height, box.bottom + down),
    right: Math.min(photo.width, box.right + across),
  };
}

/** @type {(box: Box, photo: Size, least: number) => Box} */
function proportioned(box, photo, least) {
  const shortest = NARROWEST * Math.max(box.bottom - box.top, box.right - box.left, least);
  const [top, bottom] = lengthened(box.top, box.bottom, shortest, photo.height);
  const [left, right] = lengthened(box.left, box.right, shortest, photo.width);
  return { top, left, bottom, right };
}

/** @type {(first: number, end: number, least: number, limit: number) => [number, number]} */
function lengthened(first, end, least, limit) {
  const length = Math.min(limit, Math.max(end - first, Math.ceil(least)));
  const begin = Math.min(Math.max(0, first - Math.floor((length - (end - first)) / 2)), limit - length);
  return [begin, begin + length];
}

/** @type {(photo: Size, first: Size, crops: Box[]) => Size} */
function mapSize(photo, first, crops) {
  let side = Math.max(first.height, first.width);
  for (const box of crops) {
    const length = Math.max(box.bottom - box.top, box.right - box.left);
    side = Math.max(side, Math.min(LARGEST_MAP, Math.floor((SMALLEST_MAP * Math.max(photo.height, photo.width)) / length)));
  }
  return fittedInside(photo.height, photo.width, side);
}

/** @type {(box: Box, photo: Size, map: Size) => Box} */
function scaledBox(box, photo, map) {
  const [down, across] = [map.height / photo.height, map.width / photo.width];
  const top = Math.min(whole(box.top * down), map.height - 1);
  const left = Math.min(whole(box.left * across), map.width - 1);
  return {
    top,
    left,
    bottom: Math.max(top + 1, whole(box.bottom * down)),
    right: Math.max(left + 1, whole(box.right * across)),
  };
}

/** @type {(part: Box, map: Size, visit: (at: number, from: number, y: number, x: number) => void) => void} */
function forEachOf(part, map, visit) {
  let from = 0;
  for (let y = part.top; y < part.bottom; y++) {
    for (let x = part.left; x < part.right; x++) visit(y * map.width + x, from++, y - part.top, x - part.left);
  }
}

/** @type {(map: FloatMap, newHeight: number, newWidth: number) => Float32Array} */
function resized({ values, height, width }, newHeight, newWidth) {
  return bilinear(values, 1, height, width, newHeight, newWidth);
}

/** @type {(place: number, length: number) => number} */
function ramp(place, length) {
  return 1 - Math.abs((2 * (place + 0.5)) / length - 1);
}

/** @type {(a: Box, b: Box) => boolean} */
function overlap(a, b) {
  return (
    Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top) && Math.min(a.right, b.right) > Math.max(a.left, b.left)
  );
}

/** @type {(a: Box, b: Box) => Box} */
function joined(a, b) {
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** @type {(box: Box) => number} */
function area(box) {
  return (box.bottom - box.top) * (box.right - box.left);
}

/** @type {(value: number) => number} */
function whole(value) {
  return Math.floor(value + 0.5);
}
