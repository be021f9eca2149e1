// @ts-check
// What was done to a mask, step by step, to be undone and done again.

/**
 * @typedef {import("./brush.js").Mask} Mask
 * @typedef {import("../components.js").Box} Box
 * @typedef {{tiles: Map<number, Uint8Array>, note: any}} Step the other content of each tile that it changes
 */

export const TILE = 128; // pixels a side; a step keeps only the tiles that it changes

export class History {
  #mask;
  #most;
  /** @type {Step[]} */ #done = [];
  /** @type {Step[]} */ #undone = [];
  /** @type {Map<number, Uint8Array>} */ #before = new Map(); // of the step that goes on

  /**
   * @param {Mask} mask
   * @param {number} most bytes that steps may take; the oldest are forgotten
   */
  constructor(mask, most = 96e6) {
    this.#mask = mask;
    this.#most = most;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** To be called before a part of the mask changes. */
  keep(/** @type {Box} */ { top, left, bottom, right }) {
    if (bottom <= top || right <= left) return;
    for (let row = Math.floor(top / TILE); row * TILE < bottom; row++) {
      for (let column = Math.floor(left / TILE); column * TILE < right; column++) {
        const number = row * this.#columns + column;
        if (!this.#before.has(number)) this.#before.set(number, this.#content(number));
      }
    }
  }

  /**
   * Ends a step.
   * @param {any} note for whoever undoes it
   * @returns {Box|null} what it changed, as tiles; null: nothing, and there is no step
   */
  close(note = null) {
    const tiles = new Map([...this.#before].filter(([number, before]) => differs(before, this.#content(number))));
    this.#before = new Map();
    if (tiles.size === 0) return null;
    this.#undone = [];
    this.#done.push({ tiles, note });
    let size = 0;
    const first = this.#done.findLastIndex((step) => (size += sizeOf(step)) > this.#most);
    this.#done.splice(0, Math.min(first + 1, this.#done.length - 1));
    return this.#bounds(tiles);
  }

  /**
   * Takes back what changed since the last step.
   * @returns {Box|null} what it changed, as tiles
   */
  giveUp() {
    const tiles = this.#before;
    this.#before = new Map();
    for (const [number, content] of tiles) this.#put(number, content);
    return tiles.size ? this.#bounds(tiles) : null;
  }

  /** @returns {{box: Box, note: any}|null} */
  undo() {
    return this.#swap(this.#done, this.#undone);
  }

  /** @returns {{box: Box, note: any}|null} */
  redo() {
    return this.#swap(this.#undone, this.#done);
  }

  /** @type {(from: Step[], to: Step[]) => {box: Box, note: any}|null} */
  #swap(from, to) {
    const step = from.pop();
    if (!step) return null;
    for (const [number, content] of step.tiles) {
      step.tiles.set(number, this.#content(number));
      this.#put(number, content);
    }
    to.push(step);
    return { box: this.#bounds(step.tiles), note: step.note };
  }

  get #columns() {
    return Math.ceil(this.#mask.width / TILE);
  }

  /** @returns {Box} */
  #box(/** @type {number} */ number) {
    const [row, column] = [Math.floor(number / this.#columns), number % this.#columns];
    const { height, width } = this.#mask;
    const [top, left] = [row * TILE, column * TILE];
    return { top, left, bottom: Math.min(height, top + TILE), right: Math.min(width, left + TILE) };
  }

  #content(/** @type {number} */ number) {
    const { top, left, bottom, right } = this.#box(number);
    const { values, width } = this.#mask;
    const content = new Uint8Array((bottom - top) * (right - left));
    for (let y = top, at = 0; y < bottom; y++, at += right - left) {
      content.set(values.subarray(y * width + left, y * width + right), at);
    }
    return content;
  }

  /** @type {(number: number, content: Uint8Array) => void} */
  #put(number, content) {
    const { top, left, bottom, right } = this.#box(number);
    const { values, width } = this.#mask;
    for (let y = top, at = 0; y < bottom; y++, at += right - left) {
      values.set(content.subarray(at, at + right - left), y * width + left);
    }
  }

  /** @type {(tiles: Map<number, Uint8Array>) => Box} */
  #bounds(tiles) {
    const boxes = [...tiles.keys()].map((number) => this.#box(number));
    return {
      top: Math.min(...boxes.map(({ top }) => top)),
      left: Math.min(...boxes.map(({ left }) => left)),
      bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
      right: Math.max(...boxes.map(({ right }) => right)),
    };
  }
}

/** @type {(one: Uint8Array, other: Uint8Array) => boolean} */
function differs(one, other) {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return true;
  return false;
}

/** @type {(step: Step) => number} */
function sizeOf({ tiles }) {
  return tiles.size * TILE * TILE;
}
