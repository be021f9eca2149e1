// A photo and its cut-out.

import { compose, shownSize } from "./composing.js";
import { BrowserEngine } from "./engines.js";
import { attempt, form, mode, model, page, reflect, serverName } from "./page.js";
import { Trouble } from "./photos.js";
import { download, element, say, show } from "./telling.js";
import { megabytes, number, text } from "./texts.js";

let drawing = 0; // of the latest drawing

/** Cuts the photo out and shows it, unless newer work makes that void. */
export async function cut(current) {
  const { photo, engine } = page;
  drawOriginal();
  const begun = performance.now();
  const inBrowser = engine instanceof BrowserEngine;
  say(text(inBrowser ? "looking-browser" : "looking-server", { server: serverName() }), { busy: true });
  const answer = await engine.cut(photo, model());
  if (!current()) return;
  page.result = answer;
  await draw();
  if (!current()) return;
  show("comparison");
  page.strip.draw(photo.file, element("result"));
  const seconds = number((performance.now() - begun) / 1000, 1);
  const { width, height } = photo;
  say(text(inBrowser ? "done-browser" : "done-server", { seconds, server: serverName(), width, height }));
  reflect();
}

export function drawOriginal() {
  const { photo } = page;
  const canvas = element("original");
  Object.assign(canvas, shownSize(photo));
  Object.assign(element("result"), shownSize(photo));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(photo.bitmap, 0, 0, canvas.width, canvas.height);
  show("photo");
}

/** The background that is chosen, as `compose` takes it. */
async function background({ blurred }) {
  const chosen = form.elements.background.value;
  if (chosen === "transparent") return {};
  if (chosen === "colour") return { colour: element("colour").value };
  if (chosen === "picture") return { picture: page.ownPicture ?? undefined };
  if (chosen === "blur") return { picture: await blurred() };
  return { colour: chosen };
}

async function draw() {
  const [mine, drawn] = [++drawing, page.result];
  const behind = await background(drawn);
  if (mine === drawing && drawn === page.result) compose(element("result"), drawn.cutout, behind);
}

/** Shows the cut-out before the background that is chosen now. */
export async function redraw() {
  if (mode() === "photo" && page.result !== null) await attempt(draw);
}

export async function save(type) {
  const { photo, result } = page;
  await attempt(async () => {
    say(text("writing"), { busy: true });
    const canvas = Object.assign(document.createElement("canvas"), { width: photo.width, height: photo.height });
    compose(canvas, result.cutout, await background(result));
    const file = await new Promise((resolve) => canvas.toBlob(resolve, `image/${type}`, 0.95));
    if (file === null) throw new Trouble(text("too-large-to-write"));
    const name = `${photo.stem}-cutout.${type === "jpeg" ? "jpg" : "png"}`;
    download(file, name);
    say(text("saved", { name, size: megabytes(file.size) }));
  });
}

/** Moves the border between photo and cut-out to where the slider is. */
export function slide() {
  const share = element("split").value;
  element("comparison").style.setProperty("--split", `${share}%`);
  element("split").ariaValueText = text("slider-value", { share });
}
