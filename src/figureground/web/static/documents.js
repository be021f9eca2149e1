// Document photos, which the server makes.

import { drawOriginal } from "./cutting.js";
import { documentPhoto } from "./engines.js";
import { attempt, attemptLatest, mode, model, page, reflect, serverName } from "./page.js";
import { download, element, say, show, tell } from "./telling.js";
import { text } from "./texts.js";

const sent = new WeakSet(); // the files of which a document photo was asked for

function options() {
  const [standard, background, face] = ["standard", "document-background", "face"].map((id) => element(id).value);
  return { standard, background, face, model: model() };
}

/** Makes the document photo again where it was asked for; else waits for a word: who chooses Document may only pass by. */
export async function offerDocument(current) {
  const { photo } = page;
  if (sent.has(photo.file)) return await makeDocument(current);
  drawOriginal();
  page.strip.draw(page.entry, element("original"));
  say(text("document-press", { server: serverName() }));
}

export async function askForDocument() {
  const { photo } = page;
  if (photo === null || mode() !== "document") return;
  if (sent.has(photo.file) && document.activeElement === element("face")) return; // its change asks already
  sent.add(photo.file);
  await attemptLatest(makeDocument);
}

/** Makes a document photo of the photo and shows it, unless newer work makes that void. */
async function makeDocument(current) {
  const { photo } = page;
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
  page.strip.draw(page.entry, element("document"));
  tell(made.shortcomings);
  showDocument();
  reflect();
}

export function showDocument() {
  const { made } = page;
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
  download(page.made.file, `${page.photo.stem}-document.jpg`);
}

export async function saveSheet() {
  const { photo } = page;
  await attempt(async () => {
    say(text("sheet-making"), { busy: true });
    const { file } = await documentPhoto(photo, { ...options(), sheet: "yes" });
    const name = `${photo.stem}-sheet.jpg`;
    download(file, name);
    say(text("saved-sheet", { name }));
  });
}
