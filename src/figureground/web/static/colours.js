// @ts-check
// The person's own colours at the edge, and the photo out of focus: runtime/foreground.py and backgrounds.py for the browser.

import { between, boxBlur, fittedInside, resizedColours, resizedMask, rounded, scaled } from "./resizing.js";

/** @typedef {import("./resizing.js").Size} Size */
/** @typedef {import("./resizing.js").Neighbours} Neighbours */

const WORKING_SIDE = 400;
const RADII = [0.06, 0.012]; // of the longer side, wide then narrow
const TINY = 1e-4;
const BLUR_SIDE = 512;
const BLUR = 0.02; // of the longer side: the blur's standard deviation

/**
 * @typedef {import("./components.js").Box} Box
 * @typedef {Float32Array[]} Planes one for each of red, green and blue
 */

/**
 * Takes the old background's share out of the colours of all pixels that are partly person, makes the mask their alpha,
 * and clears what is not to be seen.
 * @param {Uint8ClampedArray} pixels RGBA of the photo, changed in place
 * @param {Uint8Array} mask of the same size
 * @param {number} height
 * @param {number} width
 */
export function cutOut(pixels, mask, height, width) {
  const near = neighbourhoods(smallColours(pixels, height, width), mask, height, width);
  cutOutPart(pixels, mask, height, width, near, { top: 0, left: 0, bottom: height, right: width }, pixels);
}

/**
 * The same for a part.
 * @param {Uint8ClampedArray} pixels RGBA of the photo
 * @param {Uint8Array} mask of the photo's size
 * @param {number} height
 * @param {number} width
 * @param {{person: Planes, background: Planes, small: Size}} near the colours around each place
 * @param {Box} box
 * @param {Uint8ClampedArray} target RGBA of the part, written to
 */
export function cutOutPart(pixels, mask, height, width, { person, background, small }, box, target) {
  const down = between(small.height, height);
  const across = between(small.width, width);
  const source = new Uint32Array(pixels.buffer, pixels.byteOffset, mask.length);
  const whole = new Uint32Array(target.buffer, target.byteOffset, target.length / 4);
  let to = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left, from = y * width + x; x < box.right; x++, from++, to++) {
      const value = mask[from];
      whole[to] = value === 0 ? 0 : source[from];
      if (value === 0 || value === 255) continue;
      for (let channel = 0; channel < 3; channel++) {
        const around = sample(person[channel], small.width, down, across, y, x);
        const behind = sample(background[channel], small.width, down, across, y, x);
        target[4 * to + channel] = corrected(target[4 * to + channel], value / 255, around, behind); // rounded, clamped
      }
      target[4 * to + 3] = value;
    }
  }
}

/**
 * How far, in pixels, a change of the mask changes colours of the cut-out.
 * @param {number} height
 * @param {number} width
 */
export function reachOfColours(height, width) {
  const small = fittedInside(height, width, WORKING_SIDE);
  const places = radii(small).reduce((sum, radius) => sum + radius, 2); // two for the changes of size
  return Math.ceil(places * Math.max(height / small.height, width / small.width));
}

/** @type {(map: Float32Array, width: number, down: Neighbours, across: Neighbours, y: number, x: number) => number} */
function sample(map, width, down, across, y, x) {
  const upper = down.first[y] * width;
  const lower = down.second[y] * width;
  const u = across.share[x];
  const v = down.share[y];
  const top = map[upper + across.first[x]] * (1 - u) + map[upper + across.second[x]] * u;
  const low = map[lower + across.first[x]] * (1 - u) + map[lower + across.second[x]] * u;
  return top * (1 - v) + low * v;
}

/**
 * The photo's colours at a reduced size.
 * @param {Uint8ClampedArray} pixels
 * @param {number} height
 * @param {number} width
 * @returns {{colours: Planes, small: Size}}
 */
export function smallColours(pixels, height, width) {
  const small = fittedInside(height, width, WORKING_SIDE);
  return { colours: planes(resizedColours(pixels, height, width, small.height, small.width)), small };
}

/**
 * Average colours of person and background around each place, at a reduced size.
 * @param {{colours: Planes, small: Size}} photo at that size
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 * @returns {{person: Planes, background: Planes, small: Size}}
 */
export function neighbourhoods({ colours, small }, mask, height, width) {
  const alpha = scaled(resizedMask(mask, height, width, small.height, small.width));
  const sure = alpha.map((value) => value * value * value); // mixed pixels, whose colour is in doubt, hardly count
  const otherwise = alpha.map((value) => (1 - value) * (1 - value) * (1 - value));
  const [wide, narrow] = radii(small);
  const around = averages(colours, sure, small, wide);
  const behind = averages(colours, otherwise, small, wide);
  const person = around.map((near, channel) => correctedMap(colours[channel], alpha, near, behind[channel]));
  return { person: averages(person, sure, small, narrow), background: averages(behind, otherwise, small, narrow), small };
}

/** @type {(size: Size) => number[]} */
function radii({ height, width }) {
  return RADII.map((share) => Math.max(1, rounded(share * Math.max(height, width))));
}

/**
 * `person`, moved by what its mixture with the background leaves unexplained of the photo.
 * @type {(colour: number, alpha: number, person: number, background: number) => number}
 */
function corrected(colour, alpha, person, background) {
  return person + alpha * (colour - alpha * person - (1 - alpha) * background);
}

/**
 * @type {(colours: Float32Array, alpha: Float32Array, person: Float32Array, background: Float32Array) => Float32Array}
 */
function correctedMap(colours, alpha, person, background) {
  const map = new Float32Array(colours.length);
  for (let i = 0; i < map.length; i++) {
    map[i] = Math.min(255, Math.max(0, corrected(colours[i], alpha[i], person[i], background[i])));
  }
  return map;
}

/** @type {(colours: Float32Array[], weight: Float32Array, size: Size, radius: number) => Float32Array[]} */
function averages(colours, weight, { height, width }, radius) {
  const total = boxBlur(weight, height, width, radius, false);
  return colours.map((plane) => {
    const weighted = new Float32Array(plane.length);
    for (let i = 0; i < plane.length; i++) weighted[i] = plane[i] * weight[i];
    const map = boxBlur(weighted, height, width, radius, false);
    for (let i = 0; i < map.length; i++) map[i] = (map[i] + TINY * plane[i]) / (total[i] + TINY);
    return map;
  });
}

/** @type {(colours: Float32Array) => Float32Array[]} */
function planes(colours) {
  const count = colours.length / 3;
  return [0, 1, 2].map((channel) => {
    const plane = new Float32Array(count);
    for (let i = 0; i < count; i++) plane[i] = colours[3 * i + channel];
    return plane;
  });
}

/**
 * The photo out of focus without its person, whose colours would else spread into a halo; small, to be enlarged.
 * @param {Uint8ClampedArray} pixels RGBA
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 * @returns {{pixels: Uint8ClampedArray<ArrayBuffer>, height: number, width: number}} RGBA
 */
export function blurred(pixels, mask, height, width) {
  const small = fittedInside(height, width, BLUR_SIDE);
  const colours = planes(resizedColours(pixels, height, width, small.height, small.width));
  const weight = resizedMask(mask, height, width, small.height, small.width).map((value) => 1 - value / 255);
  const sigma = Math.max(0.5, BLUR * Math.max(small.height, small.width));
  const [farWeight, nearWeight] = [4 * sigma, sigma].map((width) => gaussian(weight, small, width));
  const result = new Uint8ClampedArray(4 * weight.length).fill(255);
  colours.forEach((plane, channel) => {
    const weighted = plane.map((value, i) => value * weight[i]);
    const far = gaussian(weighted, small, 4 * sigma);
    const near = gaussian(weighted, small, sigma);
    for (let i = 0; i < weight.length; i++) {
      const filled = far[i] / Math.max(farWeight[i], 1e-6); // behind the person, too wide for the narrow blur
      result[4 * i + channel] = near[i] + (1 - nearWeight[i]) * filled;
    }
  });
  return { pixels: result, ...small };
}

/**
 * A Gaussian blur, nearly: three box blurs whose variances add up to its own.
 * @type {(map: Float32Array, size: Size, sigma: number) => Float32Array}
 */
function gaussian(map, { height, width }, sigma) {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2));
  let result = map;
  for (let pass = 0; pass < 3; pass++) result = boxBlur(result, height, width, radius, true);
  return result;
}
