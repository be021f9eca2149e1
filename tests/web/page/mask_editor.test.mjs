import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN, draw, reached } from "../../../src/figureground/web/static/mask_editor/brush.js";
import { Editing } from "../../../src/figureground/web/static/mask_editor/editing.js";
import { History, TILE } from "../../../src/figureground/web/static/mask_editor/history.js";
import { keyOf } from "../../../src/figureground/web/static/mask_editor/keys.js";
import { largestAlone } from "../../../src/figureground/web/static/mask_editor/largest.js";
import { veil } from "../../../src/figureground/web/static/mask_editor/veil.js";
import { blank, map, rows } from "./drawn.mjs";

const HARD = { radius: 1, softness: 0, adds: true };

test("a hard brush fills its disc, with the pixels of its rim in part", () => {
  const mask = blank(5, 5);
  draw(mask, { x: 2.5, y: 2.5 }, { x: 2.5, y: 2.5 }, HARD);
  const rim = Math.round(255 * (1.5 - Math.SQRT2));
  assert.deepEqual(rows(mask), [
    [0, 0, 0, 0, 0],
    [0, rim, 128, rim, 0],
    [0, 128, 255, 128, 0],
    [0, rim, 128, rim, 0],
    [0, 0, 0, 0, 0],
  ]);
});

test("a soft brush fades along its share of the radius", () => {
  const mask = blank(1, 12);
  draw(mask, { x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, { radius: 8, softness: 0.5, adds: true });
  assert.deepEqual([...mask.values], [255, 255, 255, 255, 255, 223, 159, 96, 32, 0, 0, 0]);
});

test("a stroke covers the way between its ends", () => {
  const mask = blank(3, 8);
  draw(mask, { x: 1.5, y: 1.5 }, { x: 6.5, y: 1.5 }, { ...HARD, radius: 0.5 });
  assert.deepEqual(rows(mask), [Array(8).fill(0), [0, 255, 255, 255, 255, 255, 255, 0], Array(8).fill(0)]);
});

test("what takes away mirrors what adds", () => {
  const [added, taken] = [blank(9, 9, 0), blank(9, 9, 255)];
  for (const adds of [true, false]) {
    draw(adds ? added : taken, { x: 2, y: 3 }, { x: 6, y: 5 }, { radius: 3, softness: 0.7, adds });
  }
  assert.deepEqual([...taken.values], [...added.values].map((value) => 255 - value));
});

test("to go over a place again changes nothing", () => {
  const mask = blank(9, 9);
  const once = () => draw(mask, { x: 2, y: 3 }, { x: 6, y: 5 }, { radius: 3, softness: 1, adds: true });
  once();
  const first = mask.values.slice();
  once();
  assert.deepEqual(mask.values, first);
});

test("what a stroke reaches is told beforehand, within the mask", () => {
  for (const [from, to, radius] of [[[1, 1], [6, 4], 2], [[-5, 3], [3, 3], 1.5], [[7.2, 7.9], [7.2, 7.9], 0.5]]) {
    const mask = blank(8, 8);
    const [a, b] = [from, to].map(([x, y]) => ({ x, y }));
    const box = reached(mask, a, b, radius);
    draw(mask, a, b, { radius, softness: 0, adds: true });
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const inside = box.top <= y && y < box.bottom && box.left <= x && x < box.right;
        assert.ok(inside || mask.values[y * 8 + x] === 0);
      }
    }
    assert.ok(mask.values.some((value) => value > 0));
  }
  const aside = reached(blank(8, 8), { x: -50, y: -50 }, { x: -40, y: -50 }, 2);
  assert.ok(aside.bottom === aside.top && aside.right === aside.left);
});

test("the largest part stays, with its soft edge, and the others go with theirs", () => {
  const mask = map(`
    0   0   0  0  0   0   0  0
    9 200 200 60  0  40 220  0
    0 200 255 90  0   0  80  0
    0   0  70 20 30 240 150  5
    0   0   0  0  0   0   0  0
    3   0   0  0  0   0   0 99
  `);
  assert.deepEqual(rows({ ...mask, values: largestAlone(mask) }), [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [9, 200, 200, 60, 0, 0, 0, 0],
    [0, 200, 255, 90, 0, 0, 0, 0],
    [0, 0, 70, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ]);
  assert.deepEqual([...largestAlone(blank(3, 3)).values()], Array(9).fill(0));
});

test("steps are undone and done again, to the value", () => {
  const mask = blank(300, 200);
  const states = [mask.values.slice()];
  const editing = new Editing(mask, () => {});
  for (const [x, y, adds] of [[20, 20, true], [150, 250, true], [30, 25, false]]) {
    editing.stroke({ x, y }, { radius: 30, softness: 0.4, adds });
    editing.stroke({ x: x + 40, y: y + 5 }, { radius: 30, softness: 0.4, adds });
    editing.lift();
    states.push(mask.values.slice());
  }
  editing.keepLargest();
  states.push(mask.values.slice());
  for (const state of states.slice(0, -1).reverse()) {
    assert.ok(editing.canUndo);
    editing.undo();
    assert.deepEqual(mask.values, state);
  }
  assert.ok(!editing.canUndo);
  editing.undo();
  assert.deepEqual(mask.values, states[0]);
  for (const state of states.slice(1)) {
    editing.redo();
    assert.deepEqual(mask.values, state);
  }
  assert.ok(!editing.canRedo);
});

test("a new stroke makes what was undone unknown", () => {
  const editing = new Editing(blank(20, 20), () => {});
  for (const x of [5, 15]) {
    editing.stroke({ x, y: 5 }, HARD);
    editing.lift();
  }
  editing.undo();
  editing.stroke({ x: 5, y: 15 }, HARD);
  editing.lift();
  assert.ok(!editing.canRedo && editing.canUndo);
});

test("a stroke that changes nothing is no step", () => {
  const editing = new Editing(blank(20, 20, 255), () => {});
  editing.stroke({ x: 5, y: 5 }, HARD);
  editing.lift();
  assert.ok(!editing.canUndo);
});

test("a stroke that is dropped leaves no trace", () => {
  const mask = blank(20, 20);
  const editing = new Editing(mask, () => {});
  editing.stroke({ x: 5, y: 5 }, HARD);
  editing.drop();
  assert.ok(mask.values.every((value) => value === 0) && !editing.canUndo && !editing.drawing);
});

test("changes are told with the part that they concern and their note", () => {
  const told = [];
  const mask = blank(4 * TILE, 3 * TILE);
  const editing = new Editing(mask, (change) => told.push(change));
  editing.stroke({ x: 10, y: 10 }, HARD);
  editing.lift();
  assert.deepEqual(told.map(({ complete }) => complete), [false, true]);
  assert.deepEqual(told[1].box, { top: 0, left: 0, bottom: TILE, right: TILE });
  const other = mask.values.slice();
  other[2 * TILE * 3 * TILE + 2 * TILE] = 255;
  editing.replace(other, "surer");
  editing.undo();
  editing.redo();
  const box = { top: 2 * TILE, left: 2 * TILE, bottom: 3 * TILE, right: 3 * TILE };
  assert.deepEqual(told.slice(2), [
    { box, complete: true, note: "surer" },
    { box, complete: true, note: "surer", undone: true },
    { box, complete: true, note: "surer", undone: false },
  ]);
});

test("what another mask has is added", () => {
  const editing = new Editing(map("0 90 255"), () => {});
  editing.include(map("20 10 255"));
  assert.deepEqual([...editing.mask.values], [20, 90, 255]);
  editing.undo();
  assert.deepEqual([...editing.mask.values], [0, 90, 255]);
});

test("the oldest steps are forgotten where they would take too much room, but never the last", () => {
  const mask = blank(TILE, TILE);
  for (const [most, left] of [[3 * TILE * TILE, 3], [1, 1]]) {
    const history = new History(mask, most);
    for (let step = 0; step < 5; step++) {
      history.keep({ top: 0, left: 0, bottom: 1, right: 1 });
      mask.values[0] += 1;
      history.close();
    }
    let steps = 0;
    while (history.undo()) steps++;
    assert.equal(steps, left);
  }
});

test("another answer of the network comes in where nobody has drawn", () => {
  const editing = new Editing(map("0 90 255 7"), () => {});
  editing.follow(map("0 80 255 255").values, map("9 70 200 0").values, "surer");
  assert.deepEqual([...editing.mask.values], [9, 90, 200, 7]);
  editing.undo();
  assert.deepEqual([...editing.mask.values], [0, 90, 255, 7]);
});

test("a brush of labels fills the pixels whose middle it reaches, whatever they were", () => {
  for (const label of [0, UNKNOWN, 255]) {
    const mask = blank(5, 5, 7);
    draw(mask, { x: 2.5, y: 2.5 }, { x: 2.5, y: 2.5 }, { radius: 1, softness: 0, adds: true, label });
    assert.deepEqual(rows(mask), [
      [7, 7, 7, 7, 7],
      [7, 7, label, 7, 7],
      [7, label, label, label, 7],
      [7, 7, label, 7, 7],
      [7, 7, 7, 7, 7],
    ]);
  }
});

test("however fine a brush of labels is, it fills the pixel that it is in", () => {
  const mask = blank(3, 3);
  draw(mask, { x: 1.2, y: 1.7 }, { x: 1.2, y: 1.7 }, { radius: 0.05, softness: 0, adds: true, label: 255 });
  assert.equal(mask.values[4], 255);
});

test("of labels, too, the largest person alone stays, and what is unknown", () => {
  const editing = new Editing(map(`
    255 255 128 0 255
    255   0 128 0   0
      0   0   0 0 128
  `), () => {}, true);
  editing.keepLargest();
  assert.deepEqual(rows(editing.mask), [[255, 255, 128, 0, 0], [255, 0, 128, 0, 0], [0, 0, 0, 0, 128]]);
  const nobody = new Editing(map("0 128"), () => {}, true);
  nobody.keepLargest();
  assert.deepEqual([...nobody.mask.values], [0, 128]);
});

test("the veil tells no person, no person but in the other mask, and what is unknown", () => {
  const part = { data: new Uint8ClampedArray(16), height: 1, width: 4 };
  const whole = { left: 0, top: 0, across: 1, down: 1 };
  veil(part, whole, map("0 0 128 255"), map("0 255 255 0"), true);
  const [none, lacking, doubt, person] = [0, 4, 8, 12].map((at) => [...part.data.slice(at, at + 4)]);
  assert.ok(none[0] > none[2] && lacking[2] > lacking[0] && doubt[1] > 100);
  assert.deepEqual([none[3], lacking[3], doubt[3], person[3]], [153, 153, 153, 0]);
  veil(part, whole, map("0 0 128 255"), null, false);
  assert.deepEqual([3, 7, 11, 15].map((at) => part.data[at]), [153, 153, 76, 0]);
});

test("keys of other scripts count as those in their place, and Latin ones as what they say", () => {
  const keys = [["ч", "KeyX"], ["X", "KeyX"], ["a", "KeyQ"], ["[", "BracketLeft"], ["х", "BracketLeft"], ["Enter", "Enter"], ["é", "Digit2"]];
  assert.deepEqual(keys.map(([key, code]) => keyOf({ key, code })), ["x", "x", "a", "[", "х", "enter", "é"]);
});
