// What a person takes away: pictures to save and to copy, and all of them in one archive.

import { Cutter } from "./cutter.js";
import { attempt, form, page } from "./page.js";
import { Trouble, openPhoto } from "./photos.js";
import { fileOf, rendered, renderedMask } from "./rendering.js";
import { keepRepaired } from "./repairing.js";
import { download, element, say } from "./telling.js";
import { megabytes, text } from "./texts.js";

const ENDINGS = { png: "png", jpeg: "jpg" };

export async function save(type) {
  const { photo, result } = page;
  await saveAs(`${photo.stem}-cutout.${ENDINGS[type]}`, type, () => rendered(photo, result.cutout));
}

export async function saveMask() {
  const { photo, result } = page;
  await saveAs(`${photo.stem}-mask.png`, "png", () => renderedMask(photo, result.cutout));
}

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
  const { photo, result } = page;
  await attempt(async () => {
    if (!navigator.clipboard?.write) throw new Trouble(text("copy-impossible"));
    say(text("writing"), { busy: true });
    const file = rendered(photo, result.cutout).then((canvas) => fileOf(canvas, "png"));
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": file })]); // at once: browsers want the click
    } catch (error) {
      await file; // what went wrong may be in there
      if (error.name === "NotAllowedError") throw new Trouble(text("copy-forbidden"));
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

async function* cutOuts(cutter, type) {
  const taken = new Set();
  const entries = page.album.filter(({ done }) => done);
  for (const [i, entry] of entries.entries()) {
    say(text("archiving", { number: i + 1, count: entries.length }), { busy: true });
    const photo = await openPhoto(entry.file, page.settings.limits);
    const cutout = cutter.hold(photo);
    await cutout.put(await entry.mask());
    const input = await fileOf(await rendered(photo, cutout), type);
    photo.bitmap.close();
    yield { name: nameApart(taken, `${photo.stem}-cutout`, ENDINGS[type]), input, lastModified: new Date() };
  }
}

/** A name that no other file of the archive has. */
function nameApart(taken, stem, ending) {
  let name = `${stem}.${ending}`;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}.${ending}`;
  taken.add(name.toLowerCase());
  return name;
}
