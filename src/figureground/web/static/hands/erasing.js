// @ts-check
// The place of a thing that was taken out of somebody's hand: what was behind it nobody knows, so it is made up from what
// is around. hands/putting.py for the browser; what is made up is smoother here.

import { cropped } from "../cropping.js";
import { bilinear, resizedColours, resizedMask } from "../resizing.js";

/** @typedef {import("./crops.js").Pixels} Pixels */
/** @typedef {import("./hand_finder.js").Mask} Mask */
/** @typedef {import("../components.js").Component} Component */
/** @typedef {{values: Float32Array, weights: Float32Array, height: number, width: number}} Level colours by weight */
/**
 * @typedef {{left: number, top: number, values: Uint8ClampedArray<ArrayBuffer>, height: number, width: number, person:
 *   boolean}} Patch RGBA for a part of the photo, and whether a person goes on behind
 */

const AROUND = 0.5; // of the thing's box, added on each side
const WIDER = 0.006; // of the map's longer side
const SURE = 200; // of 255: what is person is no part of the thing
const HOLE = 0.6; // of what surrounds the place that is person

/**
 * @param {Pixels} photo
 * @param {Mask} person
 * @param {Component} thing in a map of this size
 * @param {{height: number, width: number}} map
 * @returns {Patch}
 */
export function patchOf(photo, person, thing, map) {
  const part = partAround(thing, map);
  const scale = photo.width / map.width;
  const [left, top] = [Math.floor(part.left * scale), Math.floor(part.top * scale)];
  const width = Math.min(photo.width, Math.ceil((part.left + part.width) * scale)) - left;
  const height = Math.min(photo.height, Math.ceil((part.top + part.height) * scale)) - top;
  const box = { top, left, bottom: top + height, right: left + width };
  const colours = resizedColours(cropped(photo.pixels, photo.width, box, 4), height, width, part.height, part.width);
  const people = resizedMask(cropped(person.values, photo.width, box, 1), height, width, part.height, part.width);
  const reach = Math.max(1, Math.round(WIDER * Math.max(map.height, map.width)));
  const wide = near(shapeOf(thing, part), part, reach);
  const hole = wide.map((value, i) => Number(value && people[i] <= SURE));
  const rim = near(hole, part, 1);
  let [around, known] = [0, 0];
  for (let i = 0; i < rim.length; i++) {
    if (!rim[i] || hole[i]) continue;
    around += 1;
    if (people[i] > 127) known += 1;
  }
  const filled = bilinear(fill(colours, rim, part), 3, part.height, part.width, height, width);
  const soft = bilinear(Float32Array.from(hole), 1, part.height, part.width, height, width);
  const values = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < soft.length; i++) {
    for (let c = 0; c < 3; c++) values[4 * i + c] = filled[3 * i + c];
    values[4 * i + 3] = 255 * soft[i];
  }
  return { left, top, values, height, width, person: known > HOLE * around };
}

/** @type {(thing: Component, map: {height: number, width: number}) => {top: number, left: number, height: number, width: number}} */
function partAround({ top, left, bottom, right }, map) {
  const [down, across] = [Math.ceil(AROUND * (bottom - top)) + 3, Math.ceil(AROUND * (right - left)) + 3];
  const [first, begin] = [Math.max(0, top - down), Math.max(0, left - across)];
  return { top: first, left: begin, height: Math.min(map.height, bottom + down) - first, width: Math.min(map.width, right + across) - begin };
}

/** @type {(thing: Component, part: {top: number, left: number, height: number, width: number}) => Uint8Array} */
function shapeOf({ runs }, { top, left, height, width }) {
  const shape = new Uint8Array(height * width);
  for (const [row, begin, end] of runs) shape.fill(1, (row - top) * width + begin - left, (row - top) * width + end - left);
  return shape;
}

/**
 * All within `reach` of what is 1, in a square.
 * @type {(shape: Uint8Array, size: {height: number, width: number}, reach: number) => Uint8Array}
 */
function near(shape, { height, width }, reach) {
  const wide = new Uint8Array(shape.length);
  for (let i = 0; i < shape.length; i++) {
    if (!shape[i]) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      wide.fill(1, v * width + Math.max(0, x - reach), v * width + Math.min(width - 1, x + reach) + 1);
    }
  }
  return wide;
}

/**
 * Colours where they are not known, from ever wider surroundings (pull-push, Gortler et al. 1996, "The Lumigraph").
 * @type {(colours: Float32Array, unknown: Uint8Array, size: {height: number, width: number}) => Float32Array}
 */
export function fill(colours, unknown, { height, width }) {
  const weights = Float32Array.from(unknown, (value) => Number(!value));
  return pushed({ values: colours.map((value, i) => value * weights[Math.floor(i / 3)]), weights, height, width });
}

/** @type {(level: Level) => Float32Array} */
function pushed({ values, weights, height, width }) {
  const colours = values.map((value, i) => value / Math.max(1e-6, weights[Math.floor(i / 3)]));
  if (height * width === 1 || weights.every((weight) => weight === 1)) return colours;
  const coarse = halved({ values, weights, height, width });
  const behind = bilinear(pushed(coarse), 3, coarse.height, coarse.width, height, width);
  return colours.map((colour, i) => {
    const weight = weights[Math.floor(i / 3)];
    return weight * colour + (1 - weight) * behind[i];
  });
}

/** Four places become one, which is known as soon as one of them is. @type {(level: Level) => Level} */
function halved({ values, weights, height, width }) {
  const size = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) };
  const coarse = { values: new Float32Array(3 * size.height * size.width), weights: new Float32Array(size.height * size.width), ...size };
  for (let i = 0; i < weights.length; i++) {
    const to = (Math.floor(i / width) >> 1) * size.width + ((i % width) >> 1);
    coarse.weights[to] += weights[i];
    for (let c = 0; c < 3; c++) coarse.values[3 * to + c] += values[3 * i + c];
  }
  coarse.values.forEach((value, i) => (coarse.values[i] = value / Math.max(1, coarse.weights[Math.floor(i / 3)])));
  coarse.weights.forEach((weight, i) => (coarse.weights[i] = Math.min(1, weight)));
  return coarse;
}
