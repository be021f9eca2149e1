// @ts-check
// Pictures and maps at other sizes, as the package's Python does it (pictures.py): by area where they shrink,
// bilinear where they grow. Pictures are Uint8 arrays of 4 channels (RGBA); maps are Float32 arrays.

/** @typedef {{height: number, width: number}} Size */
/** @typedef {{values: Float32Array, height: number, width: number}} FloatMap of one channel */
/** @typedef {Uint8Array | Uint8ClampedArray} Bytes */
/** @typedef {{start: Int32Array, index: Int32Array, weight: Float32Array}} Shares */
/** @typedef {{first: Int32Array, second: Int32Array, share: Float32Array}} Neighbours */

/**
 * {height, width} with the same proportions whose longer side is at most `side`; neither is ever below 1.
 * @param {number} height
 * @param {number} width
 * @param {number} side
 * @returns {Size}
 */
export function fittedInside(height, width, side) {
  const scale = Math.min(1, side / Math.max(height, width));
  return { height: Math.max(1, rounded(height * scale)), width: Math.max(1, rounded(width * scale)) };
}

/**
 * The nearest whole number, halves to the even one: as Python's `round`.
 * @param {number} value
 */
export function rounded(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

/**
 * Colours of a picture at another size: Float32 height x width x 3, whole numbers of 0 to 255.
 * @param {Uint8ClampedArray} pixels
 * @param {number} height
 * @param {number} width
 * @param {number} newHeight
 * @param {number} newWidth
 */
export function resizedColours(pixels, height, width, newHeight, newWidth) {
  return resizedChannels(pixels, 4, 3, height, width, newHeight, newWidth);
}

/**
 * A mask (Uint8, one channel) at another size: Float32 height x width, whole numbers of 0 to 255.
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 * @param {number} newHeight
 * @param {number} newWidth
 */
export function resizedMask(mask, height, width, newHeight, newWidth) {
  return resizedChannels(mask, 1, 1, height, width, newHeight, newWidth);
}

/**
 * 0 to 255 becomes 0 to 1, in place.
 * @param {Float32Array} map
 */
export function scaled(map) {
  for (let i = 0; i < map.length; i++) map[i] /= 255;
  return map;
}

/**
 * @type {(source: Bytes, stride: number, channels: number, height: number, width: number, newHeight: number, newWidth:
 *   number) => Float32Array}
 */
function resizedChannels(source, stride, channels, height, width, newHeight, newWidth) {
  if (height === newHeight && width === newWidth) return channelsOf(source, stride, channels);
  const low = Math.min(height, newHeight);
  const narrow = Math.min(width, newWidth);
  const small = byArea(source, stride, channels, height, width, low, narrow);
  if (low === newHeight && narrow === newWidth) return small;
  return round(bilinear(small, channels, low, narrow, newHeight, newWidth));
}

/** @type {(source: Bytes, stride: number, channels: number) => Float32Array} */
function channelsOf(source, stride, channels) {
  const result = new Float32Array((source.length / stride) * channels);
  for (let from = 0, at = 0; from < source.length; from += stride) {
    for (let channel = 0; channel < channels; channel++) result[at++] = source[from + channel];
  }
  return result;
}

/** @type {(values: Float32Array) => Float32Array} */
function round(values) {
  for (let i = 0; i < values.length; i++) values[i] = Math.round(values[i]);
  return values;
}

/**
 * @type {(source: Bytes, stride: number, channels: number, height: number, width: number, newHeight: number, newWidth:
 *   number) => Float32Array}
 */
function byArea(source, stride, channels, height, width, newHeight, newWidth) {
  const columns = shares(width, newWidth);
  const rows = shares(height, newHeight);
  const result = new Float32Array(newHeight * newWidth * channels);
  const row = new Float32Array(newWidth * channels);
  let reduced = -1;
  for (let y = 0; y < newHeight; y++) {
    const base = y * newWidth * channels;
    for (let k = rows.start[y]; k < rows.start[y + 1]; k++) {
      if (rows.index[k] !== reduced) {
        reduced = rows.index[k];
        reduceRow(source, stride, channels, reduced * width * stride, columns, row, newWidth);
      }
      const weight = rows.weight[k];
      for (let i = 0; i < row.length; i++) result[base + i] += weight * row[i];
    }
  }
  return round(result);
}

/**
 * @type {(source: Bytes, stride: number, channels: number, offset: number, columns: Shares, row: Float32Array,
 *   newWidth: number) => void}
 */
function reduceRow(source, stride, channels, offset, { start, index, weight }, row, newWidth) {
  for (let channel = 0; channel < channels; channel++) {
    const from = offset + channel;
    for (let x = 0, at = channel; x < newWidth; x++, at += channels) {
      const end = start[x + 1];
      let sum = 0;
      for (let k = start[x]; k < end; k++) sum += weight[k] * source[from + index[k] * stride];
      row[at] = sum;
    }
  }
}

/**
 * Which old places each new one covers, and the share of each; those of `x` are at start[x] to start[x + 1].
 * @type {(length: number, newLength: number) => Shares}
 */
function shares(length, newLength) {
  const scale = length / newLength;
  const start = new Int32Array(newLength + 1);
  const index = [];
  const weight = [];
  for (let x = 0; x < newLength; x++) {
    const from = x * scale;
    const to = Math.min(length, from + scale);
    for (let old = Math.floor(from + 1e-6); old < to - 1e-6; old++) {
      index.push(old);
      weight.push((Math.min(old + 1, to) - Math.max(old, from)) / scale);
    }
    start[x + 1] = index.length;
  }
  return { start, index: Int32Array.from(index), weight: Float32Array.from(weight) };
}

/**
 * The two old places between which each new one lies, and the share of the second.
 * @param {number} length
 * @param {number} newLength
 * @returns {Neighbours}
 */
export function between(length, newLength) {
  const first = new Int32Array(newLength);
  const second = new Int32Array(newLength);
  const share = new Float32Array(newLength);
  for (let x = 0; x < newLength; x++) {
    const place = Math.min(length - 1, Math.max(0, ((x + 0.5) * length) / newLength - 0.5));
    first[x] = Math.floor(place);
    second[x] = Math.min(length - 1, first[x] + 1);
    share[x] = place - first[x];
  }
  return { first, second, share };
}

/**
 * A map of any number of channels at another size, bilinear: first each row that is needed, then between rows.
 * @param {Float32Array} map
 * @param {number} channels
 * @param {number} height
 * @param {number} width
 * @param {number} newHeight
 * @param {number} newWidth
 */
export function bilinear(map, channels, height, width, newHeight, newWidth) {
  const down = between(height, newHeight);
  const across = between(width, newWidth);
  const length = newWidth * channels;
  const rows = new Float32Array(height * length);
  for (let y = 0; y < height; y++) stretchRow(map, channels, y * width * channels, across, rows, y * length, newWidth);
  const result = new Float32Array(newHeight * length);
  for (let y = 0, at = 0; y < newHeight; y++) {
    const upper = down.first[y] * length;
    const lower = down.second[y] * length;
    const v = down.share[y];
    for (let i = 0; i < length; i++) result[at++] = rows[upper + i] * (1 - v) + rows[lower + i] * v;
  }
  return result;
}

/**
 * @type {(map: Float32Array, channels: number, offset: number, across: Neighbours, rows: Float32Array, target: number,
 *   newWidth: number) => void}
 */
function stretchRow(map, channels, offset, { first, second, share }, rows, target, newWidth) {
  for (let channel = 0; channel < channels; channel++) {
    const from = offset + channel;
    for (let x = 0, at = target + channel; x < newWidth; x++, at += channels) {
      const u = share[x];
      rows[at] = map[from + first[x] * channels] * (1 - u) + map[from + second[x] * channels] * u;
    }
  }
}

/**
 * Mean of each window of 2 x radius + 1 places a side, by running sums.
 * Past the border the map is mirrored: with `twice` the outermost place is repeated (OpenCV's REFLECT), else it is not
 * (REFLECT_101).
 * @param {Float32Array} map
 * @param {number} height
 * @param {number} width
 * @param {number} radius
 * @param {boolean} twice
 */
export function boxBlur(map, height, width, radius, twice) {
  const result = new Float32Array(map.length);
  const share = 1 / (2 * radius + 1) ** 2;
  const sums = columnSums(map, height, width, radius, twice);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < radius; i++) {
      sums[i] = sums[radius + mirrored(i - radius, width, twice)];
      sums[radius + width + i] = sums[radius + mirrored(width + i, width, twice)];
    }
    let sum = 0;
    for (let i = 0; i <= 2 * radius; i++) sum += sums[i];
    const row = y * width;
    for (let x = 0; x < width; x++) {
      result[row + x] = sum * share;
      sum += sums[x + 2 * radius + 1] - sums[x];
    }
    const enters = mirrored(y + radius + 1, height, twice) * width;
    const leaves = mirrored(y - radius, height, twice) * width;
    for (let x = 0; x < width; x++) sums[radius + x] += map[enters + x] - map[leaves + x];
  }
  return result;
}

/**
 * Sums of the first row's windows, column by column, with room for `radius` mirrored ones on either side.
 * @type {(map: Float32Array, height: number, width: number, radius: number, twice: boolean) => Float64Array}
 */
function columnSums(map, height, width, radius, twice) {
  const sums = new Float64Array(width + 2 * radius + 1);
  for (let i = -radius; i <= radius; i++) {
    const row = mirrored(i, height, twice) * width;
    for (let x = 0; x < width; x++) sums[radius + x] += map[row + x];
  }
  return sums;
}

/** @type {(i: number, length: number, twice: boolean) => number} */
function mirrored(i, length, twice) {
  if (length === 1) return 0;
  const period = twice ? 2 * length : 2 * length - 2;
  const place = ((i % period) + period) % period;
  return place < length ? place : twice ? period - 1 - place : period - place;
}
