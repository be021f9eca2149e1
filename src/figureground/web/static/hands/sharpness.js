// @ts-check
// How sharp a part of a photo is, and a thing made as soft. hands/surroundings.py for the browser, where the method is
// explained; numbers are the same.

/** @typedef {{data: Uint8ClampedArray, height: number, width: number}} Picture RGBA */
/** @typedef {{values: Float32Array, height: number, width: number}} Grey 0 to 255 */

const LUMINANCE = [0.2126, 0.7152, 0.0722];
const AGAIN = 1;
const [STRONG, SHARPEST] = [0.9, 0.85];
const WEAK = 2; // of a gradient: less is noise
const SOFTEST = 6;
const PIXELS = 1 / 3 + 1 / 12;

/**
 * Standard deviation, in pixels, of the blur of the sharpest edges.
 * @param {Picture} picture
 */
export function blurOf({ data, height, width }) {
  const grey = { values: new Float32Array(height * width), height, width };
  for (let i = 0; i < grey.values.length; i++) {
    grey.values[i] = LUMINANCE[0] * data[4 * i] + LUMINANCE[1] * data[4 * i + 1] + LUMINANCE[2] * data[4 * i + 2];
  }
  const [before, after] = [gradient(grey), gradient(softened(grey, AGAIN))];
  const strong = percentile(before, STRONG);
  if (!(strong >= WEAK)) return 0;
  const ratios = before.map((value, i) => (value >= strong ? value / Math.max(after[i], 1e-3) : -1)).filter((value) => value >= 0);
  const ratio = percentile(ratios, SHARPEST);
  const variance = AGAIN ** 2 / Math.max(ratio ** 2 - 1, 1e-3) - PIXELS;
  return Math.sqrt(Math.min(SOFTEST ** 2, Math.max(0, variance)));
}

/**
 * A picture as soft as this many pixels make it; colours do not run in from where it is clear.
 * @param {Uint8ClampedArray<ArrayBuffer>} data RGBA
 * @param {number} height
 * @param {number} width
 * @param {number} deviation
 */
export function blurredThing(data, height, width, deviation) {
  if (deviation < 0.3) return data;
  const planes = [0, 1, 2, 3].map((c) => {
    const values = new Float32Array(height * width);
    for (let i = 0; i < values.length; i++) values[i] = c < 3 ? (data[4 * i + c] * data[4 * i + 3]) / 255 : data[4 * i + 3];
    return softened({ values, height, width }, deviation).values;
  });
  const result = new Uint8ClampedArray(data.length);
  for (let i = 0; i < height * width; i++) {
    const alpha = planes[3][i];
    for (let c = 0; c < 3; c++) result[4 * i + c] = (255 * planes[c][i]) / Math.max(alpha, 1e-3);
    result[4 * i + 3] = alpha;
  }
  return result;
}

/** Blurred by a Gaussian, the edge mirrored. @type {(grey: Grey, deviation: number) => Grey} */
function softened({ values, height, width }, deviation) {
  const reach = Math.ceil(4 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight);
  const pass = (/** @type {Float32Array} */ from, /** @type {boolean} */ down) => {
    const to = new Float32Array(from.length);
    const limit = down ? height : width;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++) {
          const place = mirrored((down ? y : x) + k, limit);
          sum += weights[k + reach] * from[down ? place * width + x : y * width + place];
        }
        to[at] = sum / total;
      }
    }
    return to;
  };
  return { values: pass(pass(values, false), true), height, width };
}

/** How steep each place is (Sobel). @type {(grey: Grey) => Float32Array} */
function gradient({ values, height, width }) {
  const steep = new Float32Array(values.length);
  for (let y = 0, at = 0; y < height; y++) {
    const [upper, lower] = [mirrored(y - 1, height) * width, mirrored(y + 1, height) * width];
    for (let x = 0; x < width; x++, at++) {
      const [left, right, row] = [mirrored(x - 1, width), mirrored(x + 1, width), y * width];
      const across = values[upper + right] + 2 * values[row + right] + values[lower + right]
        - values[upper + left] - 2 * values[row + left] - values[lower + left];
      const down = values[lower + left] + 2 * values[lower + x] + values[lower + right]
        - values[upper + left] - 2 * values[upper + x] - values[upper + right];
      steep[at] = Math.hypot(across, down);
    }
  }
  return steep;
}

/** A place beyond the edge, mirrored at the outermost pixel's middle. @type {(place: number, limit: number) => number} */
function mirrored(place, limit) {
  if (limit === 1) return 0;
  const period = 2 * (limit - 1);
  const within = ((place % period) + period) % period;
  return within < limit ? within : period - within;
}

/** As NumPy counts, between the two nearest. @type {(values: ArrayLike<number>, share: number) => number} */
export function percentile(values, share) {
  const sorted = Float32Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
