// @ts-check
// The camera's newest picture, taken before it is asked for.

import { contextOf, shownSize } from "./composing.js";

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{frame: OffscreenCanvas, seen: ImageData, small: ImageData, captured: number}} Picture */

const EDGE_SIDE = 320; // pixels of the longer side of the picture on which the edge is worked out

/** Watches a playing video until `end`. A picture that nobody asked for gives way to the next. */
export class Newest {
  #video;
  #size;
  #small = surface();
  #seen = surface();
  #free = /** @type {OffscreenCanvasRenderingContext2D[]} */ ([]); // of the surfaces for whole pictures; a few go round
  #kept = /** @type {Picture | null} */ (null);
  #ended = false;
  #failure = /** @type {unknown} */ (null);
  #wake = () => {};

  /**
   * @param {HTMLVideoElement} video
   * @param {Size} size of what the model takes
   */
  constructor(video, size) {
    this.#video = video;
    this.#size = size;
    this.#watch().catch((error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /**
   * Each picture once: the whole, which `putBack` gets later, its pixels at the model's size and at the edge's, and the
   * millisecond of its capture. Null at the end.
   * @returns {Promise<Picture | null>}
   */
  async next() {
    while (!this.#kept && !this.#ended && !this.#failure) await this.#woken();
    if (this.#failure) throw this.#failure;
    const picture = this.#kept;
    this.#kept = null;
    return picture;
  }

  /** @param {Picture} picture */
  putBack({ frame }) {
    this.#free.push(drawingOn(frame));
  }

  end() {
    this.#ended = true;
    this.#kept = null;
    this.#wake();
  }

  /** @returns {Promise<void>} */
  #woken() {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #watch() {
    while (true) {
      const captured = await this.#shown();
      if (this.#ended) return;
      if (this.#kept) this.putBack(this.#kept);
      this.#kept = this.#take(captured);
      this.#wake();
    }
  }

  /**
   * Waits for another picture: the millisecond at which it was captured, or else reached this page.
   * @returns {Promise<number>}
   */
  #shown() {
    return new Promise((resolve) => {
      if (!this.#video.requestVideoFrameCallback) requestAnimationFrame(resolve);
      else this.#video.requestVideoFrameCallback((now, { captureTime = now }) => resolve(captureTime));
    });
  }

  /**
   * Drawn once at its own size and from there: a video's colours take longer to convert than all the rest.
   * @param {number} captured
   */
  #take(captured) {
    const begun = performance.now();
    const whole = this.#free.pop() ?? surface();
    const size = { width: this.#video.videoWidth, height: this.#video.videoHeight };
    draw(whole, this.#video, size);
    draw(this.#small, whole.canvas, shownSize(size, EDGE_SIDE));
    draw(this.#seen, this.#small.canvas, this.#size);
    const picture = { frame: whole.canvas, seen: pixelsOf(this.#seen), small: pixelsOf(this.#small), captured };
    performance.measure("figureground read", { start: begun, end: performance.now() });
    return picture;
  }
}

/** Of a canvas that is kept: making one for each picture takes longer than drawing on it. */
function surface() {
  return drawingOn(new OffscreenCanvas(1, 1));
}

/** @param {OffscreenCanvas} canvas */
function drawingOn(canvas) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (contextOf(canvas, { willReadFrequently: true }));
}

/** @type {(context: OffscreenCanvasRenderingContext2D, source: CanvasImageSource, size: Size) => void} */
function draw(context, source, { width, height }) {
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.imageSmoothingQuality = "medium";
  context.globalCompositeOperation = "copy";
  context.drawImage(source, 0, 0, width, height);
}

/** @param {OffscreenCanvasRenderingContext2D} context */
function pixelsOf(context) {
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}
