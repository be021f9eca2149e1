import assert from "node:assert/strict";
import { test } from "node:test";

import { compose, fill, shownSize } from "../../../src/figureground/web/static/composing.js";
import { numbers } from "./numbers.mjs";

/** A canvas that notes what is drawn on it. */
function canvas(height, width) {
  const drawn = [];
  const context = {
    canvas: { height, width },
    drawn,
    drawImage: (picture, ...place) => drawn.push({ picture, place, rule: context.globalCompositeOperation }),
    fillRect: (...place) => drawn.push({ colour: context.fillStyle, place, rule: context.globalCompositeOperation }),
  };
  return { height, width, getContext: () => context, drawn };
}

test("a picture covers the whole canvas, where Python puts it", () => {
  for (const { canvas: size, picture, middle } of numbers.composing) {
    const { getContext, drawn } = canvas(...size);
    fill(getContext(), { picture: { height: picture[0], width: picture[1] } });
    const [left, top, wide, high] = drawn[0].place;
    assert.ok(left <= 0 && top <= 0 && left + wide >= size[1] - 1e-9 && top + high >= size[0] - 1e-9);
    assert.ok(Math.abs(wide / high - picture[1] / picture[0]) < 1e-9);
    assert.ok(Math.abs(left + wide / 2 - middle) <= 1);
  }
});

test("the person is drawn first and replaces what was there; the background goes behind", () => {
  const surface = canvas(40, 60);
  compose(surface, "the person", { colour: "#102030" });
  assert.deepEqual(surface.drawn, [
    { picture: "the person", place: [0, 0, 60, 40], rule: "copy" },
    { colour: "#102030", place: [0, 0, 60, 40], rule: "destination-over" },
  ]);
});

test("a transparent background draws nothing", () => {
  const surface = canvas(40, 60);
  compose(surface, "the person", {});
  assert.equal(surface.drawn.length, 1);
});

test("large pictures are shown smaller, small ones at their size", () => {
  assert.deepEqual(shownSize({ width: 3200, height: 1600 }), { width: 1600, height: 800 });
  assert.deepEqual(shownSize({ width: 1600, height: 3 }), { width: 1600, height: 3 });
  assert.deepEqual(shownSize({ width: 9000, height: 1 }), { width: 1600, height: 1 });
  assert.deepEqual(shownSize({ width: 640, height: 480 }, 320), { width: 320, height: 240 });
});

test("a frame shows its part of the photo, and may go past it", () => {
  const surface = canvas(50, 100);
  compose(surface, "the person", {}, { left: 20, top: -10, width: 200, height: 100 }, { height: 300, width: 400 });
  assert.deepEqual(surface.drawn[0].place, [-10, 5, 200, 150]);
});

test("the photo out of focus lies where the photo does, and goes on past its edges", () => {
  const surface = canvas(60, 80);
  const soft = { height: 6, width: 4 };
  compose(surface, "the person", { soft }, { left: -20, top: -30, width: 80, height: 60 }, { height: 60, width: 40 });
  const places = surface.drawn.slice(1).map(({ picture, place }) => (assert.equal(picture, soft), place));
  assert.deepEqual(places[0], [20, 30, 40, 60]);
  assert.deepEqual(places.slice(1), [
    [0, 0, 1, 1, 0, 0, 21, 31], [0, 0, 1, 6, 0, 30, 21, 60],
    [0, 0, 4, 1, 20, 0, 40, 31], [0, 0, 4, 6, 20, 30, 40, 60],
    [3, 0, 1, 1, 59, 0, 21, 31], [3, 0, 1, 6, 59, 30, 21, 60],
  ]);
});
