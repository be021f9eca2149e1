// @ts-check
// The page: who listens to what.

import { changeLiveBackground, startCamera, stopCamera } from "./camera.js";
import { redraw, slide } from "./cutting.js";
import { copy, save, saveArchive, saveMask } from "./delivering.js";
import { askForDocument, remakeDocument, saveDocument, saveSheet } from "./documents.js";
import { forgetDrag, isOwnDrag, prepareDrag, startDrag } from "./dragging.js";
import { attempt, form, page, reflect, tools } from "./page.js";
import { openPhoto } from "./photos.js";
import { changeSureness, endRepair, startRepair } from "./repairing.js";
import { describe, ready, started } from "./starting.js";
import { changeMode, cutAnew, snap, take } from "./taking.js";
import { changeThingText, chooseThing, putThing, showThing, takeThing } from "./holding.js";
import { hasClearPixels, pixelsOf } from "./hands/thing.js";
import { complain, element, say } from "./telling.js";
import { LANGUAGES, choose, text } from "./texts.js";

const THING = "application/x-figureground-thing"; // what is dragged from the things

function listen() {
  /** @type {[string, string, (event: any) => unknown][]} */
  const listeners = [
    ["choose", "click", () => element("file").click()],
    ["welcome-choose", "click", () => element("file").click()],
    ["file", "change", () => takeFrom(element("file"), take)],
    ["picture-choose", "click", () => element("picture").click()],
    ["picture", "change", () => takeFrom(element("picture"), takeBackground)],
    ["png", "click", () => save("png")],
    ["jpeg", "click", () => save("jpeg")],
    ["mask", "click", saveMask],
    ["copy", "click", copy],
    ["archive", "click", saveArchive],
    ["drag-line", "pointerenter", prepareDrag],
    ["drag", "dragstart", startDrag],
    ["repair-start", "click", startRepair],
    ["repair-end", "click", endRepair],
    ["sureness", "change", changeSureness],
    ["shape", "change", changeFrame],
    ["longer", "change", changeFrame],
    ["save-document", "click", saveDocument],
    ["save-sheet", "click", saveSheet],
    ["camera", "click", () => (page.live?.running ? stopCamera() : startCamera())],
    ["snap", "click", snap],
    ["colour", "input", changeBackground],
    ["model", "change", cutAnew],
    ["keep-held", "change", cutAnew],
    ["standard", "change", remakeDocument],
    ["document-background", "change", remakeDocument],
    ["face", "change", remakeDocument],
    ["picture-label", "click", pointAtPicture],
    ["thing-choose", "click", () => element("thing-file").click()],
    ["thing-file", "change", () => takeFrom(element("thing-file"), takeThing)],
    ["thing-text", "change", changeThingText],
    ["things", "dragstart", dragThing],
    ["split", "input", slide],
    ["language", "change", changeLanguage],
  ];
  for (const [id, event, action] of listeners) element(id).addEventListener(event, action);
  for (const choice of form.elements.mode) choice.addEventListener("change", changeMode);
  for (const choice of form.elements.background) choice.addEventListener("change", changeBackground);
  for (const choice of form.elements.thing) choice.addEventListener("change", changeThing);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    askForDocument();
  });
  addEventListener("paste", (event) => given(filesOf(event.clipboardData)));
  addEventListener("dragover", (event) => dropping(event, true));
  addEventListener("dragleave", (event) => dropping(event, false));
  addEventListener("drop", (event) => {
    dropping(event, false);
    dropped(event);
  });
}

/** Taken at once: browsers take them back when the event is over. @type {(transfer: DataTransfer | null) => File[]} */
function filesOf(transfer) {
  return isOwnDrag() ? [] : [...(transfer?.files ?? [])];
}

/** @type {(files: File[]) => void} */
function given(files) {
  if (files.length) take(...files);
}

/**
 * A thing that is dropped on the shown photo, or a picture on the things, is put into a hand; else it is a photo.
 * @param {DragEvent} event
 */
async function dropped(event) {
  const { target } = event; // the window itself where nothing is below the pointer
  const within = (/** @type {"comparison" | "things"} */ id) => target instanceof Node && element(id).contains(target);
  const [onPhoto, onThings] = [within("comparison"), within("things")];
  const name = event.dataTransfer?.getData(THING);
  const files = filesOf(event.dataTransfer);
  if (name) {
    if (onPhoto && page.result !== null) await putThing(name, event);
  } else if (files.length === 1 && page.result !== null && (onThings || (onPhoto && (await isCutOut(files[0]))))) {
    await takeThing(files[0]);
  } else given(files);
}

/** Whether a picture has transparency. @param {File} file */
async function isCutOut(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const clear = hasClearPixels(pixelsOf(bitmap, 256));
    bitmap.close();
    return clear;
  } catch {
    return false;
  }
}

/** @type {(event: DragEvent) => void} */
function dragThing({ target, dataTransfer }) {
  const name = /** @type {HTMLElement} */ (target).dataset?.thing;
  if (name) dataTransfer?.setData(THING, name);
}

async function changeThing() {
  reflect();
  forgetDrag();
  await chooseThing();
}

/** @type {(event: DragEvent, over: boolean) => void} */
function dropping(event, over) {
  event.preventDefault();
  element("frame").classList.toggle("dropping", over && !isOwnDrag());
}

/** @type {(input: HTMLInputElement, action: (...files: File[]) => Promise<void>) => Promise<void>} */
async function takeFrom(input, action) {
  const files = [...(input.files ?? [])];
  input.value = ""; // so that the same file may be chosen again
  if (files.length) await action(...files);
}

async function changeFrame() {
  forgetDrag();
  await redraw();
  showThing();
}

async function changeBackground() {
  reflect();
  forgetDrag();
  changeLiveBackground();
  await redraw();
}

/**
 * A pointer on the swatch asks for a file; arrow keys, which pass it by, choose only the swatch.
 * @type {(event: {target: Element}) => void}
 */
function pointAtPicture(event) {
  if (event.target.tagName !== "INPUT" && page.ownPicture === null) element("picture").click();
}

/** @type {(file: File) => Promise<void>} */
async function takeBackground(file) {
  await attempt(async () => {
    await ready(text("loading-background"));
    page.ownPicture = (await openPhoto(file, tools().settings.limits)).bitmap;
    form.elements.background.value = "picture";
    element("own-picture").style.backgroundImage = `url(${URL.createObjectURL(file)})`;
    say(text("background-is", { name: file.name }));
  });
  await changeBackground();
}

async function changeLanguage() {
  await attempt(async () => {
    await choose(element("language").value);
    describe();
    reflect();
    slide();
    showThing();
    page.result?.editor?.changeBrush({}); // it says its size
    say(text("language-chosen"));
  });
}

function offerLanguages() {
  for (const [code, name] of Object.entries(LANGUAGES)) {
    element("language").append(Object.assign(new Option(name, code), { lang: code }));
  }
  element("language").value = document.documentElement.lang;
}

offerLanguages();
listen();
started.catch(complain);
started.then(() => navigator.serviceWorker?.register("/service_worker.js")).catch(console.warn);
