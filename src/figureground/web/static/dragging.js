// @ts-check
// The cut-out as a picture that can be dragged into another program.

import { attempt, page } from "./page.js";
import { fileOf, rendered } from "./rendering.js";
import { element } from "./telling.js";

let dragged = /** @type {{name: string, url: string} | null} */ (null); // {name, url} of the picture
let under = false; // whether a drag goes on

/** Makes the picture that can be dragged out: a file has to be there before a drag begins. */
export async function prepareDrag() {
  const { photo, entry, result } = page;
  if (photo === null || entry === null || result === null || dragged !== null) return;
  const mine = (dragged = { name: `${photo.stem}-cutout.png`, url: "" });
  await attempt(async () => {
    const url = URL.createObjectURL(await fileOf(await rendered(photo, result.cutout, entry.put), "png"));
    if (mine !== dragged) {
      URL.revokeObjectURL(url);
      return;
    }
    mine.url = element("drag").src = url;
    element("drag").hidden = false;
  });
}

/** Forgets that picture, since another would be made now. */
export function forgetDrag() {
  if (dragged?.url) setTimeout(URL.revokeObjectURL, 60_000, dragged.url); // a drop may still be reading it
  dragged = null;
  element("drag").hidden = true;
  element("drag").removeAttribute("src");
}

/**
 * Names the file that is dragged, for browsers that would call it after its address.
 * @param {DragEvent} event
 */
export function startDrag({ target, dataTransfer }) {
  if (!target || !dataTransfer || !dragged) return;
  under = true;
  target.addEventListener("dragend", () => (under = false), { once: true });
  dataTransfer.setData("DownloadURL", `image/png:${dragged.name}:${dragged.url}`);
  dataTransfer.effectAllowed = "copy";
}

/** Whether what is dragged over the page comes from it. */
export function isOwnDrag() {
  return under;
}
