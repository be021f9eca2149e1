// Who cuts out: this browser, by a worker with the model in it, or the server.

import { Trouble } from "./photos.js";
import { text } from "./texts.js";

/** A thread of its own that answers what it is asked. */
class Colleague {
  #worker = new Worker("/worker.js");
  #waiting = new Map();
  #count = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) resolve(data.result);
      else reject(new Error(data.error));
    };
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message || "the worker failed"));
      this.#waiting.clear();
    };
  }

  async ask(task, details, transferred = []) {
    const id = ++this.#count;
    const result = await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task, ...details }, transferred);
    });
    note(result.times ?? {});
    return result;
  }

  close() {
    this.#worker.terminate();
  }
}

/** The model in this browser. Photos do not leave it. */
export class BrowserEngine {
  #worker = new Colleague();
  #second = null; // for live pictures: works out one's edge while the model is at the next

  prepare(model) {
    return this.#worker.ask("prepare", { model });
  }

  /** @returns {Promise<{cutout: ImageBitmap, blurred: () => Promise<ImageBitmap>}>} */
  async cut(photo, model) {
    const bitmap = await createImageBitmap(photo.bitmap);
    const { nobody, cutout } = await this.#worker.ask("photo", { bitmap, model }, [bitmap]);
    if (nobody) throw new Trouble(text("nobody"));
    let picture = null;
    const blurred = () => (picture ??= this.#worker.ask("blurred", {}).then((answer) => answer.bitmap));
    return { cutout, blurred };
  }

  /**
   * What live pictures run on, found out by trying, and the size of what it takes.
   * @returns {Promise<{model: string, accelerator: string, height: number, width: number}>}
   */
  chooseLive(models, otherwise) {
    return this.#worker.ask("chooseLive", { models, otherwise });
  }

  /** How likely each place of a live picture of the model's size shows a person, and the milliseconds it took. */
  async livePerson({ data }, choice) {
    const answer = await this.#worker.ask("livePerson", { pixels: data, ...choice }, [data.buffer]);
    return { probability: answer.probability, took: answer.times.model };
  }

  /** What of a live picture is not a person, as a bitmap's alpha; `first` forgets the pictures before. */
  async liveEdge({ data, width, height }, probability, first) {
    this.#second ??= new Colleague();
    const details = { pixels: data, width, height, probability, first };
    return (await this.#second.ask("liveEdge", details, [data.buffer])).rest;
  }

  close() {
    this.#worker.close();
    this.#second?.close();
  }
}

/** The server's model, for browsers that cannot run it, and for document photos. */
class ServerEngine {
  async prepare() {}

  async cut(photo, model) {
    const cutout = await picture(await post("/cut", { photo: photo.file, model, format: "png" }));
    let blur = null;
    const blurred = () => (blur ??= post("/cut", { photo: photo.file, model, background: "blur" }).then(picture));
    return { cutout, blurred };
  }

  close() {}
}

/** The browser's engine if it can run the model, else the server's. */
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

/** A document photo: the picture's file and what it does not satisfy. */
export async function documentPhoto(photo, options) {
  const answer = await post("/id-photo", { photo: photo.file, ...options });
  const shortcomings = JSON.parse(answer.headers.get("Figureground-Shortcomings") ?? "[]");
  return { file: await answer.blob(), shortcomings };
}

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

async function picture(answer) {
  return createImageBitmap(await answer.blob());
}

/** Keeps a step's milliseconds where the browser's own tools and benchmarks/web.py find them. */
function note(times) {
  const end = performance.now();
  for (const [step, duration] of Object.entries(times)) performance.measure(`figureground ${step}`, { end, duration });
}
