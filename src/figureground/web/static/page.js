// What the page holds, shared by the modules that work on it, and how they do what a person asks for.

import { complain, element } from "./telling.js";
import { text } from "./texts.js";

export const form = element("panel");
const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
/** Which server this is, as texts put it after the word. */
export const serverName = () => (local ? text("server-here") : location.host);

export const page = {
  settings: undefined, // what the server told: models, standards, limits
  engine: undefined, // the browser's, or the server's
  album: [], // the photos that were given together
  strip: null, // of them
  live: null,
  entry: null, // of the album: the one that is shown
  photo: null, // as openPhoto gives it
  result: null, // {cutout, editor} of the photo
  ownPicture: null, // a background
  made: null, // the document photo: {file}
};

let turn = 0; // of the latest work on a photo

export const mode = () => form.elements.mode.value;
export const model = () => form.elements.model.value;

/** Does it; whatever goes wrong becomes the status line. */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

/** The same for work on a photo, which newer work makes void: `action` is given a function that tells whether. */
export async function attemptLatest(action) {
  const mine = ++turn;
  const current = () => mine === turn;
  await attempt(() => action(current).catch((error) => (current() ? Promise.reject(error) : undefined)));
}

/** Makes the work on a photo void that goes on. */
export function giveUp() {
  turn += 1;
}

/** Shows and enables of the panel what can be used now. */
export function reflect() {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(mode());
  }
  const background = form.elements.background.value;
  const none = page.result === null;
  const repairing = element("frame").dataset.shows === "repair";
  element("colour-line").hidden = background !== "colour";
  element("picture-line").hidden = background !== "picture";
  element("jpeg-note").hidden = mode() !== "photo" || background !== "transparent";
  for (const id of ["png", "mask", "copy"]) element(id).disabled = none;
  element("repair-start").disabled = none || repairing;
  element("jpeg").disabled = none || background === "transparent";
  element("drag-line").hidden = mode() !== "photo" || none;
  element("archive").hidden = mode() !== "photo" || page.album.filter(({ done }) => done).length < 2;
  element("sureness-line").hidden = !page.entry?.probability;
  element("sureness").value = String(Math.round(100 * (page.entry?.sureness ?? 0.5)));
  element("sureness").ariaValueText = text("percent", { share: element("sureness").value });
  element("make-document").disabled = page.photo === null;
  element("save-document").disabled = element("save-sheet").disabled = page.made === null;
  element("camera").textContent = text(page.live?.running ? "stop-camera" : "start-camera");
  element("snap").disabled = !page.live?.running;
  element("shortcomings").hidden = mode() !== "document" || !element("shortcomings").childElementCount;
  element("own-colour").style.background = element("colour").value;
  element("choose").textContent = text(page.photo ? "choose-another" : "choose-photo");
}
