// The page's beginning: what the server tells, and who cuts out.

import { BrowserEngine, findEngine } from "./engines.js";
import { model, page, reflect, serverName } from "./page.js";
import { megabytes } from "./photos.js";
import { element, say } from "./telling.js";

export function place() {
  if (page.engine instanceof BrowserEngine) return "The model runs in this browser; photos do not leave it, but for document photos.";
  return `This browser cannot run the model, so ${serverName} does the work.`;
}

/** What is asked for while the model loads waits for it. */
export async function ready(meanwhile) {
  if (page.engine === undefined) say(meanwhile, { busy: true });
  await started;
}

async function start() {
  const settings = (page.settings = await (await fetch("/settings")).json());
  element("model").replaceChildren(
    ...settings.models.map(({ name, bytes }) => new Option(`${name}, ${megabytes(bytes)}`, name)),
  );
  element("standard").replaceChildren(...settings.standards.map(({ name, title }) => new Option(title, name)));
  for (const mention of document.querySelectorAll(".server")) mention.textContent = serverName;
  reflect();
  say(`Loading the model, ${megabytes(settings.models[0].bytes)} …`, { busy: true });
  page.engine = await findEngine(settings, model());
  element("where").textContent = place();
  const inBrowser = page.engine instanceof BrowserEngine;
  element("promise").textContent = inBrowser ? "Cut people out of photos, here in your browser." : `Cut people out of photos, by ${serverName}.`;
  document.body.dataset.engine = inBrowser ? "browser" : "server"; // for tests
  say(inBrowser ? "Ready. Photos do not leave this browser." : `Ready. ${place()}`);
}

export const started = start();
