// @ts-check
// Photos that a person gives, and what is made of them: a cut-out or a document photo.

import { Entry } from "./album.js";
import { stopCamera } from "./camera.js";
import { cut, redraw } from "./cutting.js";
import { forgetDrag } from "./dragging.js";
import { offerDocument, showDocument } from "./documents.js";
import { attemptLatest, form, giveUp, keepsHeld, mode, model, page, reflect, tools } from "./page.js";
import { putThing, showThing } from "./holding.js";
import { openPhoto } from "./photos.js";
import { closeEditor } from "./repairing.js";
import { ready } from "./starting.js";
import { Strip } from "./strip.js";
import { element, say, show } from "./telling.js";
import { text } from "./texts.js";
import { thumbnail } from "./thumbnails.js";

/** @typedef {import("./page.js").Current} Current */

let worked = /** @type {Entry[] | null} */ (null); // the album whose photos are being cut out

const strip = (page.strip = new Strip((entry) => display(entry)));

/**
 * Shows the first of these photos from which something comes, and cuts out the others meanwhile.
 * @param {File[]} files
 */
export async function take(...files) {
  const album = files.map((file) => new Entry(file));
  keepAlbum(album);
  for (const entry of album) if ((await display(entry)) !== "trouble") break;
  await workOff();
}

/** @type {(album: Entry[]) => void} */
function keepAlbum(album) {
  closeEditor();
  page.album = album;
  strip.hold(album);
}

/**
 * Makes of a photo what is asked for and shows it.
 * @returns {Promise<string>} "done", "trouble", or "void": newer work took its place
 * @param {Entry} entry
 */
async function display(entry) {
  if (page.live?.running) stopCamera();
  if (mode() === "live") setMode("photo");
  let end = "void";
  await attemptLatest(async (current) => {
    await ready(text("loading-photo"));
    if (!current()) return;
    try {
      await open(entry, current);
      if (current()) end = "done";
    } catch (error) {
      if (current()) end = "trouble";
      fail(entry, error);
      throw error;
    }
  });
  if (end === "void") strip.rest(entry);
  strip.tell();
  showThing();
  reflect();
  return end;
}

/** @type {(entry: Entry, current: Current) => Promise<void>} */
async function open(entry, current) {
  say(text("opening", { name: entry.file.name || text("the-photo") }), { busy: true });
  strip.begin(entry);
  const opened = await openPhoto(entry.file, tools().settings.limits);
  if (!current()) return;
  closeEditor();
  page.photo = opened;
  page.entry = entry;
  page.result = page.made = null;
  showThing();
  forgetDrag();
  strip.select(entry);
  element("face").value = "";
  reflect();
  await work(current);
}

/** @type {(current: Current) => Promise<void>} */
function work(current) {
  return mode() === "document" ? offerDocument(current) : cut(current);
}

/** @type {(entry: Entry, error: unknown) => void} */
function fail(entry, error) {
  entry.trouble = error instanceof Error ? error.message : String(error);
  strip.fail(entry, entry.trouble);
}

/** Cuts out the photos that were not yet shown, one after the other, as long as they are those of the page. */
async function workOff() {
  const { album } = page;
  if (worked === album) return;
  worked = album;
  const next = () => (page.album === album && mode() === "photo" ? album.find(({ done, trouble }) => !done && !trouble) : undefined);
  for (let entry; (entry = next()); ) {
    strip.begin(entry);
    try {
      const photo = await openPhoto(entry.file, tools().settings.limits);
      const mask = await entry.mask(() => tools().engine.mask(photo, model(), keepsHeld()));
      strip.draw(entry, thumbnail(photo, mask));
      photo.bitmap.close();
    } catch (error) {
      fail(entry, error);
    }
    if (page.album === album) strip.tell();
    reflect();
  }
  if (worked === album) worked = null;
}

/** @type {(name: "photo" | "document" | "live") => void} */
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
  showThing();
  reflect();
  if (mode() === "photo") await workOff();
}

/** Has all photos cut out anew by another model, or with or without held things, but those that were mended by hand. */
export async function cutAnew() {
  closeEditor();
  for (const entry of page.album) if (!entry.repaired) entry.forget();
  page.result = page.made = null;
  showThing();
  reflect();
  if (page.photo !== null && mode() !== "live") await attemptLatest(work);
  showThing();
  if (page.entry?.repaired && mode() === "photo") say(text("repaired-kept"));
  await workOff();
}

/** Takes a picture with the camera. */
export async function snap() {
  const file = await page.live?.still();
  if (!file) return;
  const thing = form.elements.thing.value;
  stopCamera();
  setMode("photo");
  await take(file);
  if (thing !== "none" && page.result !== null) await putThing(thing);
}
