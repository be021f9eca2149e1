// @ts-check
// The camera, switched on and off.

import { BrowserEngine } from "./engines.js";
import { LiveThing } from "./hands/live_thing.js";
import { chosenThing } from "./holding.js";
import { Live } from "./live.js";
import { attempt, form, page, reflect, tools } from "./page.js";
import { Trouble } from "./photos.js";
import { place, ready } from "./starting.js";
import { complain, element, say, show } from "./telling.js";
import { number, text } from "./texts.js";

let choice = /** @type {Promise<import("./live.js").Choice> | null} */ (null); // promise of what it runs on

function background() {
  const chosen = form.elements.background.value;
  if (chosen === "original") return { original: true };
  if (chosen === "blur") return { blur: true };
  if (chosen === "picture") return { picture: page.ownPicture ?? undefined };
  if (chosen === "transparent") return {};
  return { colour: chosen === "colour" ? element("colour").value : chosen };
}

/** Puts the background that is chosen now behind the person. */
export function changeLiveBackground() {
  if (page.live?.running) page.live.background = background();
}

/** Gives the person before the camera the thing that is chosen now. */
export async function changeLiveThing() {
  const { live, engine } = page;
  if (!live?.running || !(engine instanceof BrowserEngine)) return;
  await attempt(async () => {
    const name = form.elements.thing.value;
    const thing = name === "none" ? null : await chosenThing(name);
    if (name === form.elements.thing.value) live.thing = thing && new LiveThing(thing, engine.liveHands);
  });
}

/** A person's own model is kept to; else the GPU may take any, and the processor the quick one. */
function choose(/** @type {BrowserEngine} */ engine) {
  const names = tools().settings.models.map(({ name }) => name);
  return names[0] === "own" ? engine.chooseLive(["own"], "own") : engine.chooseLive(names, "fast");
}

export async function startCamera() {
  await attempt(async () => {
    await ready(text("loading-camera"));
    const { engine } = page;
    if (!(engine instanceof BrowserEngine)) throw new Trouble(text("camera-needs-model"));
    say(text("camera-starting"), { busy: true });
    const live = (page.live ??= new Live(element("live"), engine));
    live.background = background();
    const chosen = await (choice ??= choose(engine));
    const by = chosen.accelerator === "webgpu" ? "live-by-gpu" : "live-by-processor";
    const report = (/** @type {number} */ rate) => {
      element("live").dataset.rate = rate.toFixed(1);
      element("where").textContent = text(by, { rate: number(rate, 0), model: chosen.model });
    };
    const fail = (/** @type {unknown} */ error) => {
      stopCamera();
      complain(error);
    };
    await live.start(chosen, report, fail);
    show("live");
    say(text("camera-on"));
    live.thing = null;
    await changeLiveThing();
  });
  reflect();
}

export function stopCamera() {
  page.live?.stop();
  element("where").textContent = place();
  say(text("camera-off"));
  show("nothing");
  reflect();
}
