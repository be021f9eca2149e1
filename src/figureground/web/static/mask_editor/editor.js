// @ts-check
// A mask, mended by hand: takes a photo, its mask and, where there is one, a second mask, and changes the first in place.
// It needs nothing of the page around it but its own style, editor.css.

import { Editing } from "./editing.js";
import { listenToKeys } from "./keys.js";
import { listenToPointers } from "./pointing.js";
import { Stage } from "./stage.js";
import { Toolbar } from "./toolbar.js";

/** @typedef {import("./brush.js").Mask} Mask */

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
   * @param {(change: import("./editing.js").Change) => void} given.changed called after each change of the mask
   */
  constructor(container, { photo, mask, second, changed }) {
    this.brush = { size: 40, softness: 0.3, adds: false };
    this.second = second ?? null;
    this.editing = new Editing(mask, (change) => {
      this.stage.redraw(change.box);
      if (change.complete) this.#toolbar.reflect();
      changed(change);
    });
    this.stage = new Stage(photo, mask, second?.mask ?? null);
    this.#toolbar = new Toolbar(this);
    this.#element.className = "mask-editor";
    this.#element.append(this.stage.element, this.#toolbar.element);
    container.replaceChildren(this.#element);
    listenToPointers(this);
    listenToKeys(this, this.#closing.signal);
    this.changeBrush({});
  }

  /** Other properties of the brush. */
  changeBrush(/** @type {Partial<{size: number, softness: number, adds: boolean}>} */ properties) {
    Object.assign(this.brush, properties);
    this.brush.size = Math.min(LARGEST, Math.max(SMALLEST, this.brush.size));
    this.stage.drawRing(this.brush);
    this.#toolbar.reflect();
  }

  /** Draws at a point of the window, in CSS pixels. */
  stroke(/** @type {import("./view.js").Point} */ point) {
    const { size, softness, adds } = this.brush;
    const radius = size / 2 / this.stage.view.scale;
    this.editing.stroke(this.stage.placeAt(point), { radius, softness, adds });
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
