// @ts-check
// Document photos, which the server makes.

import { drawOriginal } from "./cutting.js";
import { documentPhoto } from "./engines.js";
import { attempt, attemptLatest, mode, model, opened, page, reflect, serverName, tools } from "./page.js";
import { download, element, say, show, tell } from "./telling.js";
import { text } from "./texts.js";

const sent = new WeakSet(); // the files of which a document photo was asked for

function options() {
  const [standard, background] = [element("standard").value, element("document-background").value];
  return { standard, background, face: element("face").value, model: model() };
}

/**
 * Makes the document photo again where it was asked for; else waits for a word: who chooses Document may only pass by.
 * @param {import("./page.js").Current} current
 */
export async function offerDocument(current) {
  const { photo, entry } = opened();
  if (sent.has(photo.file)) return await makeDocument(current);
  drawOriginal();
  tools().strip.draw(entry, element("original"));
  say(text("document-press", { server: serverName() }));
}

export async function askForDocument() {
  const { photo } = page;
  if (photo === null || mode() !== "document") return;
  if (sent.has(photo.file) && document.activeElement === element("face")) return; // its change asks already
  sent.add(photo.file);
  await attemptLatest(makeDocument);
}

/**
 * Makes a document photo of the photo and shows it, unless newer work makes that void.
 * @param {import("./page.js").Current} current
 */
async function makeDocument(current) {
  const { photo, entry } = opened();
  say(text("document-making", { server: serverName() }), { busy: true });
  drawOriginal();
  page.made = null;
  tell([]);
  reflect();
  const made = await documentPhoto(photo, options());
  if (!current()) return;
  page.made = made;
  URL.revokeObjectURL(element("document").src);
  element("document").src = URL.createObjectURL(made.file);
  await element("document").decode();
  if (!current()) return;
  tools().strip.draw(entry, element("document"));
  tell(made.shortcomings);
  showDocument();
  reflect();
}

export function showDocument() {
  const { made } = page;
  if (made === null) return;
  show("document");
  const title = element("standard").selectedOptions[0].textContent;
  say(made.shortcomings.length ? text("document-lacks", { title }) : text("document-fits", { title }), {
    trouble: made.shortcomings.length > 0,
  });
}

/** After another choice. */
export async function remakeDocument() {
  if (page.photo) await attemptLatest(offerDocument);
}

export function saveDocument() {
  if (page.made) download(page.made.file, `${opened().photo.stem}-document.jpg`);
}

export async function saveSheet() {
  const { photo } = opened();
  await attempt(async () => {
    say(text("sheet-making"), { busy: true });
    const { file } = await documentPhoto(photo, { ...options(), sheet: "yes" });
    const name = `${photo.stem}-sheet.jpg`;
    download(file, name);
    say(text("saved-sheet", { name }));
  });
}
