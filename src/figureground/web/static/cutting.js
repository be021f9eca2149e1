// @ts-check
// The photo and its cut-out, as they are shown.

import { compose, contextOf, placeOf, shownSize } from "./composing.js";
import { Cutter } from "./cutter.js";
import { BrowserEngine } from "./engines.js";
import { frameOf } from "./framing.js";
import { attempt, keepsHeld, mode, model, opened, page, reflect, serverName, shown, tools } from "./page.js";
import { background, shownFrame } from "./rendering.js";
import { element, say, show } from "./telling.js";
import { number, text } from "./texts.js";

const cutter = new Cutter();
let drawing = 0; // of the latest drawing
let original = { photo: /** @type {import("./photos.js").Photo | null} */ (null), frame: "" }; // what is drawn of which

/**
 * Cuts the photo out and shows it, unless newer work makes that void.
 * @param {import("./page.js").Current} current
 */
export async function cut(current) {
  const { photo, entry } = opened();
  const { engine, strip } = tools();
  drawOriginal();
  const begun = performance.now();
  const inBrowser = engine instanceof BrowserEngine;
  say(text(inBrowser ? "looking-browser" : "looking-server", { server: serverName() }), { busy: true });
  const cutout = cutter.hold(photo);
  cutout.settled.catch(() => {}); // `put` tells
  const mask = await entry.mask(() => engine.mask(photo, model(), keepsHeld()));
  if (!current()) return;
  await cutout.put(mask);
  if (!current()) return;
  page.result = { cutout, editor: null };
  await draw();
  if (!current()) return;
  element("split").value = "50";
  slide();
  show("comparison");
  strip.draw(entry, element("result"));
  const seconds = number((performance.now() - begun) / 1000, 1);
  const { width, height } = photo;
  say(text(inBrowser ? "done-browser" : "done-server", { seconds, server: serverName(), width, height }));
  reflect();
}

/** Shows the photo alone. */
export function drawOriginal() {
  const { photo } = opened();
  drawPhoto(frameOf("photo", null, photo));
  show("photo");
}

/** @type {(frame: import("./framing.js").Frame) => void} */
function drawPhoto(frame) {
  const { photo } = opened();
  const size = shownSize(frame);
  const wanted = { photo, frame: JSON.stringify(frame) };
  if (wanted.photo === original.photo && wanted.frame === original.frame) return;
  original = wanted;
  const canvas = element("original");
  Object.assign(canvas, size);
  Object.assign(element("result"), size);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo.bitmap, ...placeOf(canvas, frame, photo));
}

async function draw() {
  const { photo, entry: { put }, result: { cutout } } = shown();
  const mine = ++drawing;
  await cutout.settled;
  const behind = await background(photo, cutout, put);
  if (mine !== drawing || cutout !== page.result?.cutout) return;
  const frame = shownFrame(photo, cutout.mask, put);
  drawPhoto(frame);
  compose(element("result"), cutout.picture, behind, frame, photo, put);
}

/** Shows the cut-out as it is chosen now. */
export async function redraw() {
  if (mode() === "photo" && page.result !== null) await attempt(draw);
}

/** Moves the border between photo and cut-out to where the slider is. */
export function slide() {
  const share = element("split").value;
  element("comparison").style.setProperty("--split", `${share}%`);
  element("split").ariaValueText = text("slider-value", { share });
}
