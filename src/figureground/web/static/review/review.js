// @ts-check
// The page on which masks are judged: who listens to what.

import { keyOf } from "../mask_editor/keys.js";
import { complain, element, say } from "../telling.js";
import { LANGUAGES, choose, preferredLanguage, speak, text } from "../texts.js";
import { tellFault } from "./faults.js";
import { Mending } from "./mending.js";
import { drawPicture } from "./pictures.js";
import { Queue } from "./queue.js";
import { Taken, askPhoto, askTasks, judge } from "./server.js";

/** @typedef {import("./queue.js").Task} Task */
/** @typedef {import("./server.js").Decision} Decision */
/** @typedef {import("./server.js").Shown} Shown */
/** @typedef {import("../texts.js").Key} Key */

const page = {
  draws: false, // masks, from nothing
  queue: new Queue([]),
  /** @type {Shown|null} */ shown: null,
  /** @type {Mending|null} */ mending: null,
  busy: true,
};
const coming = /** @type {Map<string, Promise<Shown>>} */ (new Map()); // photos that are shown or come next, by name

/** By key: what it does while pictures are shown, and while a mask is drawn. */
const JUDGING = { a: accept, m: () => decide("model"), e: startMending, l: () => decide("left-out"), s: putOff, b: goBack };
const DRAWING = { enter: save, m: beginWithModel, h: switchMask, escape: cancel };
const BUTTONS = {
  right: accept, "take-model": () => decide("model"), mend: startMending, "leave-out": () => decide("left-out"),
  later: putOff, back: goBack, save, "from-model": beginWithModel, "other-mask": switchMask, cancel,
};

/**
 * Does it, unless something is under way; whatever goes wrong becomes the status line.
 * @param {() => unknown} action
 */
async function attempt(action) {
  if (page.busy) return;
  page.busy = true;
  try {
    await action();
  } catch (error) {
    if (error instanceof Taken) await lookAgain().catch(complain);
    complain(error);
  }
  page.busy = false;
}

async function start() {
  const { draws, tasks } = await askTasks();
  page.draws = draws;
  page.queue = new Queue(tasks);
  element("right").hidden = draws;
  element("take-model").classList.toggle("main", draws);
  await showCurrent();
}

/** Shows the photo whose turn it is, or that there is none left. */
async function showCurrent() {
  const task = page.queue.current;
  page.shown = null;
  reflect();
  if (!task) {
    say(text("review-finished"));
    return;
  }
  say(text("opening", { name: task.name }), { busy: true });
  try {
    page.shown = await fetched(task.name);
    drawAll(page.shown);
    say(text(page.draws ? "draw-hint" : "review-hint"));
  } finally {
    reflect();
  }
  fetchNext(task);
}

/** @type {(shown: Shown) => void} */
function drawAll({ photo, mask, model, given }) {
  drawPicture(canvas("photo"), photo);
  const beside = mask ?? given;
  element("mask-figure").hidden = !beside;
  if (beside) drawPicture(canvas("mask"), photo, beside, model);
  drawPicture(canvas("model"), photo, model, beside);
}

/** @type {(name: string) => Promise<Shown>} */
function fetched(name) {
  const asked = coming.get(name) ?? askPhoto(name);
  coming.set(name, asked);
  asked.catch(() => coming.delete(name)); // so that it is asked for again
  return asked;
}

/** @type {(task: Task) => void} */
function fetchNext(task) {
  const next = page.queue.following();
  for (const name of coming.keys()) if (name !== task.name && name !== next?.name) coming.delete(name);
  if (next) fetched(next.name).catch(() => {}); // said once it is shown
}

/** Says which photo it is, why it is shown, and what can be done. */
function reflect() {
  const { queue, shown, mending } = page;
  const task = queue.current;
  element("frame").dataset.shows = mending ? "mending" : shown ? "pictures" : "nothing";
  element("about").hidden = queue.count === 0;
  element("name").textContent = task?.name ?? "";
  element("reason").hidden = !task?.kind && !task?.reason;
  tellFault(element("kind"), task?.kind ?? "");
  element("why").textContent = task?.reason ?? "";
  element("count").textContent = text("judged-count", { judged: queue.judged, count: queue.count });
  element("judged").textContent = task?.time ? text("judged-before", { reviewer: task.reviewer, decision: decisionText(task.decision) }) : "";
  element("judging").hidden = mending !== null || (queue.count === 0);
  element("drawing").hidden = mending === null;
  element("legend").hidden = shown === null;
  for (const id of ["right", "take-model", "mend"]) button(id).disabled = shown === null;
  for (const id of ["leave-out", "later"]) button(id).disabled = task === null;
  button("back").disabled = !queue.canGoBack;
  element("other-name").dataset.text = mending?.which === "held" ? "draw-people" : "draw-held";
  element("other-name").textContent = text(/** @type {Key} */ (element("other-name").dataset.text));
}

/** @type {(decision: string) => string} */
function decisionText(decision) {
  /** @type {Record<string, Key>} */
  const keys = { right: "mask-right", model: "model-right", mended: "mended", "left-out": "left-out" };
  return text(keys[decision]);
}

/** The mask is right; where there is none, the model's. */
async function accept() {
  await decide(page.draws ? "model" : "right");
}

/** @type {(decision: Decision) => Promise<void>} */
async function decide(decision) {
  if (decision !== "left-out" && !page.shown) return;
  await keep(decision, decision === "model" ? page.shown?.model : undefined);
}

/** @type {(decision: Decision, mask?: import("./server.js").Shown["mask"], held?: Shown["held"]) => Promise<void>} */
async function keep(decision, mask, held) {
  const task = page.queue.current;
  if (!task) return;
  say(text("saving", { name: task.name }), { busy: true });
  page.queue.renew([await judge(task, decision, mask, held)]);
  coming.delete(task.name); // what was given is another now
  endMending();
  page.queue.go();
  await showCurrent();
}

async function putOff() {
  page.queue.putOff();
  await showCurrent();
}

async function goBack() {
  if (!page.queue.canGoBack) return;
  page.queue.back();
  await showCurrent();
}

/** Somebody else was at this photo: it is shown as it is now. */
async function lookAgain() {
  page.queue.renew((await askTasks()).tasks);
  coming.clear();
  if (!page.mending) await showCurrent(); // else what is drawn stays, and may be saved instead
  else reflect();
}

function startMending() {
  if (!page.shown) return;
  element("frame").dataset.shows = "mending"; // the editor measures its window
  page.mending = new Mending(page.shown);
  reflect();
  say(text("mend-hint"));
}

async function save() {
  const { mending } = page;
  if (mending) await keep("mended", mending.person, mending.held);
}

function beginWithModel() {
  page.mending?.beginWithModel();
  reflect();
}

function switchMask() {
  const { mending } = page;
  if (!mending) return;
  mending.show(mending.which === "held" ? "person" : "held");
  reflect();
  say(text(mending.which === "held" ? "held-hint" : "mend-hint"));
}

function cancel() {
  endMending();
  reflect();
  say(text(page.draws ? "draw-hint" : "review-hint"));
  button("mend").focus({ preventScroll: true });
}

function endMending() {
  page.mending?.close();
  page.mending = null;
}

/** @type {(id: string) => HTMLButtonElement} */
function button(id) {
  return /** @type {HTMLButtonElement} */ (element(id));
}

/** @type {(id: string) => HTMLCanvasElement} */
function canvas(id) {
  return /** @type {HTMLCanvasElement} */ (element(id));
}

/** A key that is held down judges one photo, not all of them. */
function press(/** @type {KeyboardEvent} */ event) {
  const target = /** @type {Element} */ (event.target);
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "SELECT") return;
  if (event.key === "Enter" && /BUTTON|SUMMARY/.test(target.tagName)) return;
  const actions = /** @type {Record<string, () => unknown>} */ (page.mending ? DRAWING : JUDGING);
  const action = actions[keyOf(event)];
  if (!action) return;
  event.preventDefault();
  attempt(action);
}

async function changeLanguage() {
  await choose(element("language").value);
  reflect();
  page.mending?.speak();
  say(text("language-chosen"));
}

await speak(preferredLanguage());
for (const [code, name] of Object.entries(LANGUAGES)) {
  element("language").append(Object.assign(new Option(name, code), { lang: code }));
}
element("language").value = document.documentElement.lang;
element("language").addEventListener("change", () => attempt(changeLanguage));
for (const [id, action] of Object.entries(BUTTONS)) element(id).addEventListener("click", () => attempt(action));
addEventListener("keydown", press);
addEventListener("beforeunload", (event) => page.mending?.changed && event.preventDefault());
page.busy = false;
await attempt(start);
