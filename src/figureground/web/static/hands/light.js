// @ts-check
// A thing in the light of what is around it. hands/surroundings.py for the browser, where the method is explained;
// numbers are the same.

import { percentile } from "./sharpness.js";

/**
 * How much more there is of each colour than usual; the darkest value; not coloured is a black-and-white photo.
 * @typedef {{light: number[], black: number, coloured: boolean}} Light
 */

const LUMINANCE = [0.2126, 0.7152, 0.0722];
const REFLECTED = 0.2;
const TRUST = 0.5;
const [DARKEST, BRIGHTEST] = [0.2, 2.0];
const TINT = 0.25;
const DARK = 0.005; // the share of pixels that may be darker than black
const MOST_BLACK = 0.3;
const COLOURLESS = 4; // of 255
const MOST = 0.99; // of the pixels

/**
 * The light of a part of a photo.
 * @param {Uint8ClampedArray} pixels RGBA; clear ones do not count, unless all are
 * @returns {Light}
 */
export function measuredLight(pixels) {
  const sums = [0, 0, 0];
  const [greys, differences] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (const all of [false, true]) {
    for (let i = 0; i < pixels.length; i += 4) {
      if (!all && pixels[i + 3] < 128) continue;
      for (let c = 0; c < 3; c++) sums[c] += LINEAR[pixels[i + c]];
      greys.push(LUMINANCE.reduce((sum, share, c) => sum + (share * pixels[i + c]) / 255, 0));
      const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
      differences.push(Math.max(red, green, blue) - Math.min(red, green, blue));
    }
    if (greys.length) break;
  }
  if (!greys.length) return { light: [1, 1, 1], black: 0, coloured: true };
  const ratio = sums.map((sum) => Math.max(sum / greys.length, 1e-4) / REFLECTED);
  const mean = ratio.reduce((sum, value, c) => sum + LUMINANCE[c] * value, 0);
  const strength = within(mean ** TRUST, DARKEST, BRIGHTEST);
  const light = ratio.map((value) => strength * within((value / mean) ** TRUST, 1 - TINT, 1 + TINT));
  const coloured = percentile(differences, MOST) > COLOURLESS;
  return { light, black: Math.min(MOST_BLACK, percentile(greys, DARK)), coloured };
}

/**
 * A picture in that light.
 * @param {Uint8ClampedArray} pixels RGBA
 * @param {Light} light
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function lit(pixels, { light, black, coloured }) {
  const tables = light.map((strength) =>
    LINEAR.map((value) => {
      const bright = 1 - Math.exp(Math.log(Math.max(1 - value, 1 / 255)) * strength);
      return 255 * (black + (1 - black) * encoded(bright));
    }),
  );
  const result = new Uint8ClampedArray(pixels);
  for (let i = 0; i < result.length; i += 4) {
    for (let c = 0; c < 3; c++) result[i + c] = tables[c][pixels[i + c]];
    if (!coloured) result.fill(LUMINANCE.reduce((sum, share, c) => sum + share * result[i + c], 0), i, i + 3);
  }
  return result;
}

/** Linear light 0..1 of sRGB values 0..255 (IEC 61966-2-1). */
const LINEAR = Array.from({ length: 256 }, (_, i) => {
  const value = i / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** sRGB 0..1 of linear light. @param {number} light */
function encoded(light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** @type {(value: number, low: number, high: number) => number} */
function within(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
