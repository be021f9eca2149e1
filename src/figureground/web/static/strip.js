// @ts-check
// The photos that were given together, as a row of small pictures; a press shows one large.

import { contextOf } from "./composing.js";
import { element } from "./telling.js";
import { text } from "./texts.js";

const HEIGHT = 72; // CSS pixels

/** @typedef {import("./album.js").Entry} Entry */

export class Strip {
  #choose;
  #buttons = /** @type {Map<Entry, HTMLButtonElement>} */ (new Map());

  /** @param {(entry: Entry) => void} choose called with the one that is pressed */
  constructor(choose) {
    this.#choose = choose;
  }

  /**
   * Holds these in place of the former ones; a single one needs no row.
   * @param {Entry[]} entries
   */
  hold(entries) {
    this.#buttons = new Map(entries.length > 1 ? entries.map((entry) => [entry, this.#button(entry)]) : []);
    element("strip").replaceChildren(...[...this.#buttons.values()].map(listed));
    element("strip").hidden = element("strip-progress").hidden = this.#buttons.size === 0;
    element("strip-progress").textContent = "";
  }

  /**
   * Makes one of them the one that is shown large.
   * @param {Entry} entry
   */
  select(entry) {
    for (const [other, button] of this.#buttons) button.ariaPressed = String(other === entry);
  }

  /**
   * Shows that one of them is being worked on.
   * @param {Entry} entry
   */
  begin(entry) {
    this.#buttons.get(entry)?.setAttribute("aria-busy", "true");
  }

  /** Shows that nobody works on it any more. @param {Entry} entry */
  rest(entry) {
    this.#buttons.get(entry)?.removeAttribute("aria-busy");
  }

  /**
   * Shows what became of one of them: a canvas or an image, of which a small one is drawn.
   * @param {Entry} entry
   * @param {HTMLCanvasElement | OffscreenCanvas | HTMLImageElement} picture
   */
  draw(entry, picture) {
    const canvas = this.#end(entry, "")?.querySelector("canvas");
    if (!canvas) return;
    const image = picture instanceof HTMLImageElement;
    const [wide, high] = image ? [picture.naturalWidth, picture.naturalHeight] : [picture.width, picture.height];
    canvas.height = HEIGHT * devicePixelRatio;
    canvas.width = Math.max(1, Math.round((canvas.height * wide) / high));
    contextOf(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
  }

  /**
   * Marks one of which nothing came, and why.
   * @param {Entry} entry
   * @param {string} reason
   */
  fail(entry, reason) {
    this.#end(entry, reason);
  }

  /** Tells how many are done, and of which nothing came. */
  tell() {
    if (this.#buttons.size === 0) return;
    const entries = [...this.#buttons.keys()];
    const reasons = entries.filter(({ trouble }) => trouble).map(({ file: { name }, trouble }) => (trouble.startsWith(name) ? trouble : `${name}: ${trouble}`));
    const done = text("photos-done", { done: entries.filter((entry) => entry.done).length, count: entries.length });
    element("strip-progress").textContent = [done, ...reasons].join(" ");
    element("strip-progress").classList.toggle("trouble", reasons.length > 0);
  }

  /** @type {(entry: Entry, reason: string) => HTMLButtonElement | undefined} */
  #end(entry, reason) {
    const button = this.#buttons.get(entry);
    button?.removeAttribute("aria-busy");
    button?.classList.toggle("trouble", reason !== "");
    if (button) button.title = reason;
    return button;
  }

  /** @type {(entry: Entry) => HTMLButtonElement} */
  #button(entry) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", ariaPressed: "false" });
    const name = Object.assign(document.createElement("span"), { textContent: entry.file.name });
    button.append(Object.assign(document.createElement("canvas"), { width: 1, height: 1 }), name);
    button.addEventListener("click", () => this.#choose(entry));
    return button;
  }
}

/** @type {(button: HTMLButtonElement) => HTMLLIElement} */
function listed(button) {
  const item = document.createElement("li");
  item.append(button);
  return item;
}
