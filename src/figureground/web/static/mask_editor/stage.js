// @ts-check
// The photo, and over it a veil where the mask has no person, in a window that shows a part of both.

import { contextOf } from "../composing.js";
import { text } from "../texts.js";
import { veil } from "./veil.js";
import { fitted, moved, placeAt, showing, zoomed } from "./view.js";

/** @typedef {import("./brush.js").Mask} Mask */
/** @typedef {import("../components.js").Box} Box */
/** @typedef {import("./view.js").Point} Point */

const MOST = 4096; // pixels a side of what is shown: what all graphics processors take
const BAND = 256; // rows of the veil that are drawn at a time
const CLOSE = 4; // from this many CSS pixels a pixel on, pixels are shown as squares

export class Stage {
  /** @type {Mask} */ #mask;
  /** @type {Mask|null} */ #second;
  #labels;
  #shown; // size of the canvases
  #veil = document.createElement("canvas");
  #picture = document.createElement("div");
  #ring = document.createElement("div");
  #brush = { size: 0, softness: 0, adds: true, unknown: false };
  /** @type {Point|null} */ #pointer = null;
  #resizes = new ResizeObserver(() => this.#resize());

  /**
   * @param {ImageBitmap} photo
   * @param {Mask} mask
   * @param {Mask|null} second
   * @param {boolean} labels
   */
  constructor(photo, mask, second, labels) {
    [this.#mask, this.#second] = [mask, second];
    this.#labels = labels;
    this.view = { scale: 1, x: 0, y: 0 };
    const scale = Math.min(1, MOST / Math.max(mask.height, mask.width));
    this.#shown = { height: Math.max(1, Math.round(mask.height * scale)), width: Math.max(1, Math.round(mask.width * scale)) };
    const below = Object.assign(document.createElement("canvas"), this.#shown);
    contextOf(below).drawImage(photo, 0, 0, this.#shown.width, this.#shown.height);
    Object.assign(this.#veil, this.#shown);
    this.#picture.className = "mask-editor-picture";
    this.#picture.append(below, this.#veil);
    this.#ring.className = "mask-editor-ring";
    this.element = windowOf(this.#picture, this.#ring);
    this.element.style.aspectRatio = `${mask.width} / ${mask.height}`;
    this.redraw({ top: 0, left: 0, bottom: mask.height, right: mask.width });
    this.#resizes.observe(this.element);
  }

  close() {
    this.#resizes.disconnect();
  }

  get size() {
    return { height: this.element.clientHeight, width: this.element.clientWidth };
  }

  get middle() {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** Where the brush is: at the pointer, or where the keys have moved it. */
  get pointer() {
    return this.#pointer ?? this.middle;
  }

  /** The point of the window at which an event happens. */
  pointOf(/** @type {MouseEvent} */ { clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left - this.element.clientLeft, y: clientY - top - this.element.clientTop };
  }

  placeAt(/** @type {Point} */ point) {
    return placeAt(this.view, point);
  }

  fit() {
    this.#see(fitted(this.#mask, this.size));
  }

  zoom(/** @type {number} */ factor, at = this.middle) {
    this.#see(zoomed(this.view, factor, at, this.#mask, this.size));
  }

  move(/** @type {number} */ across, /** @type {number} */ down) {
    this.#see(moved(this.view, across, down, this.#mask, this.size));
  }

  /** Puts the brush at a point of the window; if that is outside, the window follows. */
  point(/** @type {Point} */ point, follow = false) {
    this.#pointer = point;
    if (follow) {
      const place = this.placeAt(point);
      const inside = {
        x: Math.min(this.#mask.width, Math.max(0, place.x)),
        y: Math.min(this.#mask.height, Math.max(0, place.y)),
      };
      this.#see(showing(this.view, inside, this.#mask, this.size));
      this.#pointer = { x: this.view.x + this.view.scale * inside.x, y: this.view.y + this.view.scale * inside.y };
    }
    this.drawRing(this.#brush);
  }

  /**
   * Shows the brush's outline, and within it where its edge begins to fade.
   * @param {import("./editor.js").Properties} brush
   */
  drawRing(brush) {
    this.#brush = brush;
    const { x, y } = this.pointer;
    const { style } = this.#ring;
    style.width = style.height = `${brush.size}px`;
    style.transform = `translate(${x - brush.size / 2}px, ${y - brush.size / 2}px)`;
    style.setProperty("--sharp", `${Math.round((100 * (1 - brush.softness)) / 2)}%`);
    this.#ring.classList.toggle("adds", brush.adds && !brush.unknown);
    this.#ring.classList.toggle("unknown", brush.unknown);
  }

  /** Draws a part of the veil anew. */
  redraw(/** @type {Box} */ { top, left, bottom, right }) {
    const down = this.#shown.height / this.#mask.height;
    const across = this.#shown.width / this.#mask.width;
    const [first, last] = [Math.floor(left * across), Math.ceil(right * across)];
    const end = Math.ceil(bottom * down);
    if (last <= first) return;
    for (let y = Math.floor(top * down); y < end; y += BAND) {
      const rows = Math.min(BAND, end - y);
      const part = new ImageData(last - first, rows);
      const place = { left: first, top: y, across: 1 / across, down: 1 / down };
      veil(part, place, this.#mask, this.#second, this.#labels);
      contextOf(this.#veil).putImageData(part, first, y);
    }
  }

  #see(/** @type {import("./view.js").View} */ view) {
    this.view = view;
    const scale = (view.scale * this.#mask.width) / this.#shown.width;
    this.#picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${scale})`;
    this.#picture.classList.toggle("close", scale >= CLOSE);
    this.element.dataset.scale = view.scale.toFixed(4); // for tests
    this.drawRing(this.#brush);
  }

  /** Another size of the window leaves the middle where it was; at first the whole photo is shown. */
  #resize() {
    if (this.size.width === 0) return; // hidden
    const small = this.view.scale <= fitted(this.#mask, this.size).scale;
    if (small || !this.element.dataset.scale) this.fit();
    else this.move(0, 0);
  }
}

/** @type {(...content: Element[]) => HTMLDivElement} */
function windowOf(...content) {
  const element = document.createElement("div");
  element.className = "mask-editor-window";
  element.tabIndex = 0;
  element.setAttribute("role", "application");
  element.setAttribute("data-aria-label", "mask-stage"); // for another language
  element.setAttribute("aria-label", text("mask-stage"));
  element.append(...content);
  return element;
}
