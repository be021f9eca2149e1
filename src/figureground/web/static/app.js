// The page: what is chosen, what is shown, and what is said about it.

import { compose, shownSize } from "./composing.js";
import { BrowserEngine, documentPhoto, findEngine } from "./engines.js";
import { Live } from "./live.js";
import { Trouble, megabytes, openPhoto } from "./photos.js";
import { Strip } from "./strip.js";
import { complain, download, element, say, show, tell } from "./telling.js";

const form = element("panel");
const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const strip = new Strip(element("strip"), (file) => workOn([file]));
const serverName = local ? "figureground's server on this computer" : `the server ${location.host}`;

let settings; // what the server told: models, standards, limits
let engine; // the browser's, or the server's
let live = null;
let liveChoice = null; // promise of what it runs on
let photo = null; // as openPhoto gives it
let result = null; // {cutout, blurred} of the photo
let ownPicture = null; // a background
let made = null; // the document photo: {file}
const sent = new WeakSet(); // the files of which a document photo was asked for
let turn = 0; // of the latest work on a photo
let drawing = 0; // of the latest drawing

// What a person asks for

/** Does it; whatever goes wrong becomes the status line. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

/** The same for work on a photo, which newer work makes void: `action` is given a function that tells whether. */
async function attemptLatest(action) {
  const mine = ++turn;
  const current = () => mine === turn;
  await attempt(() => action(current).catch((error) => (current() ? Promise.reject(error) : undefined)));
}

const mode = () => form.elements.mode.value;
const model = () => form.elements.model.value;

function reflect() {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(mode());
  }
  const background = form.elements.background.value;
  element("colour-line").hidden = background !== "colour";
  element("picture-line").hidden = background !== "picture";
  element("jpeg-note").hidden = mode() !== "photo" || background !== "transparent";
  element("png").disabled = result === null;
  element("jpeg").disabled = result === null || background === "transparent";
  element("make-document").disabled = photo === null;
  element("save-document").disabled = element("save-sheet").disabled = made === null;
  element("camera").textContent = live?.running ? "Stop camera" : "Start camera";
  element("snap").disabled = !live?.running;
  element("shortcomings").hidden = mode() !== "document" || !element("shortcomings").childElementCount;
  element("own-colour").style.background = element("colour").value;
  element("choose").textContent = photo ? "Choose another photo" : "Choose a photo";
}

// A photo and its cut-out

async function take(...files) {
  strip.hold(files);
  await workOn(files);
}

/** Makes of each photo what is asked for; the last one stays shown. */
async function workOn(files) {
  if (live?.running) stopCamera();
  if (mode() === "live") setMode("photo");
  await attemptLatest(async (current) => {
    await ready("Loading the model, then comes the photo …");
    const troubles = new Map(); // by file
    for (const file of files) {
      if (!current()) return;
      await open(file, current).catch((error) => {
        troubles.set(file, error);
        strip.fail(file, error.message);
      });
    }
    if (!current()) return;
    if (files.length > 1) sum(files.length, troubles);
    else for (const error of troubles.values()) throw error;
  });
  reflect();
}

/** Tells what became of several photos. */
function sum(count, troubles) {
  const reasons = [...troubles].map(([{ name }, { message }]) => (message.startsWith(name) ? message : `${name}: ${message}`));
  const become = mode() === "document" ? "open" : "done";
  const done = `${count - troubles.size} of ${count} photos are ${become}; choose one below.`;
  say([done, ...reasons].join(" "), { trouble: troubles.size > 0 });
}

async function open(file, current) {
  say(`Opening ${file.name || "the photo"} …`, { busy: true });
  const opened = await openPhoto(file, settings.limits);
  if (!current()) return;
  photo = opened;
  result = made = null;
  element("face").value = "";
  reflect();
  await work(current);
}

async function work(current) {
  if (mode() !== "document") await cut(current);
  else if (sent.has(photo.file)) await makeDocument(current);
  else offerDocument();
}

async function cut(current) {
  drawOriginal();
  const begun = performance.now();
  const cutter = engine;
  say(cutter instanceof BrowserEngine ? "Looking for people, in this browser …" : `Looking for people, by ${serverName} …`, {
    busy: true,
  });
  const answer = await cutter.cut(photo, model());
  if (!current()) return;
  result = answer;
  await draw();
  if (!current()) return;
  show("comparison");
  strip.draw(photo.file, element("result"));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const where = cutter instanceof BrowserEngine ? "the photo did not leave this browser" : `made by ${serverName}`;
  say(`Done in ${seconds} s; ${where}. ${photo.width} × ${photo.height} pixels.`);
  reflect();
}

function drawOriginal() {
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
  if (chosen === "picture") return { picture: ownPicture ?? undefined };
  if (chosen === "blur") return { picture: await blurred() };
  return { colour: chosen };
}

async function draw() {
  const [mine, drawn] = [++drawing, result];
  const behind = await background(drawn);
  if (mine === drawing && drawn === result) compose(element("result"), drawn.cutout, behind);
}

async function redraw() {
  reflect();
  if (live?.running) live.background = liveBackground();
  if (mode() !== "photo" || result === null) return;
  await attempt(draw);
}

async function save(type) {
  await attempt(async () => {
    say("Writing the picture …", { busy: true });
    const canvas = Object.assign(document.createElement("canvas"), { width: photo.width, height: photo.height });
    compose(canvas, result.cutout, await background(result));
    const file = await new Promise((resolve) => canvas.toBlob(resolve, `image/${type}`, 0.95));
    if (file === null) throw new Trouble("This browser cannot write a picture of that size; make the photo smaller.");
    const name = `${photo.stem}-cutout.${type === "jpeg" ? "jpg" : "png"}`;
    download(file, name);
    say(`Saved as ${name}, ${megabytes(file.size)}.`);
  });
}

// Document photos

function documentOptions() {
  const [standard, background, face] = ["standard", "document-background", "face"].map((id) => element(id).value);
  return { standard, background, face, model: model() };
}

/** Who chooses Document may only pass by on the way to another mode, so the photo waits for a word. */
function offerDocument() {
  drawOriginal();
  strip.draw(photo.file, element("original"));
  say(`Press Make the document photo; that sends the photo to ${serverName}.`);
}

async function askForDocument() {
  if (photo === null || mode() !== "document") return;
  if (sent.has(photo.file) && document.activeElement === element("face")) return; // its change asks already
  sent.add(photo.file);
  await attemptLatest(makeDocument);
}

async function makeDocument(current) {
  say(`Making the document photo, by ${serverName} …`, { busy: true });
  drawOriginal();
  made = null;
  tell([]);
  reflect();
  const answer = await documentPhoto(photo, documentOptions());
  if (!current()) return;
  made = answer;
  URL.revokeObjectURL(element("document").src);
  element("document").src = URL.createObjectURL(made.file);
  await element("document").decode();
  if (!current()) return;
  strip.draw(photo.file, element("document"));
  tell(made.shortcomings);
  showDocument();
  reflect();
}

function showDocument() {
  show("document");
  const title = element("standard").selectedOptions[0].textContent;
  say(made.shortcomings.length ? `${title}. Not satisfied:` : `${title}: head and frame fit.`, {
    trouble: made.shortcomings.length > 0,
  });
}

async function saveSheet() {
  await attempt(async () => {
    say("Making the sheet …", { busy: true });
    const { file } = await documentPhoto(photo, { ...documentOptions(), sheet: "yes" });
    download(file, `${photo.stem}-sheet.jpg`);
    say(`Saved as ${photo.stem}-sheet.jpg: print it in 10 × 15 cm, without scaling.`);
  });
}

// The camera

function liveBackground() {
  const chosen = form.elements.background.value;
  if (chosen === "blur") return { blur: true };
  if (chosen === "picture") return { picture: ownPicture ?? undefined };
  if (chosen === "transparent") return {};
  return { colour: chosen === "colour" ? element("colour").value : chosen };
}

/** A person's own model is kept to; else the GPU may take any, and the processor the quick one. */
function chooseLive() {
  const names = settings.models.map(({ name }) => name);
  return names[0] === "own" ? engine.chooseLive(["own"], "own") : engine.chooseLive(names, "fast");
}

async function startCamera() {
  await attempt(async () => {
    await ready("Loading the model, then comes the camera …");
    if (!(engine instanceof BrowserEngine)) throw new Trouble("The webcam needs the model in the browser, and this one cannot run it.");
    say("Starting the camera …", { busy: true });
    live ??= new Live(element("live"), engine);
    live.background = liveBackground();
    const choice = await (liveChoice ??= chooseLive());
    const by = choice.accelerator === "webgpu" ? "graphics processor" : "processor";
    const report = (rate) => {
      element("live").dataset.rate = rate.toFixed(1);
      element("where").textContent = `${rate.toFixed(0)} pictures a second; model ${choice.model}, by the ${by}.`;
    };
    await live.start(choice, report, complain);
    show("live");
    say("The camera is on; its pictures do not leave this browser.");
  });
  reflect();
}

function stopCamera() {
  live?.stop();
  element("where").textContent = place();
  say("The camera is off.");
  show("nothing");
  reflect();
}

async function snap() {
  const file = await live.still();
  stopCamera();
  setMode("photo");
  await take(file);
}

// Modes

function setMode(name) {
  form.elements.mode.value = name;
  reflect();
}

async function changeMode() {
  if (live?.running && mode() !== "live") stopCamera();
  reflect();
  if (mode() === "live" || photo === null) {
    turn += 1;
    show("nothing");
    say(mode() === "live" ? "Start the camera to see yourself before another background." : "Choose a photo to begin.");
  } else if (mode() === "photo" && result !== null) {
    turn += 1;
    show("comparison");
    say("Here is the cut-out again.");
    await redraw();
  } else if (mode() === "document" && made !== null) {
    turn += 1;
    showDocument();
  } else await attemptLatest(work);
}

async function chooseModel() {
  result = made = null;
  reflect();
  if (photo !== null && mode() !== "live") await attemptLatest(work);
}

// Start

function place() {
  if (engine instanceof BrowserEngine) return "The model runs in this browser; photos do not leave it, but for document photos.";
  return `This browser cannot run the model, so ${serverName} does the work.`;
}

/** What is asked for while the model loads waits for it. */
async function ready(meanwhile) {
  if (engine === undefined) say(meanwhile, { busy: true });
  await started;
}

async function start() {
  settings = await (await fetch("/settings")).json();
  element("model").replaceChildren(
    ...settings.models.map(({ name, bytes }) => new Option(`${name}, ${megabytes(bytes)}`, name)),
  );
  element("standard").replaceChildren(...settings.standards.map(({ name, title }) => new Option(title, name)));
  for (const mention of document.querySelectorAll(".server")) mention.textContent = serverName;
  reflect();
  say(`Loading the model, ${megabytes(settings.models[0].bytes)} …`, { busy: true });
  engine = await findEngine(settings, model());
  element("where").textContent = place();
  const inBrowser = engine instanceof BrowserEngine;
  element("promise").textContent = inBrowser ? "Cut people out of photos, here in your browser." : `Cut people out of photos, by ${serverName}.`;
  document.body.dataset.engine = inBrowser ? "browser" : "server"; // for tests
  say(inBrowser ? "Ready. Photos do not leave this browser." : `Ready. ${place()}`);
}

function given(transfer) {
  if (transfer?.files.length) take(...transfer.files);
}

function listen() {
  const listeners = [
    ["choose", "click", () => element("file").click()],
    ["welcome-choose", "click", () => element("file").click()],
    ["file", "change", () => takeFrom(element("file"), take)],
    ["picture-choose", "click", () => element("picture").click()],
    ["picture", "change", () => takeFrom(element("picture"), takeBackground)],
    ["png", "click", () => save("png")],
    ["jpeg", "click", () => save("jpeg")],
    ["save-document", "click", () => download(made.file, `${photo.stem}-document.jpg`)],
    ["save-sheet", "click", saveSheet],
    ["camera", "click", () => (live?.running ? stopCamera() : startCamera())],
    ["snap", "click", snap],
    ["colour", "input", redraw],
    ["model", "change", chooseModel],
    ["standard", "change", () => photo && attemptLatest(work)],
    ["document-background", "change", () => photo && attemptLatest(work)],
    ["face", "change", () => photo && attemptLatest(work)],
    ["picture-label", "click", pointAtPicture],
    ["split", "input", slide],
  ];
  for (const [id, event, action] of listeners) element(id).addEventListener(event, action);
  for (const choice of form.elements.mode) choice.addEventListener("change", changeMode);
  for (const choice of form.elements.background) choice.addEventListener("change", redraw);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    askForDocument();
  });
  addEventListener("paste", (event) => given(event.clipboardData));
  addEventListener("dragover", (event) => dropping(event, true));
  addEventListener("dragleave", (event) => dropping(event, false));
  addEventListener("drop", (event) => {
    dropping(event, false);
    given(event.dataTransfer);
  });
}

function slide() {
  const share = element("split").value;
  element("comparison").style.setProperty("--split", `${share}%`);
  element("split").ariaValueText = `${share} % photo`;
}

function dropping(event, over) {
  event.preventDefault();
  element("frame").classList.toggle("dropping", over);
}

async function takeFrom(input, action) {
  const files = [...input.files];
  input.value = ""; // so that the same file may be chosen again
  if (files.length) await action(...files);
}

/** A pointer on the swatch asks for a file; arrow keys, which pass it by, choose only the swatch. */
function pointAtPicture(event) {
  if (event.target.tagName !== "INPUT" && ownPicture === null) element("picture").click();
}

async function takeBackground(file) {
  await attempt(async () => {
    await ready("Loading the model, then comes the background …");
    ownPicture = (await openPhoto(file, settings.limits)).bitmap;
    form.elements.background.value = "picture";
    element("own-picture").style.backgroundImage = `url(${URL.createObjectURL(file)})`;
    say(`${file.name} is the background.`);
  });
  await redraw();
}

listen();
const started = start();
started.catch(complain);
started.then(() => navigator.serviceWorker?.register("/service_worker.js")).catch(console.warn);
