// @ts-check
// A mask with the largest person alone.

import { components } from "../components.js";
import { UNKNOWN } from "./brush.js";

const HALF = 127; // more is rather person than background

/**
 * The mask without all parts but the largest and its soft edge.
 * @param {{values: Uint8Array, height: number, width: number}} mask 0 background to 255 person
 * @returns {Uint8Array} new values; the same as before where there is one part or none
 */
export function largestAlone(mask) {
  const result = mask.values.slice();
  const cores = components(mask, HALF);
  if (cores.length === 0) return result;
  const largest = cores.reduce((most, one) => (one.pixels > most.pixels ? one : most));
  const others = new Set(cores.filter((one) => one !== largest));
  const [row, begin] = largest.runs[0];
  for (const part of components(mask, 0)) {
    if (contains(part, row, begin)) continue;
    clear(result, mask.width, part.runs);
  }
  for (const core of others) clearDownhill(mask, result, core);
  return result;
}

/**
 * A mask of labels without all people but the largest; what is unknown stays so.
 * @param {{values: Uint8Array, height: number, width: number}} mask 0, UNKNOWN or 255
 * @returns {Uint8Array} new values
 */
export function largestLabelAlone(mask) {
  const result = mask.values.slice();
  const people = components(mask, UNKNOWN);
  const most = Math.max(...people.map(({ pixels }) => pixels));
  const largest = people.findIndex(({ pixels }) => pixels === most);
  people.forEach((part, i) => i !== largest && clear(result, mask.width, part.runs));
  return result;
}

/** @typedef {import("../components.js").Component} Component */

/** @type {(part: Component, row: number, x: number) => boolean} */
function contains({ top, bottom, runs }, row, x) {
  return top <= row && row < bottom && runs.some(([y, begin, end]) => y === row && begin <= x && x < end);
}

/** @type {(values: Uint8Array, width: number, runs: Component["runs"]) => void} */
function clear(values, width, runs) {
  for (const [row, begin, end] of runs) values.fill(0, row * width + begin, row * width + end);
}

/**
 * Clears a part and what falls off from it: its soft edge, up to where another part's begins.
 * @type {(mask: import("./brush.js").Mask, result: Uint8Array, part: Component) => void}
 */
function clearDownhill({ values, height, width }, result, { runs }) {
  const waiting = /** @type {number[]} */ ([]);
  for (const [row, begin, end] of runs) for (let x = begin; x < end; x++) waiting.push(row * width + x);
  clear(result, width, runs);
  for (let at; (at = waiting.pop()) !== undefined; ) {
    const x = at % width;
    const sides = [x > 0 && at - 1, x < width - 1 && at + 1, at >= width && at - width, at < (height - 1) * width && at + width];
    for (const next of sides) {
      if (next === false || values[next] > HALF || values[next] > values[at] || result[next] === 0) continue;
      result[next] = 0;
      waiting.push(next);
    }
  }
}
