// @ts-check
// A mask as it is mended: strokes and larger changes, each of which can be undone.

import { draw, reached } from "./brush.js";
import { History } from "./history.js";
import { largestAlone, largestLabelAlone } from "./largest.js";

/**
 * @typedef {import("./brush.js").Mask} Mask
 * @typedef {import("./brush.js").Point} Point
 * @typedef {import("./brush.js").Brush} Brush
 * @typedef {import("../components.js").Box} Box
 * @typedef {{box: Box, complete: boolean, note?: any, undone?: boolean}} Change the part of the mask that may have
 *   changed; not complete while a stroke goes on; the note of its step, and whether that step was undone
 */

export class Editing {
  /** @type {Mask} */ mask;
  #history;
  #changed;
  #labels;
  /** @type {Point|null} */ #last = null; // of the stroke that goes on
  /** @type {Brush|null} */ #brush = null;

  /**
   * @param {Mask} mask changed in place
   * @param {(change: Change) => void} changed called after each change
   * @param {boolean} labels the mask is one of labels, see brush.js
   */
  constructor(mask, changed, labels = false) {
    this.#labels = labels;
    this.mask = mask;
    this.#history = new History(mask);
    this.#changed = changed;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  get drawing() {
    return this.#brush !== null;
  }

  /** Begins a stroke, or goes on with it. */
  stroke(/** @type {Point} */ point, /** @type {Brush} */ brush) {
    const from = this.#last ?? point;
    const box = reached(this.mask, from, point, brush.radius);
    this.#history.keep(box);
    draw(this.mask, from, point, brush);
    [this.#last, this.#brush] = [point, brush];
    this.#changed({ box, complete: false });
  }

  /** Ends the stroke. */
  lift() {
    if (!this.drawing) return;
    this.#last = this.#brush = null;
    this.#close(null);
  }

  /** Takes back the stroke that goes on, as if it had not begun. */
  drop() {
    if (!this.drawing) return;
    this.#last = this.#brush = null;
    const box = this.#history.giveUp();
    if (box) this.#changed({ box, complete: true });
  }

  undo() {
    this.#step(this.#history.undo(), true);
  }

  redo() {
    this.#step(this.#history.redo(), false);
  }

  /** Leaves the largest person alone. */
  keepLargest() {
    this.replace((this.#labels ? largestLabelAlone : largestAlone)(this.mask));
  }

  /** Adds all that another mask of the same size has. */
  include(/** @type {Mask} */ { values }) {
    this.replace(this.mask.values.map((value, i) => Math.max(value, values[i])));
  }

  /**
   * Goes over from one answer of a network to another, but where the mask was mended.
   * @param {Uint8Array} former
   * @param {Uint8Array} other
   * @param {any} note as in `replace`
   */
  follow(former, other, note = null) {
    this.replace(this.mask.values.map((value, i) => (value === former[i] ? other[i] : value)), note);
  }

  /**
   * Puts other values in the place of all.
   * @param {Uint8Array} values
   * @param {any} note comes back with the change, also when it is undone
   */
  replace(values, note = null) {
    this.lift();
    const { height, width } = this.mask;
    this.#history.keep({ top: 0, left: 0, bottom: height, right: width });
    this.mask.values.set(values);
    this.#close(note);
  }

  #close(/** @type {any} */ note) {
    const box = this.#history.close(note);
    if (box) this.#changed({ box, complete: true, note });
  }

  /** @type {(step: {box: Box, note: any}|null, undone: boolean) => void} */
  #step(step, undone) {
    if (step) this.#changed({ ...step, complete: true, undone });
  }
}
