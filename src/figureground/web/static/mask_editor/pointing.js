// @ts-check
// Mouse, pen and fingers on the stage: one draws, two zoom and move, and so does the wheel.

/** @typedef {import("./editor.js").MaskEditor} MaskEditor */
/** @typedef {import("./view.js").Point} Point */

const [WHEEL, PINCH] = [0.0015, 0.01]; // how much of a zoom a step of the wheel is; of a pinch on a trackpad
const LINE = 16; // CSS pixels of a line, in which some wheels count

export function listenToPointers(/** @type {MaskEditor} */ editor) {
  const { stage, editing } = editor;
  const { element } = stage;
  const down = /** @type {Map<number, Point>} */ (new Map()); // fingers and buttons that are down: their latest points
  let moves = false; // whether they move the view instead of drawing

  element.addEventListener("pointerdown", (event) => {
    element.focus({ preventScroll: true });
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, stage.pointOf(event));
    if (down.size > 1) editing.drop(); // it was the first finger of a pinch
    moves = down.size > 1 || event.button === 1 || event.shiftKey;
    stage.point(stage.pointOf(event));
    if (!moves) editor.stroke(stage.pointOf(event));
  });

  element.addEventListener("pointermove", (event) => {
    const point = stage.pointOf(event);
    if (!down.has(event.pointerId)) stage.point(point);
    else if (moves) movePointer(stage, down, event.pointerId, point);
    else {
      for (const each of event.getCoalescedEvents?.() ?? []) editor.stroke(stage.pointOf(each));
      editor.stroke(point);
      stage.point(point);
    }
  });

  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    if (event.type === "pointercancel") editing.drop();
    editing.lift();
    if (down.size === 0) moves = false;
  };
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);

  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    if (event.shiftKey) stage.move(-unit * (event.deltaX || event.deltaY), event.deltaX ? -unit * event.deltaY : 0);
    else stage.zoom(Math.exp(-unit * event.deltaY * (event.ctrlKey ? PINCH : WHEEL)), stage.pointOf(event));
  }, { passive: false });
}

/**
 * The view follows one pointer, or the middle and the distance of two.
 * @type {(stage: MaskEditor["stage"], down: Map<number, Point>, id: number, point: Point) => void}
 */
function movePointer(stage, down, id, point) {
  const other = [...down].find(([each]) => each !== id)?.[1];
  const before = down.get(id) ?? point;
  down.set(id, point);
  if (!other) {
    stage.move(point.x - before.x, point.y - before.y);
    return;
  }
  stage.move((point.x - before.x) / 2, (point.y - before.y) / 2);
  const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 };
  stage.zoom(distance(point, other) / Math.max(1, distance(before, other)), middle);
}

/** @type {(one: Point, other: Point) => number} */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
