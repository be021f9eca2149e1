// @ts-check
// The page's beginning: what the server tells, and who cuts out.

import { BrowserEngine, findEngine } from "./engines.js";
import { model, page, reflect, serverName } from "./page.js";
import { element, say } from "./telling.js";
import { megabytes, preferredLanguage, speak, text } from "./texts.js";

/** @typedef {import("./texts.js").Key} Key */

export function place() {
  if (page.engine instanceof BrowserEngine) return text("place-browser");
  return text("browser-cannot", { server: serverName() });
}

/**
 * What is asked for while the model loads waits for it.
 * @param {string} meanwhile what is said
 */
export async function ready(meanwhile) {
  if (page.engine === undefined) say(meanwhile, { busy: true });
  await started;
}

async function start() {
  /** @type {import("./page.js").Settings} */
  const settings = (page.settings = await (await fetch("/settings")).json());
  element("model").replaceChildren(...settings.models.map(({ name }) => new Option(name, name)));
  element("standard").replaceChildren(...settings.standards.map((name) => new Option(name, name)));
  describe();
  reflect();
  say(text("loading", { size: megabytes(settings.models[0].bytes) }), { busy: true });
  page.engine = await findEngine(settings, model());
  describe();
  const inBrowser = page.engine instanceof BrowserEngine;
  document.body.dataset.engine = inBrowser ? "browser" : "server"; // for tests
  say(inBrowser ? text("ready-browser") : text("ready-server", { place: place() }));
}

/** Says in the page's language what the server told, and who cuts out. */
export function describe() {
  const { settings, engine } = page;
  for (const { name, bytes } of settings?.models ?? []) optionOf("model", name).text = `${name}, ${megabytes(bytes)}`;
  for (const name of settings?.standards ?? []) optionOf("standard", name).text = text(standardKey(name));
  const server = serverName();
  element("document-note").textContent = text("document-note", { server });
  const byServer = engine && !(engine instanceof BrowserEngine);
  element("promise").textContent = byServer ? text("promise-server", { server }) : text("promise-browser");
  element("where").textContent = engine ? place() : "";
}

/** @param {string} name */
function standardKey(name) {
  return /** @type {Key} */ (`standard-${name}`);
}

/** @type {(id: "model" | "standard", value: string) => HTMLOptionElement} */
function optionOf(id, value) {
  return /** @type {HTMLOptionElement} */ ([...element(id).options].find((option) => option.value === value));
}

await speak(preferredLanguage());
export const started = start();
