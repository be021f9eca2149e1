// @ts-check
// What the page holds, shared by the modules that work on it, and how they do what a person asks for.

import { complain, element } from "./telling.js";
import { text } from "./texts.js";

export const form = element("panel");
const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
/** Which server this is, as texts put it after the word. */
export const serverName = () => (local ? text("server-here") : location.host);

/** @typedef {import("./album.js").Entry} Entry */
/** @typedef {import("./cutter.js").CutOut} CutOut */
/** @typedef {{cutout: CutOut, editor: import("./mask_editor/editor.js").MaskEditor | null}} Result */
/** @typedef {() => boolean} Current whether work on a photo is not void yet */
/**
 * @typedef {{models: {name: string, bytes: number, held: boolean}[], standards: string[], limits: import("./photos.js").Limits,
 *   runtime: boolean}} Settings
 */
/**
 * @typedef {object} State
 * @property {Settings} [settings] what the server told
 * @property {import("./engines.js").Engine} [engine]
 * @property {Entry[]} album the photos that were given together
 * @property {import("./strip.js").Strip} [strip] of them
 * @property {import("./live.js").Live} [live]
 * @property {Entry | null} entry of the album: the one that is shown
 * @property {import("./photos.js").Photo | null} photo its picture
 * @property {Result | null} result of the photo
 * @property {ImageBitmap | null} ownPicture a background
 * @property {{file: Blob, shortcomings: string[]} | null} made the document photo
 */

/** @type {State} */
export const page = { album: [], entry: null, photo: null, result: null, ownPicture: null, made: null };

/** What there is once the page is ready. */
export function tools() {
  const { settings, engine, strip } = page;
  if (!settings || !engine || !strip) throw new Error("the page is not ready");
  return { settings, engine, strip };
}

/** The photo that was opened; asked for only where there is one. */
export function opened() {
  const { photo, entry } = page;
  if (photo === null || entry === null) throw new Error("there is no photo");
  return { photo, entry };
}

/** The photo that is shown and its cut-out; asked for only where there is one. */
export function shown() {
  const { result } = page;
  if (result === null) throw new Error("there is no cut-out");
  return { ...opened(), result };
}

let turn = 0; // of the latest work on a photo

export const mode = () => form.elements.mode.value;
export const model = () => element("model").value;
/** Whether the model tells what people hold. */
const tellsHeld = () => page.settings?.models.some(({ name, held }) => held && name === model()) ?? false;
/** Whether what people hold is to be kept. */
export const keepsHeld = () => tellsHeld() && element("keep-held").checked;

/**
 * Does it; whatever goes wrong becomes the status line.
 * @param {() => unknown} action
 */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

/**
 * The same for work on a photo, which newer work makes void: `action` is given a function that tells whether.
 * @param {(current: Current) => Promise<unknown>} action
 */
export async function attemptLatest(action) {
  const mine = ++turn;
  const current = () => mine === turn;
  await attempt(() => action(current).catch((error) => (current() ? Promise.reject(error) : undefined)));
}

/** Makes the work on a photo void that goes on. */
export function giveUp() {
  turn += 1;
}

/** Shows and enables of the panel what can be used now. */
export function reflect() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-for]"))) {
    part.hidden = !part.dataset.for?.split(" ").includes(mode());
  }
  const background = form.elements.background.value;
  const none = page.result === null;
  const repairing = element("frame").dataset.shows === "repair";
  element("colour-line").hidden = background !== "colour";
  element("picture-line").hidden = background !== "picture";
  element("jpeg-note").hidden = mode() !== "photo" || background !== "transparent";
  for (const id of /** @type {const} */ (["png", "mask", "copy"])) element(id).disabled = none;
  const thing = form.elements.thing.value;
  /** @type {HTMLFieldSetElement} */ (element("things")).disabled = mode() === "photo" ? none || repairing : !page.live?.running;
  element("thing-text-line").hidden = thing !== "placard";
  element("thing-line").hidden = thing !== "own";
  element("thing-hint").hidden = thing === "none" || mode() !== "photo";
  element("held-line").hidden = !tellsHeld();
  element("repair-start").disabled = none || repairing;
  element("jpeg").disabled = none || background === "transparent";
  element("drag-line").hidden = mode() !== "photo" || none;
  element("archive").hidden = mode() !== "photo" || page.album.filter(({ done }) => done).length < 2;
  element("sureness-line").hidden = !page.entry?.probability;
  element("sureness").value = String(Math.round(100 * (page.entry?.sureness ?? 0.5)));
  element("sureness").ariaValueText = text("percent", { share: element("sureness").value });
  element("make-document").disabled = page.photo === null;
  element("save-document").disabled = element("save-sheet").disabled = page.made === null;
  element("camera").textContent = text(page.live?.running ? "stop-camera" : "start-camera");
  element("snap").disabled = !page.live?.running;
  element("shortcomings").hidden = mode() !== "document" || !element("shortcomings").childElementCount;
  element("own-colour").style.background = element("colour").value;
  element("choose").textContent = text(page.photo ? "choose-another" : "choose-photo");
}
