// @ts-check
// What the page says, shows and hands out.

import { Trouble } from "./photos.js";
import { text } from "./texts.js";

/**
 * @typedef {"png" | "jpeg" | "mask" | "copy" | "archive" | "save-document" | "save-sheet" | "camera" | "snap" |
 *   "choose" | "make-document" | "repair-start" | "repair-end" | "thing-choose"} Button
 */
/**
 * @typedef {"split" | "file" | "colour" | "picture" | "face" | "keep-held" | "sureness" | "longer" | "thing-text" |
 *   "thing-file"} Input
 */
/** @typedef {"language" | "standard" | "document-background" | "model" | "shape"} Select */
/** @typedef {Record<"mode" | "background" | "thing", RadioNodeList>} Choices */
/**
 * @typedef {Record<"original" | "result" | "live", HTMLCanvasElement> & Record<Button, HTMLButtonElement>
 *   & Record<Input, HTMLInputElement> & Record<Select, HTMLSelectElement> & Record<"document" | "drag", HTMLImageElement>
 *   & {panel: HTMLFormElement & {elements: Choices}}} Elements by id
 */

/**
 * The page's element of that id.
 * @template {string} Id
 * @param {Id} id
 */
export function element(id) {
  return /** @type {Id extends keyof Elements ? Elements[Id] : HTMLElement} */ (document.getElementById(id));
}

/**
 * Puts a sentence in the status line, which screen readers read out.
 * @param {string} text
 * @param {{trouble?: boolean, busy?: boolean}} [state]
 */
export function say(text, { trouble = false, busy = false } = {}) {
  element("status").textContent = text;
  element("status").classList.toggle("trouble", trouble);
  element("progress").hidden = !busy;
  document.body.dataset.state = trouble ? "trouble" : busy ? "busy" : "ready"; // for tests
}

/** @param {unknown} error */
export function complain(error) {
  if (!(error instanceof Trouble)) console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  say(error instanceof Trouble ? message : text("something-wrong", { message }), { trouble: true });
}

/**
 * Lists what a document photo does not satisfy.
 * @param {string[]} shortcomings
 */
export function tell(shortcomings) {
  element("shortcomings").replaceChildren(
    ...shortcomings.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })),
  );
}

/**
 * Shows nothing, photo, comparison, document or live; see style.css.
 * @param {"nothing" | "photo" | "comparison" | "repair" | "document" | "live"} what
 */
export function show(what) {
  element("frame").dataset.shows = what;
}

/**
 * @param {Blob} file
 * @param {string} name
 */
export function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
