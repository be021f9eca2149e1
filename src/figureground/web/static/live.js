// @ts-check
// The camera's picture before another background.

import { drawThing } from "./hands/drawing.js";
import { contextOf, fill, shownSize } from "./composing.js";
import { Newest } from "./newest.js";
import { Trouble } from "./photos.js";
import { text } from "./texts.js";

/** @typedef {import("./composing.js").Background & {blur?: boolean, original?: boolean}} Background */
/** @typedef {{model: string, accelerator: string, height: number, width: number}} Choice with the model's size */
/** @typedef {import("./newest.js").Picture} Picture */
/** @typedef {{probability: FloatMap, held: FloatMap | null, took: number}} Answer */
/** @typedef {{answer: Promise<Answer>, drawn: Promise<void>}} UnderWay a picture */
/** @typedef {(perSecond: number) => void} Report */
/** @typedef {import("./resizing.js").FloatMap} FloatMap */

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const AHEAD = 16; // milliseconds before the model's answer at which it gets the next picture

/** Runs from `start` to `stop`; draws on the canvas as fast as masks come, at most once for each of the camera's. */
export class Live {
  #canvas;
  #engine;
  #video = document.createElement("video");
  #soft = document.createElement("canvas");
  #stream = /** @type {MediaStream | null} */ (null);
  #pictures = /** @type {Newest | null} */ (null); // of the camera while it runs
  background = /** @type {Background} */ ({});
  thing = /** @type {import("./hands/live_thing.js").LiveThing | null} */ (null); // in hand

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./engines.js").BrowserEngine} engine
   */
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
   * @param {Choice} choice
   * @param {Report} report called about once a second
   * @param {(error: unknown) => void} failed called if it ends by itself
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
    const fail = (/** @type {unknown} */ error) => {
      if (this.#stream !== stream) return;
      this.stop();
      failed(error);
    };
    const gone = () => fail(new Trouble(text("camera-gone")));
    for (const track of stream.getTracks()) track.addEventListener("ended", gone); // not by its own stop()
    this.#run(() => this.#stream === stream, choice, report).catch(fail);
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
    contextOf(canvas).drawImage(this.#video, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return new File([blob], "webcam.png", { type: "image/png" });
  }

  /**
   * While the model is at one picture, the edge of the one before is worked out and that one is drawn: each with its
   * own mask, so nothing trails. The newest picture is handed over when the model is nearly done, to wait for it
   * neither long nor in vain.
   * @param {() => boolean} current
   * @param {Choice} choice
   * @param {Report} report
   */
  async #run(current, choice, report) {
    const pictures = (this.#pictures = new Newest(this.#video, choice));
    const rate = paceOf(report);
        // The two latest pictures:
    let before = /** @type {UnderWay | null} */ (null);
    let last = /** @type {UnderWay | null} */ (null);
    for (let first = true; current(); first = false) {
      const known = await before?.answer;
      await Promise.race([last?.answer, passed((known?.took ?? 0) - AHEAD)]);
      await before?.drawn;
      const picture = await pictures.next();
      if (picture === null) break;
      const answer = this.#engine.livePerson(picture.seen, choice);
      const looked = this.thing?.look(picture.frame, picture.small);
      const drawn = Promise.all([answer, last?.drawn, looked]).then(async ([found]) => {
        await this.#finish(current, picture, found, first);
        pictures.putBack(picture);
        if (current()) rate();
      });
      drawn.catch(() => {}); // it is awaited later
      [before, last] = [last, { answer, drawn }];
    }
    await last?.drawn;
  }

  /** @type {(current: () => boolean, picture: Picture, found: Answer, first: boolean) => Promise<void>} */
  async #finish(current, { frame, small, captured }, { probability, held }, first) {
    const rest = await this.#engine.liveEdge(small, probability, first);
    if (current()) this.#draw(frame, rest, probability, held);
    rest.close();
    performance.measure("figureground delay", { start: captured, end: performance.now() });
  }

  /**
   * What is not the person is taken away: to keep the person (destination-in) takes browsers a layer more.
   * @param {OffscreenCanvas} frame
   * @param {ImageBitmap} rest
   * @param {FloatMap} person
   * @param {FloatMap | null} held
   */
  #draw(frame, rest, person, held) {
    const begun = performance.now();
    const context = contextOf(this.#canvas);
    const { width, height } = this.#canvas;
    context.globalCompositeOperation = "copy";
    context.drawImage(frame, 0, 0, width, height);
    context.globalCompositeOperation = "destination-out";
    context.drawImage(rest, 0, 0, width, height);
    context.globalCompositeOperation = "source-over";
    const thing = this.thing?.drawn(frame, person, held, rest) ?? null;
    if (thing) drawThing(context, thing, [0, 0, width, height], frame);
    this.#canvas.dataset.thing = thing ? "held" : ""; // for tests
    context.globalCompositeOperation = "destination-over";
    if (this.background.original) context.drawImage(frame, 0, 0, width, height);
    else if (this.background.blur) this.#drawSoft(context, frame, rest);
    else fill(context, this.background);
    performance.measure("figureground drawing", { start: begun, end: performance.now() });
  }

  /**
   * The picture out of focus: made tiny and large again, first without its person, so that no halo is left.
   * @param {import("./composing.js").Context} context
   * @param {OffscreenCanvas} frame
   * @param {ImageBitmap} rest
   */
  #drawSoft(context, frame, rest) {
    const { width, height } = shownSize(this.#canvas, 48);
    Object.assign(this.#soft, { width, height });
    const small = contextOf(this.#soft);
    small.imageSmoothingQuality = context.imageSmoothingQuality = "high";
    small.drawImage(frame, 0, 0, width, height);
    small.globalCompositeOperation = "destination-in";
    small.drawImage(rest, 0, 0, width, height);
    small.globalCompositeOperation = "destination-over";
    small.filter = "blur(3px)"; // what lies behind the person, from around them
    small.drawImage(this.#soft, 0, 0);
    small.filter = "none";
    small.drawImage(frame, 0, 0, width, height);
    context.drawImage(this.#soft, 0, 0, context.canvas.width, context.canvas.height);
  }
}

/** @type {(milliseconds: number) => Promise<void>} */
function passed(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * To be called at each picture: reports about once a second how many there are in one.
 * @type {(report: (perSecond: number) => void) => () => void}
 */
function paceOf(report) {
  let [count, since] = [0, performance.now()];
  return () => {
    count += 1;
    const seconds = (performance.now() - since) / 1000;
    if (seconds < 1) return;
    report(count / seconds);
    [count, since] = [0, performance.now()];
    performance.clearMeasures(); // else hours before the camera fill the memory
  };
}

async function camera() {
  if (!navigator.mediaDevices) {
    throw new Trouble(text("camera-insecure"));
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: WANTED });
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    const denied = name === "NotAllowedError" || name === "SecurityError";
    const taken = name === "NotReadableError";
    throw new Trouble(text(denied ? "camera-denied" : taken ? "camera-taken" : "camera-none"));
  }
}
