// @ts-check
// The frame around a thing on the page, by which it is moved, turned and scaled: pointer, pinch, wheel and keys.

import { text } from "../texts.js";
import { moved, pinched, scaled, swung, turnedBy } from "./moving.js";
import { cornersOf } from "./placing.js";

/** @typedef {import("./placing.js").Place} Place */
/** @typedef {import("./placing.js").Shape} Shape */
/** @typedef {import("./hand.js").Point} Point */
/**
 * @typedef {object} Ground what the thing lies on
 * @property {import("./moving.js").Size} photo
 * @property {() => [number, number, number, number]} on where the whole photo lies in the container: left, top, width
 *   and height in CSS pixels
 */

const WHEEL = 0.0015; // of the logarithm of its size, a step of the wheel
const TURN = Math.PI / 36; // by a key or a step of the wheel
const [STEP, FINE] = [0.02, 0.002]; // of the photo's longer side, by a key; with Shift
const LARGER = 1.06;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Handle {
  #element = document.createElement("div");
  #knob = document.createElement("div");
  #ground = /** @type {Ground | null} */ (null);
  #thing = /** @type {Shape | null} */ (null);
  #place = /** @type {Place | null} */ (null);
  #down = /** @type {Map<number, Point>} */ (new Map()); // pointers that are down: their latest places in the photo
  #swings = false; // whether the pointer has hold of the knob
  /** @type {(place: Place, done: boolean) => void} */ #changed;
  /** @type {() => void} */ #removed;

  /**
   * @param {HTMLElement} container
   * @param {(place: Place, done: boolean) => void} changed called with each other place; `done` at a movement's end
   * @param {() => void} removed called when a person takes the thing away
   */
  constructor(container, changed, removed) {
    [this.#changed, this.#removed] = [changed, removed];
    this.#element.className = "thing-handle";
    this.#element.id = "thing-handle";
    this.#element.tabIndex = 0;
    this.#element.hidden = true;
    this.#element.setAttribute("role", "application");
    this.#element.setAttribute("data-aria-label", "thing-handle"); // for another language
    this.#knob.className = "thing-knob";
    this.#element.append(this.#knob);
    container.append(this.#element);
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(container);
  }

  /**
   * Shows where a thing is; null hides the frame.
   * @param {{thing: Shape, place: Place} | null} put
   * @param {Ground} [ground]
   */
  hold(put, ground) {
    if (ground) this.#ground = ground;
    this.#element.hidden = put === null;
    this.#element.setAttribute("aria-label", text("thing-handle"));
    this.#thing = put && put.thing;
    if (put && this.#down.size === 0) this.#place = put.place;
    this.draw();
  }

  focus() {
    this.#element.focus({ preventScroll: true });
  }

  draw() {
    if (!this.#thing || !this.#place || !this.#ground) return;
    const [left, top, width] = this.#ground.on();
    const scale = width / this.#ground.photo.width;
    const [[row, column]] = cornersOf(this.#thing, this.#place);
    const { style } = this.#element;
    style.width = `${scale * this.#place.scale * this.#thing.width}px`;
    style.height = `${scale * this.#place.scale * this.#thing.height}px`;
    style.transform = `translate(${left + scale * column}px, ${top + scale * row}px) rotate(${this.#place.turn}rad)`;
    const { row: down, column: across, turn, mirrored } = this.#place;
    const data = { row: down, column: across, scale: this.#place.scale, turn, mirrored: Number(mirrored) }; // for tests
    for (const [name, value] of Object.entries(data)) this.#element.dataset[name] = value.toFixed(3);
  }

  #listen() {
    const element = this.#element;
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      this.#swings = event.target === this.#knob;
      this.#down.set(event.pointerId, this.#pointOf(event));
    });
    element.addEventListener("pointermove", (event) => {
      const before = this.#down.get(event.pointerId);
      if (!before) return;
      const point = this.#pointOf(event);
      this.#follow(event.pointerId, before, point);
      this.#down.set(event.pointerId, point);
    });
    const up = (/** @type {PointerEvent} */ event) => {
      if (this.#down.delete(event.pointerId) && this.#down.size === 0) this.#change((place) => place, true);
    };
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const step = event.deltaY || event.deltaX; // some browsers scroll across with Shift
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.shiftKey) this.#change((place) => turnedBy(place, TURN * Math.sign(step)), true);
      else this.#change((place, thing, photo) => scaled(place, Math.exp(-WHEEL * unit * step), thing, photo), true);
    }, { passive: false });
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @type {(id: number, before: Point, point: Point) => void} */
  #follow(id, before, point) {
    const other = [...this.#down].find(([each]) => each !== id)?.[1];
    this.#change((place, thing, photo) => {
      if (other) return pinched(place, [before, other], [point, other], thing, photo);
      if (this.#swings) return swung(place, before, point, thing, photo);
      return moved(place, point[0] - before[0], point[1] - before[1], photo);
    }, false);
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#removed();
      return;
    }
    /** @type {Record<string, (place: Place, thing: Shape, photo: import("./moving.js").Size) => Place>} */
    const single = {
      "+": (place, thing, photo) => scaled(place, LARGER, thing, photo),
      "=": (place, thing, photo) => scaled(place, LARGER, thing, photo),
      "-": (place, thing, photo) => scaled(place, 1 / LARGER, thing, photo),
      "[": (place) => turnedBy(place, -TURN),
      "]": (place) => turnedBy(place, TURN),
      m: (place) => ({ ...place, mirrored: !place.mirrored }),
    };
    const arrow = ARROWS[event.key];
    const act = arrow
      ? (/** @type {Place} */ place, /** @type {Shape} */ _, /** @type {import("./moving.js").Size} */ photo) => {
          const step = (event.shiftKey ? FINE : STEP) * Math.max(photo.height, photo.width);
          return moved(place, step * arrow[0], step * arrow[1], photo);
        }
      : single[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    this.#change(act, true);
  }

  /** @type {(change: (place: Place, thing: Shape, photo: import("./moving.js").Size) => Place, done: boolean) => void} */
  #change(change, done) {
    if (!this.#place || !this.#thing || !this.#ground) return;
    this.#place = change(this.#place, this.#thing, this.#ground.photo);
    this.draw();
    this.#changed(this.#place, done);
  }

  /** The place of the photo at which an event happens. @type {(event: MouseEvent) => Point} */
  #pointOf({ clientX, clientY }) {
    if (!this.#ground) return [0, 0];
    const [left, top, width] = this.#ground.on();
    const box = /** @type {HTMLElement} */ (this.#element.parentElement).getBoundingClientRect();
    const scale = this.#ground.photo.width / width;
    return [(clientY - box.top - top) * scale, (clientX - box.left - left) * scale];
  }
}
