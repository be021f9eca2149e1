// What the page says, shows and hands out.

import { Trouble } from "./photos.js";
import { text } from "./texts.js";

export const element = (id) => document.getElementById(id);

/** Puts a sentence in the status line, which screen readers read out. */
export function say(text, { trouble = false, busy = false } = {}) {
  element("status").textContent = text;
  element("status").classList.toggle("trouble", trouble);
  element("progress").hidden = !busy;
  document.body.dataset.state = trouble ? "trouble" : busy ? "busy" : "ready"; // for tests
}

export function complain(error) {
  if (!(error instanceof Trouble)) console.error(error);
  say(error instanceof Trouble ? error.message : text("something-wrong", { message: error.message }), { trouble: true });
}

/** Lists what a document photo does not satisfy. */
export function tell(shortcomings) {
  element("shortcomings").replaceChildren(
    ...shortcomings.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })),
  );
}

/** Shows nothing, photo, comparison, document or live; see style.css. */
export function show(what) {
  element("frame").dataset.shows = what;
}

export function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
