// @ts-check
// Live masks without flicker.

const STEADY = 0.35; // share of a new answer that counts where hardly anything changed

/**
 * A new answer drawn towards the one before where both nearly agree: noise is steadied. Where it changed by a third or
 * more all of it counts, so that movement does not lag.
 * @param {Float32Array} values probabilities
 * @param {Float32Array|null} before of the picture before, null if there is none
 * @returns {Float32Array}
 */
export function steadied(values, before) {
  if (before === null || before.length !== values.length) return values;
  const result = new Float32Array(values.length);
  for (let i = 0; i < result.length; i++) {
    const change = values[i] - before[i];
    result[i] = before[i] + change * Math.min(1, STEADY + 2 * Math.abs(change));
  }
  return result;
}
