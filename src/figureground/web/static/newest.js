// The camera's newest picture, taken before it is asked for.

import { shownSize } from "./composing.js";

const SEEN_SIDE = 320; // pixels of the longer side of what the model and the edge see of a picture

/** Watches a playing video until `end`. A picture that nobody asked for gives way to the next. */
export class Newest {
  #video;
  #reader = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  #kept = null;
  #ended = false;
  #failure = null;
  #wake = () => {};

  constructor(video) {
    this.#video = video;
    this.#watch().catch((error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /**
   * @returns {Promise<{frame: VideoFrame|ImageBitmap, seen: ImageData, captured: number}|null>} each picture once, to be
   *   closed by who asked; null at the end
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

  /** Waits for another picture. When it was captured, or else reached this page. */
  #shown() {
    return new Promise((resolve) => {
      if (!this.#video.requestVideoFrameCallback) requestAnimationFrame(resolve);
      else this.#video.requestVideoFrameCallback((now, { captureTime = now }) => resolve(captureTime));
    });
  }

  /** A VideoFrame is the camera's own memory, which costs nothing to take; browsers without them copy. */
  async #take(captured) {
    const frame = self.VideoFrame ? new VideoFrame(this.#video) : await createImageBitmap(this.#video);
    const { width, height } = shownSize({ width: this.#video.videoWidth, height: this.#video.videoHeight }, SEEN_SIDE);
    const { canvas } = this.#reader;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.#reader.imageSmoothingQuality = "medium";
    const begun = performance.now();
    this.#reader.drawImage(frame, 0, 0, width, height);
    const seen = this.#reader.getImageData(0, 0, width, height);
    performance.measure("figureground read", { start: begun, end: performance.now() });
    return { frame, seen, captured };
  }
}
