// @ts-check
// The editor by keyboard.

/** @typedef {import("./editor.js").MaskEditor} MaskEditor */

const STEP = 8; // CSS pixels that an arrow key moves the brush
const FAR = 48; // and, with Shift, the view
const CLOSER = 1.25;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {[string, import("../texts.js").Key]} Told a key, and the key of the text that says what it does */

export const KEYS = /** @type {Told[]} */ ([
  ["← ↑ → ↓", "key-arrows"],
  ["␣", "key-space"],
  ["X", "key-x"],
  ["[ ]", "key-brackets"],
  ["+ −", "key-plus"],
  ["0", "key-zero"],
  ["⇧ ← ↑ → ↓", "key-shift-arrows"],
  ["Ctrl Z", "undo"],
  ["Ctrl ⇧ Z", "redo"],
]);
export const UNKNOWN_KEY = /** @type {Told} */ (["U", "brush-unknown"]); // for masks of labels

/**
 * A key as Latin keyboards name it: on others, that of the same place.
 * @type {(event: KeyboardEvent) => string} in lower case
 */
export function keyOf({ key, code }) {
  const foreign = key.length === 1 && key > "\x7f" && code.startsWith("Key");
  return (foreign ? code.slice("Key".length) : key).toLowerCase();
}

/**
 * @param {MaskEditor} editor
 * @param {AbortSignal} closing after which nothing is listened to
 */
export function listenToKeys(editor, closing) {
  const { stage, editing } = editor;
  /** @type {Record<string, () => void>} */
  const single = {
    x: () => editor.changeBrush({ adds: !editor.brush.adds }),
    "[": () => editor.changeBrush({ size: editor.brush.size / CLOSER }),
    "]": () => editor.changeBrush({ size: editor.brush.size * CLOSER }),
    "+": () => stage.zoom(CLOSER, stage.pointer),
    "=": () => stage.zoom(CLOSER, stage.pointer),
    "-": () => stage.zoom(1 / CLOSER, stage.pointer),
    ...(editor.labels && { u: () => editor.changeBrush({ unknown: true }) }),
    0: () => stage.fit(),
    " ": () => editor.stroke(stage.pointer),
  };

  stage.element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = event.key in ARROWS ? () => arrow(editor, event) : single[keyOf(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });
  stage.element.addEventListener("keyup", (event) => {
    if (event.key === " ") editing.lift();
  });
  stage.element.addEventListener("blur", () => editing.lift());
  addEventListener("keydown", (event) => {
    if (stage.element.offsetParent === null || !(event.ctrlKey || event.metaKey)) return; // hidden, or no key of ours
    const key = keyOf(event);
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) editing.redo();
    else editing.undo();
  }, { signal: closing });
}

/** @type {(editor: MaskEditor, event: KeyboardEvent) => void} */
function arrow(editor, { key, shiftKey }) {
  const { stage, editing } = editor;
  const [across, down] = ARROWS[key];
  if (shiftKey) {
    stage.move(-FAR * across, -FAR * down);
    return;
  }
  const { x, y } = stage.pointer;
  stage.point({ x: x + STEP * across, y: y + STEP * down }, true);
  if (editing.drawing) editor.stroke(stage.pointer);
}
