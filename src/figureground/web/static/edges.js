// @ts-check
// The mask from the model's size to the photo's, along the edges that the photo shows: runtime/edges.py for the browser,
// where the method and its source are explained. Numbers are the same, so that page and command give the same mask.

import { between, bilinear, boxBlur, fittedInside, resizedColours, rounded, scaled } from "./resizing.js";

/** @typedef {import("./resizing.js").Size} Size */
/** @typedef {{lowest: Float32Array, highest: Float32Array}} Bounds */

const WORKING_SIDE = 384;
const RADIUS = 0.015;
const EPSILON = 3e-4;
const SOFTNESS = 0.004;
const STRAIGHT = 0.955; // steps whose sum is nearest to the true distance (Borgefors 1986)
const DIAGONAL = 1.3693;
const LOW = 0.15;
const HIGH = 0.85;

/**
 * Mask of the photo's size, 0 background to 255 person.
 * @param {Uint8ClampedArray} pixels RGBA of the photo
 * @param {number} height
 * @param {number} width
 * @param {import("./resizing.js").FloatMap} probability of the whole photo, at any size
 * @param {number} [side] of the picture on which coefficients are found; less is quicker and coarser
 */
export function refine(pixels, height, width, probability, side) {
  const small = fittedInside(height, width, side ?? Math.max(WORKING_SIDE, probability.height, probability.width));
  const guide = scaled(resizedColours(pixels, height, width, small.height, small.width));
  const rough = bilinear(probability.values, 1, probability.height, probability.width, small.height, small.width);
  const radius = Math.max(1, rounded(RADIUS * Math.max(small.height, small.width)));
  const coefficients = linearCoefficients(guide, rough, small.height, small.width, radius, EPSILON);
  const coarse = new Uint8Array(rough.length);
  for (let i = 0; i < coarse.length; i++) {
    coarse[i] = level(linear(coefficients, 4 * i, guide[3 * i], guide[3 * i + 1], guide[3 * i + 2]));
  }
  const limits = bounds(coarse, small.height, small.width, SOFTNESS * Math.max(small.height, small.width));
  for (let i = 0; i < coarse.length; i++) {
    coarse[i] = Math.round(Math.min(limits.highest[i], Math.max(limits.lowest[i], coarse[i])));
  }
  if (small.height === height && small.width === width) return coarse;
  return enlarged(coarse, coefficients, limits, small, pixels, height, width);
}

/**
 * The coarse mask at the photo's size, the undecided band along the edge worked out from the photo's own pixels.
 * @type {(coarse: Uint8Array, coefficients: Float32Array, bounds: Bounds, small: Size, pixels: Uint8ClampedArray,
 *   height: number, width: number) => Uint8Array}
 */
function enlarged(coarse, coefficients, { lowest, highest }, small, pixels, height, width) {
  const mask = new Uint8Array(height * width);
  const band = undecided(coarse, small.height, small.width);
  const down = between(small.height, height);
  const across = between(small.width, width);
  const nearest = Int32Array.from({ length: width }, (_, x) => Math.floor((x * small.width) / width));
  for (let y = 0; y < height; y++) {
    const upper = down.first[y] * small.width;
    const lower = down.second[y] * small.width;
    const v = down.share[y];
    const middle = Math.floor((y * small.height) / height) * small.width;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const first = across.first[x];
      const second = across.second[x];
      const u = across.share[x];
      if (band[middle + nearest[x]]) {
        const [a, b, c, d] = [4 * (upper + first), 4 * (upper + second), 4 * (lower + first), 4 * (lower + second)];
        let value = between4(coefficients, a + 3, b + 3, c + 3, d + 3, u, v);
        for (let k = 0; k < 3; k++) {
          value += (between4(coefficients, a + k, b + k, c + k, d + k, u, v) * pixels[4 * at + k]) / 255;
        }
        const places = /** @type {const} */ ([upper + first, upper + second, lower + first, lower + second]);
        const low = between4(lowest, ...places, u, v);
        const high = between4(highest, ...places, u, v);
        mask[at] = Math.round(Math.min(high, Math.max(low, level(value))));
      } else {
        mask[at] = between4(coarse, upper + first, upper + second, lower + first, lower + second, u, v) + 0.5;
      }
    }
  }
  return mask;
}

/**
 * @type {(map: Float32Array | Uint8Array, a: number, b: number, c: number, d: number, u: number, v: number) => number}
 */
function between4(map, a, b, c, d, u, v) {
  return (map[a] * (1 - u) + map[b] * u) * (1 - v) + (map[c] * (1 - u) + map[d] * u) * v;
}

/**
 * The lowest and the highest level of each place: what lies `reach` or more inside the outline is wholly person.
 * @type {(mask: Uint8Array, height: number, width: number, reach: number) => Bounds}
 */
function bounds(mask, height, width, reach) {
  const inside = distances(mask, height, width, (value) => value > 127);
  const outside = distances(mask, height, width, (value) => value <= 127);
  /** @type {(distance: number) => number} */
  const share = (distance) => Math.round(255 * Math.min(1, Math.max(0, (distance - 1) / reach)));
  return { lowest: inside.map(share), highest: outside.map((distance) => 255 - share(distance)) };
}

/**
 * How far each place of a kind is from one of the other, by steps along rows, columns and diagonals, as in OpenCV.
 * @type {(mask: Uint8Array, height: number, width: number, isOf: (value: number) => boolean) => Float32Array}
 */
function distances(mask, height, width, isOf) {
  const far = 2 * (height + width);
  const found = Float32Array.from(mask, (value) => (isOf(value) ? far : 0));
  /** @type {(begin: number, end: number, step: number) => void} */
  const pass = (begin, end, step) => {
    for (let y = begin; y !== end; y += step) {
      for (let i = 0; i < width; i++) {
        const x = step > 0 ? i : width - 1 - i;
        const at = y * width + x;
        const before = y - step;
        let least = found[at];
        if (x - step >= 0 && x - step < width) least = Math.min(least, found[at - step] + STRAIGHT);
        if (before >= 0 && before < height) {
          const row = before * width;
          least = Math.min(least, found[row + x] + STRAIGHT);
          if (x > 0) least = Math.min(least, found[row + x - 1] + DIAGONAL);
          if (x < width - 1) least = Math.min(least, found[row + x + 1] + DIAGONAL);
        }
        found[at] = least;
      }
    }
  };
  pass(0, height, 1);
  pass(height - 1, -1, -1);
  return found;
}

/**
 * Places with a value other than 0 or 255, or beside a place that is not like them.
 * @type {(mask: Uint8Array, height: number, width: number) => Uint8Array}
 */
function undecided(mask, height, width) {
  const band = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - 1) * width;
    const bottom = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      let [least, most] = [255, 0];
      for (let row = top; row <= bottom; row += width) {
        for (let column = left; column <= right; column++) {
          const value = mask[row + column];
          if (value < least) least = value;
          if (value > most) most = value;
        }
      }
      band[y * width + x] = most > 0 && least < 255 ? 1 : 0;
    }
  }
  return band;
}

/**
 * For each place the linear function of its colour that fits `values` best in the windows around it (a guided filter).
 * @param {Float32Array} guide
 * @param {Float32Array} values
 * @param {number} height
 * @param {number} width
 * @param {number} radius
 * @param {number} epsilon
 * @returns {Float32Array} height x width x 4: three slopes, then the offset
 */
function linearCoefficients(guide, values, height, width, radius, epsilon) {
  /** @type {(map: Float32Array) => Float32Array} */
  const box = (map) => boxBlur(map, height, width, radius, true);
  const colours = [0, 1, 2].map((channel) => channelOf(guide, channel));
  const means = colours.map(box);
  const mean = box(values);
  /** @type {(a: Float32Array, meanA: Float32Array, b: Float32Array, meanB: Float32Array) => Float32Array} */
  const covariance = (a, meanA, b, meanB) => {
    const map = box(product(a, b));
    for (let i = 0; i < map.length; i++) map[i] -= meanA[i] * meanB[i];
    return map;
  };
  /** @type {(a: number, b: number) => Float32Array} */
  const own = (a, b) => covariance(colours[a], means[a], colours[b], means[b]);
  const matrix = [own(0, 0), own(0, 1), own(0, 2), own(1, 1), own(1, 2), own(2, 2)];
  const right = colours.map((colour, channel) => covariance(colour, means[channel], values, mean));
  return interleaved(functionsOf(matrix, right, means, mean, epsilon).map(box));
}

/** @type {(guide: Float32Array, channel: number) => Float32Array} */
function channelOf(guide, channel) {
  const map = new Float32Array(guide.length / 3);
  for (let i = 0, at = channel; i < map.length; i++, at += 3) map[i] = guide[at];
  return map;
}

/** @type {(a: Float32Array, b: Float32Array) => Float32Array} */
function product(a, b) {
  const map = new Float32Array(a.length);
  for (let i = 0; i < map.length; i++) map[i] = a[i] * b[i];
  return map;
}

/**
 * Slopes and offset of each place: symmetric 3 x 3 systems, by Cramer's rule. Four maps.
 * @type {(matrix: Float32Array[], right: Float32Array[], means: Float32Array[], mean: Float32Array, epsilon: number) =>
 *   Float32Array[]}
 */
function functionsOf([RR, RG, RB, GG, GB, BB], [X, Y, Z], [red, green, blue], mean, epsilon) {
  const maps = [0, 1, 2, 3].map(() => new Float32Array(mean.length));
  const [reds, greens, blues, offsets] = maps;
  for (let i = 0; i < mean.length; i++) {
    const rr = RR[i] + epsilon;
    const gg = GG[i] + epsilon;
    const bb = BB[i] + epsilon;
    const rg = RG[i];
    const rb = RB[i];
    const gb = GB[i];
    const x = X[i];
    const y = Y[i];
    const z = Z[i];
    const first = gg * bb - gb * gb;
    const second = rb * gb - rg * bb;
    const third = rg * gb - rb * gg;
    const middle = rg * rb - rr * gb;
    const corner = rr * bb - rb * rb;
    const inverse = 1 / (rr * first + rg * second + rb * third);
    const a = (first * x + second * y + third * z) * inverse;
    const b = (second * x + corner * y + middle * z) * inverse;
    const c = (third * x + middle * y + (rr * gg - rg * rg) * z) * inverse;
    reds[i] = a;
    greens[i] = b;
    blues[i] = c;
    offsets[i] = mean[i] - a * red[i] - b * green[i] - c * blue[i];
  }
  return maps;
}

/** @type {(maps: Float32Array[]) => Float32Array} */
function interleaved(maps) {
  const result = new Float32Array(4 * maps[0].length);
  maps.forEach((map, k) => {
    for (let i = 0, at = k; i < map.length; i++, at += 4) result[at] = map[i];
  });
  return result;
}

/** @type {(coefficients: Float32Array, at: number, red: number, green: number, blue: number) => number} */
function linear(coefficients, at, red, green, blue) {
  return coefficients[at] * red + coefficients[at + 1] * green + coefficients[at + 2] * blue + coefficients[at + 3];
}

/**
 * Stretches LOW..HIGH to 0..255: a model is never quite sure, but the inside of a person is not see-through.
 * @type {(value: number) => number}
 */
function level(value) {
  return Math.round(Math.min(1, Math.max(0, (value - LOW) / (HIGH - LOW))) * 255);
}
