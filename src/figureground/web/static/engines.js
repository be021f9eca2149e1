// @ts-check
// Who tells people from their background: this browser, by a worker with the model in it, or the server.

import { Colleague } from "./colleague.js";
import { contextOf } from "./composing.js";
import { Trouble } from "./photos.js";
import { text } from "./texts.js";

/** @typedef {BrowserEngine | ServerEngine} Engine */
/** @typedef {import("./photos.js").Photo} Photo */
/** @typedef {import("./resizing.js").FloatMap} FloatMap */
/** @typedef {import("./album.js").Answer} Answer */
/** @typedef {import("./live.js").Choice} Choice */

/** The model in this browser. Photos do not leave it. */
export class BrowserEngine {
  #worker = new Colleague();
  #second = /** @type {Colleague | null} */ (null); // for live pictures: works out one's edge while the model is at the next
  #third = /** @type {Colleague | null} */ (null); // for live pictures: finds the hand meanwhile

  /** @param {string} model */
  prepare(model) {
    return this.#worker.ask("prepare", { model });
  }

  /**
   * A photo's mask, and how likely each place of it shows a person.
   * @param {Photo} photo
   * @param {string} model
   * @param {boolean} keep what people hold
   * @returns {Promise<Answer>}
   */
  async mask(photo, model, keep) {
    const bitmap = await createImageBitmap(photo.bitmap);
    const { nobody, mask, probability, held } = await this.#worker.ask("photo", { bitmap, model, keep }, [bitmap]);
    if (nobody) throw new Trouble(text("nobody"));
    return { mask, probability, held };
  }

  /**
   * What live pictures run on, found out by trying, and the size of what it takes.
   * @param {string[]} models
   * @param {string} otherwise
   * @returns {Promise<Choice>}
   */
  chooseLive(models, otherwise) {
    return this.#worker.ask("chooseLive", { models, otherwise });
  }

  /**
   * How likely each place of a live picture of the model's size shows a person, and something held, where the model
   * tells; and the milliseconds it took.
   * @param {ImageData} picture
   * @param {Choice} choice
   * @returns {Promise<{probability: FloatMap, held: FloatMap | null, took: number}>}
   */
  async livePerson({ data }, choice) {
    const answer = await this.#worker.ask("livePerson", { pixels: data, ...choice }, [data.buffer]);
    return { probability: answer.probability, held: answer.held, took: answer.times.model };
  }

  /**
   * The networks that find the hand in live pictures.
   * @returns {import("./hands/hand_finder.js").Networks}
   */
  get liveHands() {
    const third = (this.#third ??= new Colleague());
    const ask = async (/** @type {"palms" | "hands"} */ network, /** @type {Float32Array} */ seen) =>
      (await third.ask("liveHand", { network, seen }, [seen.buffer])).answers;
    return { palms: (seen) => ask("palms", seen), hands: (seen) => ask("hands", seen) };
  }

  /**
   * What of a live picture is not a person, as a bitmap's alpha.
   * @param {ImageData} picture
   * @param {FloatMap} probability
   * @param {boolean} first forgets the pictures before
   * @returns {Promise<ImageBitmap>}
   */
  async liveEdge({ data, width, height }, probability, first) {
    this.#second ??= new Colleague();
    const details = { pixels: data, width, height, probability, first };
    return (await this.#second.ask("liveEdge", details, [data.buffer])).rest;
  }

  close() {
    this.#worker.close();
    this.#second?.close();
    this.#third?.close();
  }
}

/** The server's model, for browsers that cannot run it, and for document photos. */
class ServerEngine {
  async prepare() {}

  /**
   * A photo's mask; how likely each place shows a person, the server does not tell.
   * @param {Photo} photo
   * @param {string} model
   * @param {boolean} keep what people hold
   * @returns {Promise<Answer>}
   */
  async mask(photo, model, keep) {
    const held = keep ? "keep" : "drop";
    const answer = await post("/cut", { photo: photo.file, model, held, format: "png" });
    const cutout = await createImageBitmap(await answer.blob());
    const { width, height } = cutout;
    const context = contextOf(new OffscreenCanvas(width, height), { willReadFrequently: true });
    context.drawImage(cutout, 0, 0);
    cutout.close();
    const { data } = context.getImageData(0, 0, width, height);
    return { mask: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]), probability: null, held: null };
  }

  close() {}
}

/**
 * The browser's engine if it can run the model, else the server's.
 * @param {{runtime: boolean}} settings
 * @param {string} model
 * @returns {Promise<Engine>}
 */
export async function findEngine({ runtime }, model) {
  if (!runtime) return new ServerEngine(); // an installation without it
  const browser = new BrowserEngine();
  try {
    await browser.prepare(model);
    return browser;
  } catch (error) {
    console.warn("the model does not run in this browser:", error);
    browser.close();
    return new ServerEngine();
  }
}

/**
 * A document photo: the picture's file and what it does not satisfy.
 * @param {Photo} photo
 * @param {Record<string, string>} options
 * @returns {Promise<{file: Blob, shortcomings: string[]}>}
 */
export async function documentPhoto(photo, options) {
  const answer = await post("/id-photo", { photo: photo.file, ...options });
  const shortcomings = JSON.parse(answer.headers.get("Figureground-Shortcomings") ?? "[]");
  return { file: await answer.blob(), shortcomings };
}

/** @type {(path: string, fields: Record<string, string | Blob>) => Promise<Response>} */
async function post(path, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: form });
  } catch {
    throw new Trouble(text("server-silent"));
  }
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({ error: `the server answered ${answer.status}` }));
  if (/^no person/.test(error)) throw new Trouble(text("nobody"));
  throw new Trouble(text("server-says", { error }));
}
