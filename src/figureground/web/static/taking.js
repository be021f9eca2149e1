// Photos that a person gives, and what is made of them: a cut-out or a document photo.

import { stopCamera } from "./camera.js";
import { cut, redraw } from "./cutting.js";
import { offerDocument, showDocument } from "./documents.js";
import { attemptLatest, form, giveUp, mode, page, reflect } from "./page.js";
import { openPhoto } from "./photos.js";
import { ready } from "./starting.js";
import { Strip } from "./strip.js";
import { element, say, show } from "./telling.js";
import { text } from "./texts.js";

page.strip = new Strip(element("strip"), (file) => workOn([file]));

export async function take(...files) {
  page.strip.hold(files);
  await workOn(files);
}

/** Makes of each photo what is asked for; the last one stays shown. */
async function workOn(files) {
  if (page.live?.running) stopCamera();
  if (mode() === "live") setMode("photo");
  await attemptLatest(async (current) => {
    await ready(text("loading-photo"));
    const troubles = new Map(); // by file
    for (const file of files) {
      if (!current()) return;
      await open(file, current).catch((error) => {
        troubles.set(file, error);
        page.strip.fail(file, error.message);
      });
    }
    if (!current()) return;
    if (files.length > 1) sum(files.length, troubles);
    else for (const error of troubles.values()) throw error;
  });
  reflect();
}

/** Tells what became of several photos. */
function sum(count, troubles) {
  const reasons = [...troubles].map(([{ name }, { message }]) => (message.startsWith(name) ? message : `${name}: ${message}`));
  const done = text(mode() === "document" ? "photos-open" : "photos-done", { done: count - troubles.size, count });
  say([done, ...reasons].join(" "), { trouble: troubles.size > 0 });
}

async function open(file, current) {
  say(text("opening", { name: file.name || text("a-picture") }), { busy: true });
  const opened = await openPhoto(file, page.settings.limits);
  if (!current()) return;
  page.photo = opened;
  page.result = page.made = null;
  element("face").value = "";
  reflect();
  await work(current);
}

function work(current) {
  return mode() === "document" ? offerDocument(current) : cut(current);
}

function setMode(name) {
  form.elements.mode.value = name;
  reflect();
}

/** Shows what the mode that was chosen makes of the photo. */
export async function changeMode() {
  if (page.live?.running && mode() !== "live") stopCamera();
  reflect();
  if (mode() === "live" || page.photo === null) {
    giveUp();
    show("nothing");
    say(text(mode() === "live" ? "camera-hint" : "photo-hint"));
  } else if (mode() === "photo" && page.result !== null) {
    giveUp();
    show("comparison");
    say(text("cutout-again"));
    await redraw();
  } else if (mode() === "document" && page.made !== null) {
    giveUp();
    showDocument();
  } else await attemptLatest(work);
}

export async function chooseModel() {
  page.result = page.made = null;
  reflect();
  if (page.photo !== null && mode() !== "live") await attemptLatest(work);
}

/** Takes a picture with the camera. */
export async function snap() {
  const file = await page.live.still();
  stopCamera();
  setMode("photo");
  await take(file);
}
