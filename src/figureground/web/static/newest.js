// The camera's newest picture, taken before it is asked for.

import { shownSize } from "./composing.js";

const EDGE_SIDE = 320; // pixels of the longer side of the picture on which the edge is worked out

/** Watches a playing video until `end`. A picture that nobody asked for gives way to the next. */
export class Newest {
  #video;
  #size;
  #readers = { edge: reader(), model: reader() };
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
   * Each picture once, to be closed by who asked: as it is, at the model's size and at the edge's, and when it was
   * captured; null at the end.
   * @returns {Promise<{frame: VideoFrame|ImageBitmap, seen: ImageData, small: ImageData, captured: number}|null>}
   */
  async next() {
    while (!this.#kept && !this.#ended && !this.#failure) await new Promise((resolve) => (this.#wake = resolve));
    if (this.#failure) throw this.#failure;
    const picture = this.#kept;
    this.#kept = null;
    return picture;
  }

  end() {
    this.#ended = true;
    this.#keep(null);
  }

  async #watch() {
    while (!this.#ended) {
      const captured = await this.#shown();
      if (!this.#ended) this.#keep(await this.#take(captured));
    }
  }

  #keep(picture) {
    this.#kept?.frame.close();
    this.#kept = this.#ended ? null : picture;
    if (this.#ended) picture?.frame.close();
    this.#wake();
  }

  /** Waits for another picture: milliseconds at which it was captured, or else reached this page. */
  #shown() {
    return new Promise((resolve) => {
      if (!this.#video.requestVideoFrameCallback) requestAnimationFrame(resolve);
      else this.#video.requestVideoFrameCallback((now, { captureTime = now }) => resolve(captureTime));
    });
  }

  /** A VideoFrame is the camera's own memory, which costs nothing to take; browsers without them copy. */
  async #take(captured) {
    const frame = self.VideoFrame ? new VideoFrame(this.#video) : await createImageBitmap(this.#video);
    const begun = performance.now();
    const { videoWidth: width, videoHeight: height } = this.#video;
    const small = this.#readers.edge(frame, shownSize({ width, height }, EDGE_SIDE));
    const seen = this.#readers.model(small.canvas, this.#size);
    performance.measure("figureground read", { start: begun, end: performance.now() });
    return { frame, seen: seen.pixels, small: small.pixels, captured };
  }
}

/** Reads pictures at another size, on a canvas that is kept: making one for each takes longer than drawing on it. */
function reader() {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (source, { height, width }) => {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.imageSmoothingQuality = "medium";
    context.drawImage(source, 0, 0, width, height);
    return { canvas, pixels: context.getImageData(0, 0, width, height) };
  };
}
