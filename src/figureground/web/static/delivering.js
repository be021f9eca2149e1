// @ts-check
// What a person takes away: pictures to save and to copy, and all of them in one archive.

import { Cutter } from "./cutter.js";
import { attempt, form, keepsHeld, model, page, shown, tools } from "./page.js";
import { Trouble, openPhoto } from "./photos.js";
import { fileOf, rendered, renderedMask } from "./rendering.js";
import { keepRepaired } from "./repairing.js";
import { download, say } from "./telling.js";
import { megabytes, text } from "./texts.js";

/** @typedef {keyof typeof ENDINGS} Type of a file */

const ENDINGS = { png: "png", jpeg: "jpg" };

/** @param {Type} type */
export async function save(type) {
  const { photo, entry, result } = shown();
  await saveAs(`${photo.stem}-cutout.${ENDINGS[type]}`, type, () => rendered(photo, result.cutout, entry.put));
}

export async function saveMask() {
  const { photo, entry, result } = shown();
  await saveAs(`${photo.stem}-mask.png`, "png", () => renderedMask(photo, result.cutout, entry.put));
}

/** @type {(name: string, type: Type, render: () => Promise<HTMLCanvasElement>) => Promise<void>} */
async function saveAs(name, type, render) {
  await attempt(async () => {
    say(text("writing"), { busy: true });
    const file = await fileOf(await render(), type);
    download(file, name);
    say(text("saved", { name, size: megabytes(file.size) }));
  });
}

/** Puts the cut-out into the clipboard. */
export async function copy() {
  const { photo, entry, result } = shown();
  await attempt(async () => {
    if (!navigator.clipboard?.write) throw new Trouble(text("copy-impossible"));
    say(text("writing"), { busy: true });
    const file = rendered(photo, result.cutout, entry.put).then((canvas) => fileOf(canvas, "png"));
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": file })]); // at once: browsers want the click
    } catch (error) {
      await file; // what went wrong may be in there
      if (error instanceof DOMException && error.name === "NotAllowedError") throw new Trouble(text("copy-forbidden"));
      throw error;
    }
    say(text("copied"));
  });
}

/** All photos that are done, cut out as the shown one is. */
export async function saveArchive() {
  await attempt(async () => {
    keepRepaired();
    const type = form.elements.background.value === "transparent" ? "png" : "jpeg";
    const cutter = new Cutter();
    try {
      const { downloadZip } = await import("./client-zip/index.js");
      const archive = await downloadZip(cutOuts(cutter, type)).blob();
      download(archive, "cutouts.zip");
      say(text("saved", { name: "cutouts.zip", size: megabytes(archive.size) }));
    } finally {
      cutter.close();
    }
  });
}

/** @type {(cutter: Cutter, type: Type) => AsyncGenerator<{name: string, input: Blob, lastModified: Date}>} */
async function* cutOuts(cutter, type) {
  const taken = new Set();
  const entries = page.album.filter(({ done }) => done);
  for (const [i, entry] of entries.entries()) {
    say(text("archiving", { number: i + 1, count: entries.length }), { busy: true });
    const photo = await openPhoto(entry.file, tools().settings.limits);
    const cutout = cutter.hold(photo);
    await cutout.put(await entry.mask(() => tools().engine.mask(photo, model(), keepsHeld())));
    const input = await fileOf(await rendered(photo, cutout, entry.put), type);
    photo.bitmap.close();
    yield { name: nameApart(taken, `${photo.stem}-cutout`, ENDINGS[type]), input, lastModified: new Date() };
  }
}

/**
 * A name that no other file of the archive has.
 * @type {(taken: Set<string>, stem: string, ending: string) => string}
 */
function nameApart(taken, stem, ending) {
  let name = `${stem}.${ending}`;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}.${ending}`;
  taken.add(name.toLowerCase());
  return name;
}
