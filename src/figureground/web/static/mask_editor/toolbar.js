// @ts-check
// The editor's buttons and sliders.

import { text } from "../texts.js";
import { KEYS, UNKNOWN_KEY } from "./keys.js";

/** @typedef {import("./editor.js").MaskEditor} MaskEditor */
/** @typedef {import("../texts.js").Key} Key */

const CLOSER = 1.5;
let count = 0; // of toolbars: radio buttons of one belong together

export class Toolbar {
  #editor;
  #parts;

  constructor(/** @type {MaskEditor} */ editor) {
    this.#editor = editor;
    const { editing, stage, second, labels, people } = editor;
    const radios = `mask-editor-${++count}`;
    this.#parts = {
      takes: choice(radios, "brush-takes", () => editor.changeBrush({ adds: false })),
      adds: choice(radios, "brush-adds", () => editor.changeBrush({ adds: true })),
      unknown: choice(radios, "brush-unknown", () => editor.changeBrush({ unknown: true })),
      size: slider("brush-size", "2", "300", () => editor.changeBrush({ size: Number(this.#parts.size.value) })),
      softness: slider("brush-softness", "0", "100", () => editor.changeBrush({ softness: Number(this.#parts.softness.value) / 100 })),
      undo: button(words("undo"), () => editing.undo()),
      redo: button(words("redo"), () => editing.redo()),
    };
    const { takes, adds, unknown, size, softness, undo, redo } = this.#parts;
    this.element = element("div", "mask-editor-tools",
      group("brush", "mask-editor-choice", takes.parentElement, adds.parentElement, labels ? unknown.parentElement : null),
      group("steps", "mask-editor-row", undo, redo),
      group("brush-form", "mask-editor-sliders", size.parentElement, labels ? null : softness.parentElement),
      group("view", "mask-editor-row",
        button("−", () => stage.zoom(1 / CLOSER), "farther"),
        button("+", () => stage.zoom(CLOSER), "closer"),
        button(words("whole-photo"), () => stage.fit())),
      people && group("mask", "mask-editor-row",
        button(words("largest-only"), () => editing.keepLargest()),
        ...(second ? [button(words(second.label), () => editing.include(second.mask))] : [])),
      keyList(labels ? [...KEYS, UNKNOWN_KEY] : KEYS),
    );
    this.element.setAttribute("role", "group");
    name(this.element, "repair");
  }

  /** Shows the brush as it is, and whether there are steps. */
  reflect() {
    const { brush, editing } = this.#editor;
    const { takes, adds, unknown, size, softness, undo, redo } = this.#parts;
    takes.checked = !brush.adds && !brush.unknown;
    adds.checked = brush.adds && !brush.unknown;
    unknown.checked = brush.unknown;
    size.value = String(brush.size);
    size.ariaValueText = text("brush-across", { pixels: Math.round(brush.size) });
    softness.value = String(Math.round(100 * brush.softness));
    softness.ariaValueText = text("percent", { share: softness.value });
    undo.disabled = !editing.canUndo;
    redo.disabled = !editing.canRedo;
  }
}

/**
 * An element with what it holds.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} kind
 * @param {string} className
 * @param {(Node|string|null|false)[]} content
 */
function element(kind, className, ...content) {
  const made = Object.assign(document.createElement(kind), { className });
  made.append(...content.filter((part) => part !== null && part !== false));
  return made;
}

/** A text that follows the page's language. @param {Key} key */
function words(key) {
  const made = element("span", "", text(key));
  made.dataset.text = key;
  return made;
}

/**
 * Gives an element a name that is heard, and follows the page's language.
 * @template {HTMLElement} E
 * @param {E} made
 * @param {Key} key
 */
function name(made, key) {
  made.dataset.ariaLabel = key;
  made.setAttribute("aria-label", text(key));
  return made;
}

/** @type {(key: Key, className: string, ...content: (Node|null)[]) => HTMLDivElement} */
function group(key, className, ...content) {
  const made = name(element("div", className, ...content), key);
  made.setAttribute("role", className === "mask-editor-choice" ? "radiogroup" : "group");
  return made;
}

/** @type {(content: Node|string, action: () => void, key?: Key) => HTMLButtonElement} */
function button(content, action, key) {
  const made = element("button", "", content);
  made.type = "button";
  if (key) name(made, key);
  made.addEventListener("click", action);
  return made;
}

/** @type {(group: string, key: Key, action: () => void) => HTMLInputElement} */
function choice(group, key, action) {
  const made = Object.assign(document.createElement("input"), { type: "radio", name: group });
  made.addEventListener("change", action);
  element("label", "", made, words(key));
  return made;
}

/** @type {(key: Key, min: string, max: string, action: () => void) => HTMLInputElement} */
function slider(key, min, max, action) {
  const made = Object.assign(document.createElement("input"), { type: "range", min, max, step: "1" });
  made.addEventListener("input", action);
  element("label", "", words(key), made);
  return made;
}

/** @param {import("./keys.js").Told[]} keys */
function keyList(keys) {
  const rows = keys.flatMap(([key, meaning]) => [element("dt", "", element("kbd", "", key)), element("dd", "", words(meaning))]);
  return element("details", "mask-editor-keys", element("summary", "", words("keys")), element("dl", "", ...rows));
}
