// @ts-check
// The mask of a photo, drawn by hand, and beside it that of what people hold.

import { MaskEditor } from "../mask_editor/editor.js";
import { element } from "../telling.js";

/** @typedef {import("../mask_editor/brush.js").Mask} Mask */
/** @typedef {"person" | "held"} Which */

export class Mending {
  /** @type {Partial<Record<Which, MaskEditor>>} */ #editors = {};
  #shown;
  /** @type {Which} */ which = "person";
  changed = false;

  /** @param {import("./server.js").Shown} shown */
  constructor(shown) {
    this.#shown = shown;
    this.show("person");
  }

  get person() {
    return /** @type {MaskEditor} */ (this.#editors.person).editing.mask;
  }

  /** What people hold, where somebody has looked at it. */
  get held() {
    return this.#editors.held?.editing.mask;
  }

  /** The mask of people becomes the model's. */
  beginWithModel() {
    this.show("person");
    this.#editors.person?.editing.replace(this.#shown.model.values);
  }

  /** Brings the one or the other mask under the brush. */
  show(/** @type {Which} */ which) {
    this.which = which;
    for (const each of /** @type {Which[]} */ (["person", "held"])) element(`${each}-editor`).hidden = each !== which;
    this.#editors[which] ??= this.#open(which);
    this.#editors[which]?.focus();
  }

  /** The brush says its size in the page's language. */
  speak() {
    for (const editor of Object.values(this.#editors)) editor.changeBrush({});
  }

  close() {
    for (const editor of Object.values(this.#editors)) editor.close();
  }

  /** @type {(which: Which) => MaskEditor} */
  #open(which) {
    const { photo, model, mask, given, held } = this.#shown;
    const person = which === "person";
    const begin = person ? (given ?? mask ?? model) : (held ?? { ...model, values: new Uint8Array(model.values.length) });
    return new MaskEditor(element(`${which}-editor`), {
      photo,
      mask: { ...begin, values: begin.values.slice() },
      second: person ? { mask: model, label: "add-model" } : undefined,
      labels: true,
      people: person,
      changed: () => (this.changed = true),
    });
  }
}
