import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted, moved, placeAt, showing, zoomed } from "../../../src/figureground/web/static/mask_editor/view.js";

const [PICTURE, WINDOW] = [{ height: 400, width: 800 }, { height: 300, width: 400 }];
const WHOLE = { scale: 0.5, x: 0, y: 50 };

test("at first the whole picture is in the middle", () => {
  assert.deepEqual(fitted(PICTURE, WINDOW), WHOLE);
  assert.deepEqual(fitted({ height: 30, width: 10 }, WINDOW), { scale: 10, x: 150, y: 0 });
});

test("the place under the pointer stays there while the view comes closer", () => {
  const at = { x: 100, y: 150 };
  const before = placeAt(WHOLE, at);
  const view = zoomed(WHOLE, 4, at, PICTURE, WINDOW);
  assert.equal(view.scale, 2);
  assert.deepEqual(placeAt(view, at), before);
  assert.deepEqual(before, { x: 200, y: 200 });
});

test("the view is never farther than the whole picture, nor closer than is of use", () => {
  assert.deepEqual(zoomed(WHOLE, 0.1, { x: 7, y: 9 }, PICTURE, WINDOW), WHOLE);
  assert.equal(zoomed(WHOLE, 1000, { x: 7, y: 9 }, PICTURE, WINDOW).scale, 16);
  assert.equal(zoomed(fitted({ height: 3, width: 4 }, WINDOW), 2, { x: 0, y: 0 }, { height: 3, width: 4 }, WINDOW).scale, 100);
});

test("no edge of the window is left empty by a picture that is larger, and a smaller one stays in the middle", () => {
  assert.deepEqual(moved(WHOLE, 30, 30, PICTURE, WINDOW), WHOLE);
  const close = { scale: 1, x: -100, y: -50 };
  assert.deepEqual(moved(close, 30, -20, PICTURE, WINDOW), { scale: 1, x: -70, y: -70 });
  assert.deepEqual(moved(close, 500, 500, PICTURE, WINDOW), { scale: 1, x: 0, y: 0 });
  assert.deepEqual(moved(close, -5000, -500, PICTURE, WINDOW), { scale: 1, x: -400, y: -100 });
});

test("the view follows a place that leaves it, and no other", () => {
  const close = { scale: 1, x: -100, y: -50 };
  assert.deepEqual(showing(close, { x: 300, y: 200 }, PICTURE, WINDOW), close);
  assert.deepEqual(showing(close, { x: 90, y: 360 }, PICTURE, WINDOW), { scale: 1, x: -90, y: -60 });
});
