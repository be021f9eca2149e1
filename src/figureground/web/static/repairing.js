// @ts-check
// The shown photo's mask, mended by hand.

import { redraw } from "./cutting.js";
import { forgetDrag } from "./dragging.js";
import { MaskEditor } from "./mask_editor/editor.js";
import { attempt, page, reflect, shown, tools } from "./page.js";
import { complain, element, say, show } from "./telling.js";
import { text } from "./texts.js";

/** @typedef {import("./page.js").Entry} Entry */
/** @typedef {import("./page.js").Result} Result */
/** @typedef {import("./photos.js").Photo} Photo */

let asked = 0; // of the latest change of the sureness

/** Opens the editor on the shown photo. */
export async function startRepair() {
  const { photo, entry, result } = shown();
  await attempt(async () => {
    if (result.editor === null) await openEditor(photo, entry, result);
  });
  if (result !== page.result || result.editor === null) return;
  show("repair");
  element("frame").scrollIntoView({ block: "nearest" }); // on a phone the button is far below
  say(text("repair-hint"));
  reflect();
  result.editor.focus();
}

/** @type {(photo: Photo, entry: Entry, result: Result) => Promise<void>} */
async function openEditor(photo, entry, result) {
  const { mask } = result.cutout;
  const held = await entry.held();
  if (result !== page.result || result.editor !== null) return;
  result.editor = new MaskEditor(element("editor"), {
    photo: photo.bitmap,
    mask,
    second: held ? { mask: { ...mask, values: held }, label: "keep-held" } : undefined,
    changed: (change) => follow(entry, result, change),
  });
}

/** Shows the cut-out with its mended mask. */
export async function endRepair() {
  keepRepaired();
  const { entry, result } = shown();
  await attempt(() => result.cutout.settled);
  await redraw();
  show("comparison");
  tools().strip.draw(entry, element("result"));
  say(text("cutout-again"));
  reflect();
  element("repair-start").focus({ preventScroll: true });
}

/**
 * The cut-out follows the mask after each stroke.
 * @type {(entry: Entry, result: Result, change: import("./mask_editor/editing.js").Change) => void}
 */
function follow(entry, result, { box, complete, note, undone }) {
  if (!complete) return;
  entry.repaired = true;
  forgetDrag();
  result.cutout.mend(box).catch((error) => {
    if (result === page.result) complain(error); // else another photo is shown, and the mask is kept
  });
  if (!note) return;
  entry.sureness = undone ? note.before : note.after;
  reflect();
}

/** Remembers the mended mask, for when the photo is shown again. */
export function keepRepaired() {
  const { entry, result } = page;
  if (result?.editor && entry?.repaired) entry.keep(result.cutout.mask.values);
}

/** Forgets the editor, since another photo is shown. */
export function closeEditor() {
  keepRepaired();
  if (!page.result?.editor) return;
  page.result.editor.close();
  page.result.editor = null;
}

/** How sure the model must be of a person: where nobody has mended the mask, it becomes the model's other one. */
export async function changeSureness() {
  const { entry, result } = shown();
  const { editor } = result;
  const { probability } = entry;
  if (editor === null || probability === null) return;
  const [mine, before, after] = [++asked, entry.sureness, Number(element("sureness").value) / 100];
  await attempt(async () => {
    say(text("refining"), { busy: true });
    const former = await result.cutout.refined(probability, before);
    const other = await result.cutout.refined(probability, after);
    if (mine !== asked || result !== page.result) return;
    entry.sureness = after;
    editor.editing.follow(former, other, { before, after });
    say(text("repair-hint"));
  });
  reflect();
}
