// @ts-check
// Things put into the hands of the people in the shown photo.

import { changeLiveThing } from "./camera.js";
import { contextOf, placeOf } from "./composing.js";
import { redraw, slide } from "./cutting.js";
import { forgetDrag } from "./dragging.js";
import { coverOf } from "./hands/drawing.js";
import { Handle } from "./hands/handle.js";
import { lit, measuredLight } from "./hands/light.js";
import { beside, cornersOf, inHand, insteadOf } from "./hands/placing.js";
import { blurOf, blurredThing } from "./hands/sharpness.js";
import { ownThing, packagedThing, withText } from "./hands/thing.js";
import { attempt, form, mode, page, reflect, shown, tools } from "./page.js";
import { Trouble, openPhoto } from "./photos.js";
import { shownFrame } from "./rendering.js";
import { element, say } from "./telling.js";
import { text } from "./texts.js";
import { personBox } from "./framing.js";

/** @typedef {import("./album.js").Entry} Entry */
/** @typedef {import("./hands/placing.js").Place} Place */
/** @typedef {import("./hands/placing.js").Shape} Shape */
/** @typedef {import("./hands/thing.js").Thing} Thing */
/** @typedef {import("./hands/drawing.js").Cover} Cover */
/** @typedef {import("./components.js").Box} Box */
/** @typedef {{canvas: OffscreenCanvas, left: number, top: number, person: boolean}} Patch over what was held */
/** @typedef {import("./hands/grips.js").Spot & {covers: Cover[], patch: Patch | null}} Grips of a photo */
/**
 * @typedef {object} Put a thing on a photo
 * @property {string} name the choice
 * @property {Thing} thing with its text
 * @property {Place} place
 * @property {OffscreenCanvas} picture the thing in the photo's light
 * @property {Cover[]} covers
 * @property {Patch | null} patch
 * @property {Box} box what it reaches of the photo, but for a movement that is under way
 * @property {boolean} moved by hand
 */

const AROUND = 0.5; // of the thing's box, added on each side where light is measured
const SETTLED = 200; // milliseconds after the last key or turn of the wheel
const MEASURED = 160; // pixels of the longer side of what is measured
const SHARP = 320; // pixels of a side where sharpness is measured: as they are
const OWN = 0.5; // pixels of a thing's picture: its own blur
const SOFTEST = 12; // pixels of a thing's picture: more is too much work

let own = /** @type {Thing | null} */ (null); // thing, of this visit
let under = 0; // the drawing that waits for a movement
let settling = 0; // the wait for a movement's end
const handle = new Handle(element("comparison"), follow, removeThing);

/** Puts the thing that is chosen on the shown photo, or takes it away. */
export async function chooseThing() {
  const name = form.elements.thing.value;
  if (name === "own" && own === null) element("thing-file").click();
  else if (mode() === "live") await changeLiveThing();
  else if (name === "none") removeThing();
  else await putThing(name);
}

/**
 * A thing by the name of its choice, with the text that is to be written on it.
 * @param {string} name
 * @returns {Promise<Thing>}
 */
export async function chosenThing(name) {
  return lettered(name === "own" && own ? own : await packagedThing(name));
}

/**
 * Puts a thing on the shown photo: in place of what is held, else in a hand, else beside the person.
 * @param {string} name
 * @param {MouseEvent} [at] where a person let go of it
 */
export async function putThing(name, at) {
  const { photo, entry, result } = shown();
  await attempt(async () => {
    say(text("thing-looking"), { busy: true });
    const thing = await chosenThing(name);
    const grips = await gripsOf(entry, result);
    if (entry !== page.entry || result !== page.result) return;
    const person = personBox(result.cutout.mask);
    const place = at ? { ...anyPlace(thing, grips, person), ...pointOf(at) } : placeFor(thing, grips, person, entry.put);
    const picture = new OffscreenCanvas(thing.width, thing.height);
    const moved = at !== undefined || (entry.put?.moved ?? false);
    entry.put = { name, thing, place, picture, covers: grips.covers, patch: grips.patch, box: boxOf(thing, place), moved };
    light(entry.put, photo);
    form.elements.thing.value = name;
    element("split").value = "0";
    slide();
    await show();
    say(text(moved ? "thing-there" : grips.old ? "thing-instead" : grips.hand ? "thing-in-hand" : "thing-beside"));
  });
  reflect();
}

/** @type {(entry: Entry, result: import("./page.js").Result) => Promise<Grips>} */
function gripsOf(entry, result) {
  entry.grips ??= (async () => {
    try {
      const { hand, old, fronts, patch } = await result.cutout.grips(await entry.held());
      return { hand, old, covers: fronts.map(coverOf), patch: patch && patchFrom(patch) };
    } catch (error) {
      console.warn("no hands are looked for in this browser:", error);
      return { hand: null, old: null, covers: [], patch: null };
    }
  })();
  return entry.grips;
}

/** @type {(patch: import("./hands/erasing.js").Patch) => Patch} */
function patchFrom({ left, top, values, height, width, person }) {
  const canvas = new OffscreenCanvas(width, height);
  contextOf(canvas).putImageData(new ImageData(values, width, height), 0, 0);
  return { canvas, left, top, person };
}

/** @type {(thing: Shape, grips: Grips, person: Box | null, before: Put | null) => Place} */
function placeFor(thing, grips, person, before) {
  if (!before?.moved) return anyPlace(thing, grips, person);
  const size = (/** @type {Shape} */ { height, width }) => Math.sqrt(height * width);
  return { ...before.place, scale: (before.place.scale * size(before.thing)) / size(thing) };
}

/** @type {(thing: Shape, grips: Grips, person: Box | null) => Place} */
function anyPlace(thing, { hand, old }, person) {
  if (old) return insteadOf(thing, old.thing, old.pixels);
  if (hand) return inHand(thing, hand);
  return beside(thing, person ?? { top: 0, left: 0, bottom: shown().photo.height, right: shown().photo.width });
}

/** The place of the photo at which an event happens. @type {(event: MouseEvent) => {row: number, column: number}} */
function pointOf({ clientX, clientY }) {
  const box = element("comparison").getBoundingClientRect();
  const [left, top, width, height] = on();
  const { photo } = shown();
  return { row: ((clientY - box.top - top) * photo.height) / height, column: ((clientX - box.left - left) * photo.width) / width };
}

/** Takes the thing away from the shown photo. */
export function removeThing() {
  if (!page.entry?.put) return;
  page.entry.put = null;
  form.elements.thing.value = "none";
  showThing();
  forgetDrag();
  redraw();
  say(text("thing-gone"));
  reflect();
}

/** Takes a picture of a person's own for a thing. @param {File} file */
export async function takeThing(file) {
  await attempt(async () => {
    const { bitmap, stem } = await openPhoto(file, tools().settings.limits);
    const thing = ownThing(bitmap, stem);
    bitmap.close();
    if (thing === "not plain") throw new Trouble(text("thing-not-plain", { name: file.name }));
    if (thing === "nothing") throw new Trouble(text("thing-nothing", { name: file.name }));
    own = thing;
    element("own-thing").style.backgroundImage = `url(${URL.createObjectURL(file)})`;
    if (mode() === "live") await changeLiveThing();
    else await putThing("own");
  });
  showThing();
  reflect();
}

/** Writes on the thing what is to be written. */
export async function changeThingText() {
  if (mode() === "live") return changeLiveThing();
  const put = page.entry?.put;
  if (!put || put.thing.text_area === null) return;
  await attempt(async () => {
    put.thing = await chosenThing(put.name);
    light(put, shown().photo);
    forgetDrag();
    await redraw();
  });
}

/** @type {(thing: Thing) => Thing} */
function lettered(thing) {
  if (thing.text_area === null) return thing;
  const words = element("thing-text").value;
  const written = withText(thing, words);
  if (written === null) throw new Trouble(text("thing-text-long"));
  return written;
}

/** Follows the handle. @type {(place: Place, done: boolean) => void} */
function follow(place, done) {
  const put = page.entry?.put;
  if (!put) return;
  Object.assign(put, { place, moved: true });
  forgetDrag();
  if (done) {
    put.box = boxOf(put.thing, place);
    clearTimeout(settling);
    settling = window.setTimeout(settle, SETTLED, put);
  }
  if (under !== 0) return;
  under = requestAnimationFrame(async () => {
    await show();
    under = 0;
  });
}

/** Gives a thing that has come to rest the light of its new place. @param {Put} put */
function settle(put) {
  if (put !== page.entry?.put || page.photo === null || page.result === null) return;
  light(put, page.photo);
  show();
}

async function show() {
  await redraw();
  showThing();
}

/** Shows the shown photo's thing as chosen, and the frame around it; nothing where it has none. */
export function showThing() {
  if (mode() !== "photo") return;
  const put = page.entry?.put ?? null;
  form.elements.thing.value = put?.name ?? "none";
  if (put === null || page.photo === null || page.result === null) handle.hold(null);
  else handle.hold(put, { photo: page.photo, on });
}

/** Where the whole photo lies in the comparison. @returns {[number, number, number, number]} */
function on() {
  const { photo, entry, result } = shown();
  const { height, width } = element("comparison").getBoundingClientRect();
  return placeOf({ height, width }, shownFrame(photo, result.cutout.mask, entry.put), photo);
}

/** @type {(thing: Shape, place: Place) => Box} */
function boxOf(thing, place) {
  const corners = cornersOf(thing, place);
  const [rows, columns] = [corners.map(([row]) => row), corners.map(([, column]) => column)];
  return {
    top: Math.floor(Math.min(...rows)),
    left: Math.floor(Math.min(...columns)),
    bottom: Math.ceil(Math.max(...rows)),
    right: Math.ceil(Math.max(...columns)),
  };
}

/** Paints the thing in the light of what is around it. @type {(put: Put, photo: import("./photos.js").Photo) => void} */
function light({ thing, picture, place, box }, photo) {
  const [down, across] = [AROUND * (box.bottom - box.top), AROUND * (box.right - box.left)];
  const [top, left] = [Math.max(0, box.top - down), Math.max(0, box.left - across)];
  const height = Math.min(photo.height, box.bottom + down) - top;
  const width = Math.min(photo.width, box.right + across) - left;
  const scale = Math.min(1, MEASURED / Math.max(height, width, 1));
  const small = { height: Math.max(1, Math.round(scale * height)), width: Math.max(1, Math.round(scale * width)) };
  const context = contextOf(new OffscreenCanvas(small.width, small.height), { willReadFrequently: true });
  if (height > 0 && width > 0) context.drawImage(photo.bitmap, left, top, width, height, 0, 0, small.width, small.height);
  const around = measuredLight(context.getImageData(0, 0, small.width, small.height).data);
  const more = Math.sqrt(Math.max(0, softnessNear(photo, place) ** 2 - (OWN * place.scale) ** 2));
  const pixels = blurredThing(lit(thing.picture.data, around), thing.height, thing.width, Math.min(SOFTEST, more / place.scale));
  contextOf(picture).putImageData(new ImageData(pixels, thing.width, thing.height), 0, 0);
}

/** How soft the photo is where the thing is held. @type {(photo: import("./photos.js").Photo, place: Place) => number} */
function softnessNear({ bitmap, height, width }, { row, column }) {
  const [high, wide] = [Math.min(SHARP, height), Math.min(SHARP, width)];
  const top = Math.round(Math.min(height - high, Math.max(0, row - high / 2)));
  const left = Math.round(Math.min(width - wide, Math.max(0, column - wide / 2)));
  const context = contextOf(new OffscreenCanvas(wide, high), { willReadFrequently: true });
  context.drawImage(bitmap, -left, -top);
  return blurOf(context.getImageData(0, 0, wide, high));
}
