// The camera's picture before another background.

import { fill, shownSize } from "./composing.js";
import { Newest } from "./newest.js";
import { Trouble } from "./photos.js";

/** Runs from `start` to `stop`; draws on the canvas as fast as masks come, at most once for each of the camera's. */
export class Live {
  #canvas;
  #engine;
  #video = document.createElement("video");
  #soft = document.createElement("canvas");
  #stream = null;
  #pictures = null; // of the camera while it runs
  background = {}; // as `compose` takes it, or {blur: true}

  constructor(canvas, engine) {
    this.#canvas = canvas;
    this.#engine = engine;
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  get running() {
    return this.#stream !== null;
  }

  /**
   * @param {{model: string, accelerator: string, height: number, width: number}} choice with the model's size
   * @param {(perSecond: number) => void} report called about once a second
   * @param {(error: Error) => void} failed called if it ends by itself
   */
  async start(choice, report, failed) {
    const stream = await camera();
    this.#stream = stream;
    this.#video.srcObject = stream;
    try {
      await this.#video.play();
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#canvas.width = this.#video.videoWidth;
    this.#canvas.height = this.#video.videoHeight;
    this.#run(() => this.#stream === stream, choice, report).catch((error) => {
      if (this.#stream !== stream) return;
      this.stop();
      failed(error);
    });
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#pictures?.end();
    this.#video.srcObject = null;
  }

  /** What the camera sees now, as a picture's file. */
  async still() {
    const canvas = new OffscreenCanvas(this.#video.videoWidth, this.#video.videoHeight);
    canvas.getContext("2d").drawImage(this.#video, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return new File([blob], "webcam.png", { type: "image/png" });
  }

  /**
   * The model begins with the newest picture as soon as it has done one; meanwhile that one's edge is worked out and it
   * is drawn. Each is drawn with its own mask, so nothing trails.
   */
  async #run(current, choice, report) {
    const pictures = new Newest(this.#video, choice);
    this.#pictures = pictures;
    let [count, since] = [0, performance.now()];
    let drawn = null; // promise for the picture before
    for (let first = true; current(); first = false) {
      const picture = await pictures.next();
      if (picture === null) break;
      const probability = await this.#engine.livePerson(picture.seen, choice);
      await drawn;
      drawn = this.#finish(current, picture, probability, first).then(() => pictures.putBack(picture));
      count += 1;
      const passed = performance.now() - since;
      if (passed > 1000) {
        report((1000 * count) / passed);
        [count, since] = [0, performance.now()];
        performance.clearMeasures(); // else hours before the camera fill the memory
      }
    }
    await drawn;
  }

  async #finish(current, { frame, small, captured }, probability, first) {
    const mask = await this.#engine.liveEdge(small, probability, first);
    if (current()) this.#draw(frame, mask);
    mask.close();
    performance.measure("figureground delay", { start: captured, end: performance.now() });
  }

  #draw(frame, mask) {
    const begun = performance.now();
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    context.globalCompositeOperation = "copy";
    context.drawImage(frame, 0, 0, width, height);
    context.globalCompositeOperation = "destination-in";
    context.drawImage(mask, 0, 0, width, height);
    context.globalCompositeOperation = "destination-over";
    if (this.background.blur) this.#drawSoft(context, frame, mask);
    else fill(context, this.background);
    performance.measure("figureground drawing", { start: begun, end: performance.now() });
  }

  /** The picture out of focus: made tiny and large again, first without its person, so that no halo is left. */
  #drawSoft(context, frame, mask) {
    const { width, height } = shownSize(this.#canvas, 48);
    Object.assign(this.#soft, { width, height });
    const small = this.#soft.getContext("2d");
    small.imageSmoothingQuality = context.imageSmoothingQuality = "high";
    small.drawImage(frame, 0, 0, width, height);
    small.globalCompositeOperation = "destination-out";
    small.drawImage(mask, 0, 0, width, height);
    small.globalCompositeOperation = "destination-over";
    small.filter = "blur(3px)"; // what lies behind the person, from around them
    small.drawImage(this.#soft, 0, 0);
    small.filter = "none";
    small.drawImage(frame, 0, 0, width, height);
    context.drawImage(this.#soft, 0, 0, context.canvas.width, context.canvas.height);
  }
}

async function camera() {
  if (!navigator.mediaDevices) {
    throw new Trouble("Browsers give the camera only to pages of this computer itself (localhost) or over HTTPS.");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  } catch (error) {
    const denied = error.name === "NotAllowedError" || error.name === "SecurityError";
    const taken = error.name === "NotReadableError";
    throw new Trouble(
      denied ? "The browser was not allowed to use the camera."
        : taken ? "The camera is in use by another program." : "No camera was found.",
    );
  }
}
