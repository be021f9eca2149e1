// The model and all that is done to pixels, off the page's own thread. A classic worker, because the runtime loads its
// script by importScripts; everything else is a module. Each message {id, task, ...} is answered with {id, result} or
// {id, error}.

"use strict";

const loaded = (async () => {
  self.Module = { locateFile: (name) => `/litert/${name}` };
  const [litert, edges, colours, resizing] = await Promise.all(
    ["/litert/index.js", "/edges.js", "/colours.js", "/resizing.js"].map((name) => import(name)),
  );
  await litert.loadLiteRt("/litert/litert_wasm_compat_internal.js");
  return { litert, edges, colours, resizing };
})();
loaded.catch(() => {}); // whoever asks for something is told

const LEAST_PERSON = 1e-3; // share of the photo, as in cut/segmenter.py
const LIVE_SIDE = 256; // pixels of the longer side where a live picture's edge is worked out
const STEADY = 0.35; // share of a new live answer that counts where hardly anything changed; where it did, all of it

const models = new Map();
let lastPhoto = null; // {pixels, mask, height, width} at a reduced size, for a blur that is asked for later
let lastAnswer = null; // of the live picture before

async function modelOf(name) {
  if (!models.has(name)) {
    const { litert } = await loaded;
    models.set(name, litert.loadAndCompile(`/models/${name}.tflite`, { accelerator: "wasm" }));
  }
  const model = await models.get(name);
  const [, height, width] = Object.values(model.getInputDetails()[0].shape);
  return { model, height, width };
}

/** How likely each place shows a person, at the model's size. */
async function probabilityOf(name, pixels, height, width) {
  const { litert, resizing } = await loaded;
  const { model, height: rows, width: columns } = await modelOf(name);
  const scaled = resizing.resizedColours(pixels, height, width, rows, columns).map((value) => value / 255);
  const input = new litert.Tensor(scaled, [1, rows, columns, 3]);
  const [output] = await model.run(input);
  const values = output.toTypedArray().map((logit) => 1 / (1 + Math.exp(-logit)));
  input.delete();
  output.delete();
  return { values, height: rows, width: columns };
}

function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

const tasks = {
  /** Loads a model before it is needed. */
  async prepare({ model }) {
    await modelOf(model);
  },

  /** A photo's cut-out as a bitmap of its size, or nobody. */
  async photo({ bitmap, model }) {
    const { edges, colours } = await loaded;
    const clock = stopwatch();
    const image = pixelsOf(bitmap);
    const { data, width, height } = image;
    clock("read");
    const probability = await probabilityOf(model, data, height, width);
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
    const { pixels, height, width } = colours.blurred(...lastPhoto);
    return { bitmap: await createImageBitmap(new ImageData(pixels, width, height)) };
  },

  /** The mask of a live picture as a small bitmap's alpha, steadied over time; `first` forgets the pictures before. */
  async live({ bitmap, model, first }) {
    const { edges } = await loaded;
    const clock = stopwatch();
    const { data, width, height } = pixelsOf(bitmap);
    clock("read");
    const probability = await probabilityOf(model, data, height, width);
    clock("model");
    if (first) lastAnswer = null;
    probability.values = lastAnswer = steadied(probability.values, lastAnswer);
    const mask = edges.refine(data, height, width, probability, LIVE_SIDE);
    for (let i = 0; i < mask.length; i++) data[4 * i + 3] = mask[i];
    clock("edge");
    return { mask: await createImageBitmap(new ImageData(data, width, height)), times: clock.times };
  },
};

/** A new answer drawn towards the one before where both nearly agree: noise is steadied, movement does not lag. */
function steadied(values, before) {
  if (before === null || before.length !== values.length) return values;
  return values.map((value, i) => {
    const change = Math.abs(value - before[i]);
    return before[i] + (value - before[i]) * Math.min(1, STEADY + 2 * change);
  });
}

/** A photo and its mask, small: all that a blur needs, and cheap to keep. */
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
  const clock = (step) => {
    const now = performance.now();
    clock.times[step] = now - last;
    last = now;
  };
  clock.times = {};
  return clock;
}

self.onmessage = async ({ data: { id, task, ...details } }) => {
  try {
    const result = (await tasks[task](details)) ?? {};
    self.postMessage({ id, result }, Object.values(result).filter((value) => value instanceof ImageBitmap));
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};
