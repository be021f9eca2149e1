// The photos that were given together, as a row of small pictures; a press shows one large.

const HEIGHT = 72; // CSS pixels

export class Strip {
  #list;
  #choose;
  #buttons = new Map(); // by file

  /**
   * @param {HTMLElement} list
   * @param {(file: File) => void} choose called with the one that is pressed
   */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
  }

  /** Holds these in place of the former ones; a single one needs no row. */
  hold(files) {
    this.#buttons = new Map(files.length > 1 ? files.map((file) => [file, this.#button(file)]) : []);
    this.#list.replaceChildren(...[...this.#buttons.values()].map(listed));
    this.#list.hidden = this.#buttons.size === 0;
  }

  /** Makes one of them the one that is shown large, with its result as its small picture. */
  draw(file, picture) {
    for (const [other, button] of this.#buttons) button.ariaPressed = String(other === file);
    const canvas = this.#buttons.get(file)?.querySelector("canvas");
    if (!canvas) return;
    const [wide, high] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    canvas.height = HEIGHT * devicePixelRatio;
    canvas.width = Math.max(1, Math.round((canvas.height * wide) / high));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    this.#mark(file, "");
  }

  /** Marks one of which nothing came, and why. */
  fail(file, reason) {
    this.#mark(file, reason);
  }

  #mark(file, reason) {
    const button = this.#buttons.get(file);
    if (!button) return;
    button.classList.toggle("trouble", reason !== "");
    button.title = reason;
  }

  #button(file) {
    const button = Object.assign(document.createElement("button"), { type: "button", ariaPressed: "false" });
    const name = Object.assign(document.createElement("span"), { textContent: file.name });
    button.append(Object.assign(document.createElement("canvas"), { width: 1, height: 1 }), name);
    button.addEventListener("click", () => this.#choose(file));
    return button;
  }
}

function listed(button) {
  const item = document.createElement("li");
  item.append(button);
  return item;
}
