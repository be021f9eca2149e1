// The camera's newest picture, taken before it is asked for.

import { shownSize } from "./composing.js";

const EDGE_SIDE = 320; // pixels of the longer side of the picture on which the edge is worked out

/** Watches a playing video until `end`. A picture that nobody asked for gives way to the next. */
export class Newest {
  #video;
  #size;
  #small = surface();
  #seen = surface();
  #free = []; // of the surfaces for whole pictures; a few go round
  #kept = null;
  #ended = false;
  #failure = null;
  #wake = () => {};

  /** @param {{height: number, width: number}} size of what the model takes */
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
   * @returns {Promise<{frame: OffscreenCanvas, seen: ImageData, small: ImageData, captured: number}|null>}
   */
  async next() {
    while (!this.#kept && !this.#ended && !this.#failure) await new Promise((resolve) => (this.#wake = resolve));
    if (this.#failure) throw this.#failure;
    const picture = this.#kept;
    this.#kept = null;
    return picture;
  }

  putBack({ frame }) {
    this.#free.push(frame.getContext("2d"));
  }

  end() {
    this.#ended = true;
    this.#kept = null;
    this.#wake();
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

  /** Waits for another picture: the millisecond at which it was captured, or else reached this page. */
  #shown() {
    return new Promise((resolve) => {
      if (!this.#video.requestVideoFrameCallback) requestAnimationFrame(resolve);
      else this.#video.requestVideoFrameCallback((now, { captureTime = now }) => resolve(captureTime));
    });
  }

  /** Drawn once at its own size and from there: a video's colours take longer to convert than all the rest. */
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
  return new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
}

function draw(context, source, { width, height }) {
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.imageSmoothingQuality = "medium";
  context.globalCompositeOperation = "copy";
  context.drawImage(source, 0, 0, width, height);
}

function pixelsOf(context) {
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}
