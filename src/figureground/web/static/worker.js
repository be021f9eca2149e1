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
  const [edges, colours, resizing, steadying, looks] = await Promise.all([
    import("/edges.js"), import("/colours.js"), import("/resizing.js"), import("/steadying.js"), import("/second_look.js"),
  ]);
  return { edges, colours, resizing, steadying, looks };
})();
loaded.catch(() => {}); // whoever asks for something is told

const LEAST_PERSON = 1e-3; // share of the photo, as in runtime/segmenter.py
const LIVE_SIDE = 192; // pixels of the longer side where a live picture's edge is worked out
const GPU_TOLERANCE = 0.02; // of the logits' mean size: int8 models came out as zeros

let runtime = /** @type {Promise<Runtime> | null} */ (null); // promise of LiteRT.js, where a model is asked for
const models = /** @type {Map<string, Promise<Model["model"]>>} */ (new Map());
let lastPhoto = /** @type {Awaited<ReturnType<typeof reduced>> | null} */ (null); // {pixels, mask, height, width} at a reduced size, for a blur that is asked for later
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
 * The logits of person, without those of held things, for a picture of the model's own size, colours in 0..1.
 * @type {(sought: Model, seen: Float32Array) => Promise<Float32Array>}
 */
async function logitsOf({ model, height, width }, seen) {
  const litert = await /** @type {Promise<Runtime>} */ (runtime);
  const input = new litert.Tensor(seen, [1, height, width, 3]);
  const [output] = await model.run(input);
  const here = model.options.accelerator === "wasm" ? output : await output.moveTo("wasm");
  const answer = here.toTypedArray();
  const maps = answer.length / (height * width); // person comes first
  const values = maps === 1 ? answer.slice() : answer.filter((_, place) => place % maps === 0);
  for (const tensor of new Set([input, output, here])) if (!tensor.deleted) tensor.delete();
  return values;
}

/**
 * Logits of a picture at the model's size.
 * @type {(sought: Model, pixels: Uint8ClampedArray, height: number, width: number) => Promise<FloatMap>}
 */
async function answerTo(sought, pixels, height, width) {
  const { resizing } = await loaded;
  const seen = resizing.scaled(resizing.resizedColours(pixels, height, width, sought.height, sought.width));
  return { values: await logitsOf(sought, seen), height: sought.height, width: sought.width };
}

/**
 * How likely each place of a photo shows a person, after a second look at each group, as in Segmenter.mask.
 * @type {(sought: Model, pixels: Uint8ClampedArray, height: number, width: number) => Promise<FloatMap>}
 */
async function probabilityOf(sought, pixels, height, width) {
  const { looks } = await loaded;
  return likely(
    await looks.lookTwice(
      height,
      width,
      (box) => answerTo(sought, cropped(pixels, width, box), box.bottom - box.top, box.right - box.left),
      Math.max(sought.height, sought.width),
    ),
  );
}

/** @type {(pixels: Uint8ClampedArray, width: number, box: Box) => Uint8ClampedArray} */
function cropped(pixels, width, { top, left, bottom, right }) {
  const part = new Uint8ClampedArray(4 * (bottom - top) * (right - left));
  for (let y = top, at = 0; y < bottom; y++, at += 4 * (right - left)) {
    part.set(pixels.subarray(4 * (y * width + left), 4 * (y * width + right)), at);
  }
  return part;
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
  const right = await logitsOf(slow, seen);
  const given = await logitsOf(quick, seen); // the first time shaders are compiled
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

/** @type {(bitmap: ImageBitmap) => ImageData} */
function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
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
   * A photo's cut-out as a bitmap of its size, or nobody.
   * @param {{bitmap: ImageBitmap, model: string}} details
   */
  async photo({ bitmap, model }) {
    const { edges, colours } = await loaded;
    const clock = stopwatch();
    const image = pixelsOf(bitmap);
    const { data, width, height } = image;
    clock("read");
    const probability = await probabilityOf(await modelOf(model), data, height, width);
    clock("model");
    const mask = edges.refine(data, height, width, probability);
    clock("edge");
    let person = 0;
    for (let i = 0; i < mask.length; i++) if (mask[i] > 127) person++;
    if (person < Math.max(1, LEAST_PERSON * mask.length)) return { nobody: true, times: clock.times };
    lastPhoto = await reduced(data, mask, height, width);
    colours.cutOut(data, mask, height, width);
    clock("colours");
    return { cutout: await createImageBitmap(image), times: clock.times };
  },

  /** The last photo out of focus, small. */
  async blurred() {
    const { colours } = await loaded;
    if (lastPhoto === null) throw new Error("there is no photo yet");
    const { pixels, height, width } = colours.blurred(...lastPhoto);
    return { bitmap: await createImageBitmap(new ImageData(pixels, width, height)) };
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
   * How likely each place of a live picture shows a person; the picture has the model's size.
   * @param {{pixels: Uint8ClampedArray, model: string, accelerator: string}} details
   */
  async livePerson({ pixels, model, accelerator }) {
    const clock = stopwatch();
    const sought = await modelOf(model, accelerator);
    const probability = likely(await answerTo(sought, pixels, sought.height, sought.width));
    clock("model");
    return { probability, times: clock.times };
  },

  /**
   * What of a live picture is no person, a small bitmap's alpha, steadied over time; `first` forgets those before.
   * @param {{pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, probability: FloatMap, first: boolean}} details
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

/** @type {(name: string, accelerator: string) => Promise<{model: string, accelerator: string, height: number, width: number}>} */
async function liveChoice(name, accelerator) {
  const { height, width } = await modelOf(name, accelerator);
  return { model: name, accelerator, height, width };
}

/**
 * A photo and its mask, small: all that a blur needs, and cheap to keep.
 * @type {(pixels: Uint8ClampedArray, mask: Uint8Array, height: number, width: number) => Promise<[Uint8ClampedArray, Uint8Array, number, number]>}
 */
async function reduced(pixels, mask, height, width) {
  const { resizing } = await loaded;
  const small = resizing.fittedInside(height, width, 512);
  const colours = resizing.resizedColours(pixels, height, width, small.height, small.width);
  const kept = new Uint8ClampedArray(4 * small.height * small.width).fill(255);
  for (let i = 0; i < colours.length / 3; i++) for (let c = 0; c < 3; c++) kept[4 * i + c] = colours[3 * i + c];
  const values = Uint8Array.from(resizing.resizedMask(mask, height, width, small.height, small.width));
  return [kept, values, small.height, small.width];
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

/** @param {{id: number, task: keyof typeof tasks}} message with what the task asks for */
async function answer({ id, task, ...details }) {
  const perform = /** @type {(details: unknown) => Promise<object | void>} */ (tasks[task]);
  try {
    const result = (await perform(details)) ?? {};
    worker.postMessage({ id, result }, Object.values(result).filter((value) => value instanceof ImageBitmap));
  } catch (error) {
    worker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}
