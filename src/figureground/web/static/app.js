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
import { complain, element, say } from "./telling.js";
import { LANGUAGES, choose, text } from "./texts.js";

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
    ["split", "input", slide],
    ["language", "change", changeLanguage],
  ];
  for (const [id, event, action] of listeners) element(id).addEventListener(event, action);
  for (const choice of form.elements.mode) choice.addEventListener("change", changeMode);
  for (const choice of form.elements.background) choice.addEventListener("change", changeBackground);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    askForDocument();
  });
  addEventListener("paste", (event) => given(event.clipboardData));
  addEventListener("dragover", (event) => dropping(event, true));
  addEventListener("dragleave", (event) => dropping(event, false));
  addEventListener("drop", (event) => {
    dropping(event, false);
    given(event.dataTransfer);
  });
}

/** @type {(transfer: DataTransfer | null) => void} */
function given(transfer) {
  if (transfer?.files.length && !isOwnDrag()) take(...transfer.files);
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
