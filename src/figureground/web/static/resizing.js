// Pictures and maps at other sizes, as the package's Python does it (pictures.py): by area where they shrink,
// bilinear where they grow. Pictures are Uint8 arrays of 4 channels (RGBA); maps are Float32 arrays.

/** {height, width} with the same proportions whose longer side is at most `side`; neither is ever below 1. */
export function fittedInside(height, width, side) {
  const scale = Math.min(1, side / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/** Colours of a picture at another size: Float32 height x width x 3, whole numbers of 0 to 255. */
export function resizedColours(pixels, height, width, newHeight, newWidth) {
  return resizedChannels(pixels, 4, 3, height, width, newHeight, newWidth);
}

/** A mask (Uint8, one channel) at another size: Float32 height x width, whole numbers of 0 to 255. */
export function resizedMask(mask, height, width, newHeight, newWidth) {
  return resizedChannels(mask, 1, 1, height, width, newHeight, newWidth);
}

function resizedChannels(source, stride, channels, height, width, newHeight, newWidth) {
  const low = Math.min(height, newHeight);
  const narrow = Math.min(width, newWidth);
  const small = byArea(source, stride, channels, height, width, low, narrow);
  if (low === newHeight && narrow === newWidth) return small;
  return round(bilinear(small, channels, low, narrow, newHeight, newWidth));
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

function reduceRow(source, stride, channels, offset, columns, row, newWidth) {
  const { start, index, weight } = columns;
  for (let x = 0; x < newWidth; x++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let k = start[x]; k < start[x + 1]; k++) sum += weight[k] * source[offset + index[k] * stride + channel];
      row[x * channels + channel] = sum;
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

/** A map of any number of channels at another size, bilinear. */
export function bilinear(map, channels, height, width, newHeight, newWidth) {
  const down = between(height, newHeight);
  const across = between(width, newWidth);
  const result = new Float32Array(newHeight * newWidth * channels);
  let at = 0;
  for (let y = 0; y < newHeight; y++) {
    const upper = down.first[y] * width;
    const lower = down.second[y] * width;
    const v = down.share[y];
    for (let x = 0; x < newWidth; x++) {
      const left = across.first[x];
      const right = across.second[x];
      const u = across.share[x];
      for (let channel = 0; channel < channels; channel++) {
        const top = map[(upper + left) * channels + channel] * (1 - u) + map[(upper + right) * channels + channel] * u;
        const low = map[(lower + left) * channels + channel] * (1 - u) + map[(lower + right) * channels + channel] * u;
        result[at++] = top * (1 - v) + low * v;
      }
    }
  }
  return result;
}

/**
 * Mean of each window of 2 x radius + 1 places a side, by running sums.
 * Past the border the map is mirrored: with `twice` the outermost place is repeated (OpenCV's REFLECT), else it is not
 * (REFLECT_101).
 */
export function boxBlur(map, height, width, radius, twice) {
  const rows = new Float32Array(map.length);
  const result = new Float32Array(map.length);
  for (let y = 0; y < height; y++) runningMean(map, rows, y * width, 1, width, radius, twice);
  for (let x = 0; x < width; x++) runningMean(rows, result, x, width, height, radius, twice);
  return result;
}

function runningMean(source, target, offset, step, length, radius, twice) {
  const window = 2 * radius + 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += source[offset + step * mirrored(i, length, twice)];
  const inner = length - radius - 1;
  for (let i = 0; i < length; i++) {
    target[offset + step * i] = sum / window;
    const enters = i < inner ? i + radius + 1 : mirrored(i + radius + 1, length, twice);
    const leaves = i >= radius ? i - radius : mirrored(i - radius, length, twice);
    sum += source[offset + step * enters] - source[offset + step * leaves];
  }
}

function mirrored(i, length, twice) {
  if (length === 1) return 0;
  const period = twice ? 2 * length : 2 * length - 2;
  const place = ((i % period) + period) % period;
  return place < length ? place : twice ? period - 1 - place : period - place;
}
