// @ts-check
// Which pixels have the colours of a hand, so that clothes and faces behind it are not taken for fingers. hands/fingers.py
// for the browser; numbers are nearly the same.

/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {{pixels: Uint8ClampedArray, height: number, width: number, top: number, left: number}} Part of a photo, RGBA */

const FINGER = 0.052;
const FEWEST = 5;
const TO_DEVIATION = 1.48;
const TOLERANCE = [14, 5, 5];
const ALIKE = [9, 18];

/**
 * How much each pixel has the colours of the hand's bones, 0 to 1; 1 where none of them is in the part.
 * @param {Part} part
 * @param {Hand} hand
 */
export function alike(part, hand) {
  const { pixels, height, width, top, left } = part;
  const places = hand.landmarks.map(([row, column]) => [Math.floor(row - top), Math.floor(column - left)]);
  const within = places.filter(([y, x]) => y >= 0 && x >= 0 && y < height && x < width);
  const shares = new Float32Array(height * width).fill(1);
  if (within.length < FEWEST) return shares;
  const deviation = Math.max(0.5, (FINGER / 3) * hand.length);
  const bones = within.map(([y, x]) => labOf(...softened(part, y, x, deviation)));
  const middle = [0, 1, 2].map((c) => median(bones.map((colour) => colour[c])));
  const spread = middle.map((value, c) => median(bones.map((colour) => Math.abs(colour[c] - value))) * TO_DEVIATION + TOLERANCE[c]);
  for (let i = 0; i < shares.length; i++) {
    const colour = labOf(pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]);
    const far = colour.reduce((sum, value, c) => sum + ((value - middle[c]) / spread[c]) ** 2, 0);
    shares[i] = Math.min(1, Math.max(0, (ALIKE[1] - far) / (ALIKE[1] - ALIKE[0])));
  }
  return shares;
}

/** The colour around a place, weighted by a normal distribution. @type {(part: Part, y: number, x: number, deviation: number) => [number, number, number]} */
function softened({ pixels, height, width }, y, x, deviation) {
  const reach = Math.ceil(3 * deviation);
  const sum = /** @type {[number, number, number]} */ ([0, 0, 0]);
  let total = 0;
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
      const weight = Math.exp(-((v - y) ** 2 + (u - x) ** 2) / (2 * deviation ** 2));
      total += weight;
      for (let c = 0; c < 3; c++) sum[c] += weight * pixels[4 * (v * width + u) + c];
    }
  }
  return [sum[0] / total, sum[1] / total, sum[2] / total];
}

/** CIE L*a*b* of sRGB (white point D65), in the 8 bits that OpenCV has. @type {(red: number, green: number, blue: number) => [number, number, number]} */
function labOf(red, green, blue) {
  const [r, g, b] = [red, green, blue].map((value) => linear(value / 255));
  const x = root((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.950456);
  const y = root(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = root((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754);
  return [(116 * y - 16) * 2.55, 500 * (x - y) + 128, 200 * (y - z) + 128];
}

/** @param {number} value */
function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** @param {number} value */
function root(value) {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}

/** @type {(values: number[]) => number} */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}
