// @ts-check
// A mask, mended by hand: takes a photo, its mask and, where there is one, a second mask, and changes the first in place.
// It needs nothing of the page around it but its own style, editor.css.

import { UNKNOWN } from "./brush.js";
import { Editing } from "./editing.js";
import { listenToKeys } from "./keys.js";
import { listenToPointers } from "./pointing.js";
import { Stage } from "./stage.js";
import { Toolbar } from "./toolbar.js";

/** @typedef {import("./brush.js").Mask} Mask */
/** @typedef {{size: number, softness: number, adds: boolean, unknown: boolean}} Properties of the brush */

const [SMALLEST, LARGEST] = [2, 300]; // the brush across, in CSS pixels: the closer the view, the finer it is

export class MaskEditor {
  #element = document.createElement("div");
  #toolbar;
  #closing = new AbortController();

  /**
   * @param {HTMLElement} container is filled
   * @param {object} given
   * @param {ImageBitmap} given.photo
   * @param {Mask} given.mask of the photo's size, changed in place
   * @param {{mask: Mask, label: import("../texts.js").Key}} [given.second] another mask: what of it the first lacks is
   *   shown in blue, and a button with that text adds it
   * @param {boolean} [given.labels] the mask is one of labels (0, 128 where nobody can tell, 255) and has no soft edges
   * @param {boolean} [given.people] the mask is of people, so that the largest may be left alone
   * @param {(change: import("./editing.js").Change) => void} given.changed called after each change of the mask
   */
  constructor(container, { photo, mask, second, labels = false, people = true, changed }) {
    /** @type {Properties} */
    this.brush = { size: 40, softness: labels ? 0 : 0.3, adds: false, unknown: false };
    this.second = second ?? null;
    this.labels = labels;
    this.people = people;
    this.editing = new Editing(mask, (change) => {
      this.stage.redraw(change.box);
      if (change.complete) this.#toolbar.reflect();
      changed(change);
    }, labels);
    this.stage = new Stage(photo, mask, second?.mask ?? null, labels);
    this.#toolbar = new Toolbar(this);
    this.#element.className = "mask-editor";
    this.#element.append(this.stage.element, this.#toolbar.element);
    container.replaceChildren(this.#element);
    listenToPointers(this);
    listenToKeys(this, this.#closing.signal);
    this.changeBrush({});
  }

  /** Other properties of the brush. To add or to take away it must no longer draw what is unknown. */
  changeBrush(/** @type {Partial<Properties>} */ properties) {
    Object.assign(this.brush, "adds" in properties ? { unknown: false } : {}, properties);
    this.brush.size = Math.min(LARGEST, Math.max(SMALLEST, this.brush.size));
    this.stage.drawRing(this.brush);
    this.#toolbar.reflect();
  }

  /** Draws at a point of the window, in CSS pixels. */
  stroke(/** @type {import("./view.js").Point} */ point) {
    const { size, softness, adds, unknown } = this.brush;
    const radius = size / 2 / this.stage.view.scale;
    const label = unknown ? UNKNOWN : adds ? 255 : 0;
    this.editing.stroke(this.stage.placeAt(point), { radius, softness, adds, ...(this.labels && { label }) });
  }

  /** Lets go of the photo and of all listeners outside, and leaves the container. */
  close() {
    this.#closing.abort();
    this.stage.close();
    this.#element.remove();
  }

  /** The stage gets the keys, as a person expects who has just opened it. */
  focus() {
    this.stage.element.focus({ preventScroll: true });
  }
}
