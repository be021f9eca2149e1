// The mask from the model's size to the photo's, along the edges that the photo shows: cut/edges.py for the browser,
// where the method and its source are explained. Numbers are the same, so that page and command give the same mask.

import { between, bilinear, boxBlur, fittedInside, resizedColours } from "./resizing.js";

const WORKING_SIDE = 512;
const RADIUS = 0.015;
const EPSILON = 3e-4;
const LOW = 0.15;
const HIGH = 0.85;

/**
 * Mask of the photo's size, 0 background to 255 person.
 * @param {Uint8ClampedArray} pixels RGBA of the photo
 * @param {{values: Float32Array, height: number, width: number}} probability of the whole photo, at any size
 * @param {number} side of the picture on which coefficients are found; less is quicker and coarser
 */
export function refine(pixels, height, width, probability, side = WORKING_SIDE) {
  const small = fittedInside(height, width, side);
  const guide = resizedColours(pixels, height, width, small.height, small.width).map((value) => value / 255);
  const rough = bilinear(probability.values, 1, probability.height, probability.width, small.height, small.width);
  const radius = Math.max(1, Math.round(RADIUS * Math.max(small.height, small.width)));
  const coefficients = linearCoefficients(guide, rough, small.height, small.width, radius, EPSILON);
  const coarse = new Uint8Array(rough.length);
  for (let i = 0; i < coarse.length; i++) {
    coarse[i] = level(linear(coefficients, 4 * i, guide[3 * i], guide[3 * i + 1], guide[3 * i + 2]));
  }
  if (small.height === height && small.width === width) return coarse;
  return enlarged(coarse, coefficients, small, pixels, height, width);
}

/** The coarse mask at the photo's size, the undecided band along the edge worked out from the photo's own pixels. */
function enlarged(coarse, coefficients, small, pixels, height, width) {
  const mask = new Uint8Array(height * width);
  const band = undecided(coarse, small.height, small.width);
  const down = between(small.height, height);
  const across = between(small.width, width);
  const value = new Float32Array(4);
  for (let y = 0; y < height; y++) {
    const upper = down.first[y] * small.width;
    const lower = down.second[y] * small.width;
    const nearest = Math.floor((y * small.height) / height) * small.width;
    for (let x = 0; x < width; x++) {
      const corners = [upper + across.first[x], upper + across.second[x], lower + across.first[x], lower + across.second[x]];
      if (band[nearest + Math.floor((x * small.width) / width)]) {
        for (let k = 0; k < 4; k++) value[k] = mixed(coefficients, 4, k, corners, across.share[x], down.share[y]);
        const at = 4 * (y * width + x);
        mask[y * width + x] = level(linear(value, 0, pixels[at] / 255, pixels[at + 1] / 255, pixels[at + 2] / 255));
      } else {
        mask[y * width + x] = Math.round(mixed(coarse, 1, 0, corners, across.share[x], down.share[y]));
      }
    }
  }
  return mask;
}

function mixed(map, channels, channel, corners, u, v) {
  const top = map[corners[0] * channels + channel] * (1 - u) + map[corners[1] * channels + channel] * u;
  const low = map[corners[2] * channels + channel] * (1 - u) + map[corners[3] * channels + channel] * u;
  return top * (1 - v) + low * v;
}

/** Places with a value other than 0 or 255, or beside a place that is not like them. */
function undecided(mask, height, width) {
  const band = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let least = 255;
      let most = 0;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const value = mask[row * width + column];
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
 * @returns {Float32Array} height x width x 4: three slopes, then the offset
 */
function linearCoefficients(guide, values, height, width, radius, epsilon) {
  const box = (map) => boxBlur(map, height, width, radius, true);
  const product = (a, b) => a.map((value, i) => value * b[i]);
  const colours = [0, 1, 2].map((channel) => values.map((_, i) => guide[3 * i + channel]));
  const means = colours.map(box);
  const mean = box(values);
  const covariance = colours.map((colour, c) => minusProduct(box(product(colour, values)), means[c], mean));
  const own = (a, b) => minusProduct(box(product(colours[a], colours[b])), means[a], means[b]);
  const matrix = [own(0, 0), own(0, 1), own(0, 2), own(1, 1), own(1, 2), own(2, 2)];
  const planes = [0, 1, 2, 3].map(() => new Float32Array(values.length));
  for (let i = 0; i < values.length; i++) {
    const [x, y, z] = solved(matrix, covariance, i, epsilon);
    planes[0][i] = x;
    planes[1][i] = y;
    planes[2][i] = z;
    planes[3][i] = mean[i] - x * means[0][i] - y * means[1][i] - z * means[2][i];
  }
  return interleaved(planes.map(box));
}

function minusProduct(map, a, b) {
  for (let i = 0; i < map.length; i++) map[i] -= a[i] * b[i];
  return map;
}

/** The symmetric 3 x 3 system of one place, by Cramer's rule. */
function solved(matrix, right, i, epsilon) {
  const rr = matrix[0][i] + epsilon;
  const rg = matrix[1][i];
  const rb = matrix[2][i];
  const gg = matrix[3][i] + epsilon;
  const gb = matrix[4][i];
  const bb = matrix[5][i] + epsilon;
  const [x, y, z] = [right[0][i], right[1][i], right[2][i]];
  const first = gg * bb - gb * gb;
  const second = rb * gb - rg * bb;
  const third = rg * gb - rb * gg;
  const middle = rg * rb - rr * gb;
  const corner = rr * bb - rb * rb;
  const determinant = rr * first + rg * second + rb * third;
  return [
    (first * x + second * y + third * z) / determinant,
    (second * x + corner * y + middle * z) / determinant,
    (third * x + middle * y + (rr * gg - rg * rg) * z) / determinant,
  ];
}

function interleaved(planes) {
  const result = new Float32Array(4 * planes[0].length);
  for (let i = 0; i < planes[0].length; i++) for (let k = 0; k < 4; k++) result[4 * i + k] = planes[k][i];
  return result;
}

function linear(coefficients, at, red, green, blue) {
  return coefficients[at] * red + coefficients[at + 1] * green + coefficients[at + 2] * blue + coefficients[at + 3];
}

/** Stretches LOW..HIGH to 0..255: a model is never quite sure, but the inside of a person is not see-through. */
function level(value) {
  return Math.round(Math.min(1, Math.max(0, (value - LOW) / (HIGH - LOW))) * 255);
}
