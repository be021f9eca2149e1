// @ts-check
// The model and all that is done to pixels, off the page's own thread. A classic worker, because the runtime loads its
// script by importScripts; everything else is a module. Each message {id, task, ...} is answered with {id, result} or
// {id, error}.

"use strict";

/** @typedef {typeof import("/litert/index.js")} Runtime */
/** @typedef {{model: import("/litert/index.js").CompiledModel, height: number, width: number}} Model with its input's size */
/** @typedef {import("/resizing.js").FloatMap} FloatMap */
/** @typedef {import("/second_look.js").Box} Box */

const worker = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const loaded = (async () => {
  const [cropping, cutting, edges, resizing, steadying, looks, things, grips] = await Promise.all([
    import("/cropping.js"), import("/cutting_tasks.js"), import("/edges.js"), import("/resizing.js"), import("/steadying.js"),
    import("/second_look.js"), import("/held_things.js"), import("/hands/grips.js"),
  ]);
  return { cropping, cutting, edges, resizing, steadying, looks, things, grips };
})();
loaded.catch(() => {}); // whoever asks for something is told

const LEAST_PERSON = 1e-3; // share of the photo, as in runtime/segmenter.py
const LIVE_SIDE = 192; // pixels of the longer side where a live picture's edge is worked out
const GPU_TOLERANCE = 0.02; // of the logits' mean size: int8 models came out as zeros

let runtime = /** @type {Promise<Runtime> | null} */ (null); // promise of LiteRT.js, where a model is asked for
const models = /** @type {Map<string, Promise<Model["model"]>>} */ (new Map());
let lastAnswer = /** @type {Float32Array | null} */ (null); // of the live picture before

function loadRuntime() {
  Object.assign(worker, { Module: { locateFile: (/** @type {string} */ name) => `/litert/${name}` } });
  return import("/litert/index.js").then(async (litert) => {
    await litert.loadLiteRt("/litert/litert_wasm_compat_internal.js");
    return litert;
  });
}

/** @type {(name: string, accelerator?: string) => Promise<Model>} */
async function modelOf(name, accelerator = "wasm") {
  const key = `${name} ${accelerator}`;
  const litert = await (runtime ??= loadRuntime());
  if (!models.has(key)) models.set(key, litert.loadAndCompile(`/models/${name}.tflite`, { accelerator }));
  const model = await /** @type {Promise<Model["model"]>} */ (models.get(key));
  const [, height, width] = Object.values(model.getInputDetails()[0].shape);
  return { model, height, width };
}

/**
 * The logits of person, and where the model tells them of held things, for a picture of its own size, colours in 0..1.
 * @type {(sought: Model, seen: Float32Array) => Promise<Float32Array[]>}
 */
async function logitsOf({ model, height, width }, seen) {
  const litert = await /** @type {Promise<Runtime>} */ (runtime);
  const input = new litert.Tensor(seen, [1, height, width, 3]);
  const [output] = await model.run(input);
  const here = model.options.accelerator === "wasm" ? output : await output.moveTo("wasm");
  const answer = here.toTypedArray();
  const count = answer.length / (height * width);
  const maps = Array.from({ length: count }, (_, map) => answer.filter((_, place) => place % count === map));
  for (const tensor of new Set([input, output, here])) if (!tensor.deleted) tensor.delete();
  return maps;
}

/**
 * All that a network answers to a square picture, in its own order.
 * @type {(name: string, seen: Float32Array) => Promise<Float32Array[]>}
 */
async function outputsOf(name, seen) {
  const { model, height, width } = await modelOf(name);
  const litert = await /** @type {Promise<Runtime>} */ (runtime);
  const input = new litert.Tensor(seen, [1, height, width, 3]);
  const outputs = await model.run(input);
  const answers = outputs.map((output) => Float32Array.from(output.toTypedArray()));
  for (const tensor of [input, ...outputs]) if (!tensor.deleted) tensor.delete();
  return answers;
}

/** @type {import("/hands/hand_finder.js").Networks} */
const handNetworks = { palms: (seen) => outputsOf("palm", seen), hands: (seen) => outputsOf("hand", seen) };

/**
 * Logits of a picture at the model's size: a map of each thing that the model tells.
 * @type {(sought: Model, pixels: Uint8ClampedArray, height: number, width: number) => Promise<FloatMap[]>}
 */
async function answersTo(sought, pixels, height, width) {
  const { resizing } = await loaded;
  const seen = resizing.scaled(resizing.resizedColours(pixels, height, width, sought.height, sought.width));
  return (await logitsOf(sought, seen)).map((values) => ({ values, height: sought.height, width: sought.width }));
}

/**
 * Logits of person for each place of a photo, after a second look at each group, as in Segmenter.mask; and of something
 * held, as in Segmenter.held, or null where the model does not tell.
 * @type {(sought: Model, pixels: Uint8ClampedArray, height: number, width: number) => Promise<{person: FloatMap, held:
 *   FloatMap | null}>}
 */
async function logitsOfPhoto(sought, pixels, height, width) {
  const { looks, cropping } = await loaded;
  const seen = /** @type {Map<string, Promise<FloatMap[]>>} */ (new Map()); // by the part that was looked at
  const answersAt = (/** @type {Box} */ box) => {
    const key = JSON.stringify(box);
    const answers = seen.get(key) ?? answersTo(sought, cropping.cropped(pixels, width, box, 4), box.bottom - box.top, box.right - box.left);
    seen.set(key, answers);
    return answers;
  };
  const side = Math.max(sought.height, sought.width);
  const person = await looks.lookTwice(height, width, async (box) => (await answersAt(box))[0], side);
  const [answers] = await Promise.all(seen.values());
  if (answers.length !== 2) return { person, held: null };
  const held = await looks.lookTwice(height, width, async (box) => (await answersAt(box))[1], side, person.crops);
  return { person, held };
}

/**
 * Logits become probabilities, in place.
 * @type {(map: FloatMap) => FloatMap}
 */
function likely(map) {
  for (let i = 0; i < map.values.length; i++) map.values[i] = 1 / (1 + Math.exp(-map.values[i]));
  return map;
}

/**
 * Whether the GPU computes this model as the processor does, and sooner than `limit` milliseconds.
 * @type {(name: string, limit: number) => Promise<boolean>}
 */
async function gpuServes(name, limit) {
  const [slow, quick] = [await modelOf(name), await modelOf(name, "webgpu")];
  const seen = Float32Array.from({ length: 3 * slow.height * slow.width }, (_, i) => ((i * 7919) % 256) / 255);
  const [right] = await logitsOf(slow, seen);
  const [given] = await logitsOf(quick, seen); // the first time shaders are compiled
  let [size, difference] = [0, 0];
  for (let i = 0; i < right.length; i++) {
    size += Math.abs(right[i]);
    difference += Math.abs(right[i] - given[i]);
  }
  return difference < GPU_TOLERANCE * size && (await duration(quick, seen)) < limit;
}

/** @type {(model: Model, seen: Float32Array) => Promise<number>} */
async function duration(model, seen) {
  const begun = performance.now();
  await logitsOf(model, seen);
  return performance.now() - begun;
}

const tasks = {
  /**
   * Loads a model before it is needed.
   * @param {{model: string}} details
   */
  async prepare({ model }) {
    await modelOf(model);
  },

  /**
   * A photo's mask, how likely each place shows a person, and the mask of held things where the model tells; or nobody.
   * @param {{bitmap: ImageBitmap, model: string, keep: boolean}} details keep held things, with a model that tells them,
   *   in the same mask as people
   */
  async photo({ bitmap, model, keep }) {
    const { cutting, edges, things } = await loaded;
    const clock = stopwatch();
    const { data, width, height } = cutting.pixelsOf(bitmap);
    clock("read");
    const seen = await logitsOfPhoto(await modelOf(model), data, height, width);
    const probability = likely(keep && seen.held ? things.withHeld(seen.person, seen.held) : seen.person);
    clock("model");
    const mask = edges.refine(data, height, width, probability);
    const held = keep || !seen.held ? null : edges.refine(data, height, width, likely(seen.held));
    clock("edge");
    let shown = 0;
    for (let i = 0; i < mask.length; i++) if (mask[i] > 127) shown++;
    if (shown < Math.max(1, LEAST_PERSON * mask.length)) return { nobody: true, times: clock.times };
    return { mask, probability, held, times: clock.times };
  },

  /**
   * Hands of the photo that is kept, the thing that is held, and what of people lies in front of things.
   * @param {{number: number, held: Uint8Array | null}} details the mask of what is held, where that is known
   */
  async grips({ number, held }) {
    const { cutting, grips } = await loaded;
    const clock = stopwatch();
    const { photo, mask } = cutting.keptPhoto(number);
    const found = await grips.findGrips(photo, mask, held, handNetworks);
    clock("hands");
    return { ...found, times: clock.times };
  },

  /**
   * The model, its size and accelerator for live pictures: the first that a real GPU serves, else `otherwise`.
   * @param {{models: string[], otherwise: string}} details
   */
  async chooseLive({ models: names, otherwise }) {
    const processor = await modelOf(otherwise);
    const adapter = await worker.navigator.gpu?.requestAdapter();
    if (adapter && !adapter.info.isFallbackAdapter) {
      const blank = new Float32Array(3 * processor.height * processor.width);
      await duration(processor, blank); // the first time is slower
      const limit = await duration(processor, blank);
      for (const name of names) {
        if (await gpuServes(name, limit).catch(() => false)) return liveChoice(name, "webgpu");
      }
    }
    return liveChoice(otherwise, "wasm");
  },

  /**
   * How likely each place of a live picture shows a person, and something held where the model tells; the picture has
   * the model's size.
   * @param {{pixels: Uint8ClampedArray, model: string, accelerator: string}} details
   */
  async livePerson({ pixels, model, accelerator }) {
    const clock = stopwatch();
    const sought = await modelOf(model, accelerator);
    const [probability, held] = (await answersTo(sought, pixels, sought.height, sought.width)).map(likely);
    clock("model");
    return { probability, held: held ?? null, times: clock.times };
  },

  /**
   * All that a network for hands answers to a square of a live picture.
   * @param {{network: "palms" | "hands", seen: Float32Array}} details
   */
  async liveHand({ network, seen }) {
    const clock = stopwatch();
    const answers = await handNetworks[network](seen);
    clock(network);
    return { answers, times: clock.times };
  },

  /**
   * What of a live picture is no person, a small bitmap's alpha, steadied over time; `first` forgets those before.
   * @param {{pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, probability: FloatMap, first:
   *   boolean}} details
   */
  async liveEdge({ pixels, width, height, probability, first }) {
    const { edges, steadying } = await loaded;
    const clock = stopwatch();
    if (first) lastAnswer = null;
    probability.values = lastAnswer = steadying.steadied(probability.values, lastAnswer);
    const mask = edges.refine(pixels, height, width, probability, LIVE_SIDE);
    for (let i = 0; i < mask.length; i++) pixels[4 * i + 3] = 255 - mask[i];
    clock("edge");
    return { rest: await createImageBitmap(new ImageData(pixels, width, height)), times: clock.times };
  },
};

/**
 * @type {(name: string, accelerator: string) => Promise<{model: string, accelerator: string, height: number, width:
 *   number}>}
 */
async function liveChoice(name, accelerator) {
  const { height, width } = await modelOf(name, accelerator);
  return { model: name, accelerator, height, width };
}

/** Notes milliseconds by step: call it after each. */
function stopwatch() {
  let last = performance.now();
  const times = /** @type {Record<string, number>} */ ({});
  const clock = (/** @type {string} */ step) => {
    const now = performance.now();
    times[step] = now - last;
    last = now;
  };
  return Object.assign(clock, { times });
}

let turn = Promise.resolve(); // messages are worked on in turn: a model is not asked again before it has answered

worker.onmessage = ({ data }) => {
  turn = turn.then(() => answer(data));
};

/** @param {{id: number, task: string}} message with what the task asks for */
async function answer({ id, task, ...details }) {
  try {
    const { cutting } = await loaded;
    const all = /** @type {Record<string, (details: unknown) => Promise<object | void>>} */ ({ ...tasks, ...cutting.tasks });
    const result = (await all[task](details)) ?? {};
    worker.postMessage({ id, result }, Object.values(result).flatMap(owned));
  } catch (error) {
    worker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * What of an answer is handed over instead of copied.
 * @param {unknown} value
 * @returns {Transferable[]}
 */
function owned(value) {
  if (value instanceof ImageBitmap) return [value];
  return value instanceof Uint8Array ? [value.buffer] : [];
}
