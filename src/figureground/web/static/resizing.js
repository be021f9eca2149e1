// Pictures and maps at other sizes, as the package's Python does it (pictures.py): by area where they shrink,
// bilinear where they grow. Pictures are Uint8 arrays of 4 channels (RGBA); maps are Float32 arrays.

/** {height, width} with the same proportions whose longer side is at most `side`; neither is ever below 1. */
export function fittedInside(height, width, side) {
  const scale = Math.min(1, side / Math.max(height, width));
  return { height: Math.max(1, rounded(height * scale)), width: Math.max(1, rounded(width * scale)) };
}

/** The nearest whole number, halves to the even one: as Python's `round`. */
export function rounded(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

/** Colours of a picture at another size: Float32 height x width x 3, whole numbers of 0 to 255. */
export function resizedColours(pixels, height, width, newHeight, newWidth) {
  return resizedChannels(pixels, 4, 3, height, width, newHeight, newWidth);
}

/** A mask (Uint8, one channel) at another size: Float32 height x width, whole numbers of 0 to 255. */
export function resizedMask(mask, height, width, newHeight, newWidth) {
  return resizedChannels(mask, 1, 1, height, width, newHeight, newWidth);
}

/** 0 to 255 becomes 0 to 1, in place. */
export function scaled(map) {
  for (let i = 0; i < map.length; i++) map[i] /= 255;
  return map;
}

function resizedChannels(source, stride, channels, height, width, newHeight, newWidth) {
  if (height === newHeight && width === newWidth) return channelsOf(source, stride, channels);
  const low = Math.min(height, newHeight);
  const narrow = Math.min(width, newWidth);
  const small = byArea(source, stride, channels, height, width, low, narrow);
  if (low === newHeight && narrow === newWidth) return small;
  return round(bilinear(small, channels, low, narrow, newHeight, newWidth));
}

function channelsOf(source, stride, channels) {
  const result = new Float32Array((source.length / stride) * channels);
  for (let from = 0, at = 0; from < source.length; from += stride) {
    for (let channel = 0; channel < channels; channel++) result[at++] = source[from + channel];
  }
  return result;
}

function round(values) {
  for (let i = 0; i < values.length; i++) values[i] = Math.round(values[i]);
  return values;
}

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

/** Which old places each new one covers, and the share of each; those of `x` are at start[x] to start[x + 1]. */
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

/** The two old places between which each new one lies, and the share of the second. */
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

/** A map of any number of channels at another size, bilinear: first each row that is needed, then between rows. */
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

/** Sums of the first row's windows, column by column, with room for `radius` mirrored ones on either side. */
function columnSums(map, height, width, radius, twice) {
  const sums = new Float64Array(width + 2 * radius + 1);
  for (let i = -radius; i <= radius; i++) {
    const row = mirrored(i, height, twice) * width;
    for (let x = 0; x < width; x++) sums[radius + x] += map[row + x];
  }
  return sums;
}

function mirrored(i, length, twice) {
  if (length === 1) return 0;
  const period = twice ? 2 * length : 2 * length - 2;
  const place = ((i % period) + period) % period;
  return place < length ? place : twice ? period - 1 - place : period - place;
}
