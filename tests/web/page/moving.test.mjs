import assert from "node:assert/strict";
import { test } from "node:test";

import { drawThing } from "../../../src/figureground/web/static/hands/drawing.js";
import { steady } from "../../../src/figureground/web/static/hands/live_thing.js";
import { moved, pinched, scaled, swung, turnedBy } from "../../../src/figureground/web/static/hands/moving.js";
import { cornersOf } from "../../../src/figureground/web/static/hands/placing.js";
import { cutPlain, inLines } from "../../../src/figureground/web/static/hands/thing.js";
import { numbers } from "./numbers.mjs";

const photo = { height: 200, width: 100 };
const thing = { height: 40, width: 20, grip: [0.5, 0.5], width_cm: null, up: "across", mirrored: false };
const place = { row: 100, column: 50, scale: 1, turn: 0, mirrored: false };

function assertClose(found, expected) {
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${found} ${expected}`));
}

test("a thing is moved by pixels of the photo, its grip within it", () => {
  assert.deepEqual(moved(place, -30, 20, photo), { ...place, row: 70, column: 70 });
  assert.deepEqual(moved(place, -300, 200, photo), { ...place, row: 0, column: 100 });
});

test("a thing is never so small that it is lost, nor far larger than the photo", () => {
  assert.equal(scaled(place, 2, thing, photo).scale, 2);
  assert.equal(scaled(place, 1e-6, thing, photo).scale, 0.1);
  assert.equal(scaled(place, 1e6, thing, photo).scale, 10);
});

test("turning goes on past half a turn", () => {
  const twice = turnedBy(turnedBy(place, 2.5), 2.5);
  assertClose([Math.sin(twice.turn), Math.cos(twice.turn)], [Math.sin(5), Math.cos(5)]);
  assert.ok(Math.abs(twice.turn) <= Math.PI);
});

test("two fingers carry, scale and turn a thing at once", () => {
  const pinch = pinched(place, [[100, 40], [100, 60]], [[90, 55], [130, 55]], thing, photo);
  assertClose([pinch.row, pinch.column, pinch.scale, pinch.turn], [110, 55, 2, Math.PI / 2]);
});

test("the knob is swung about the grip: a corner that is dragged follows the pointer", () => {
  const [, corner] = cornersOf(thing, place);
  const swing = swung(place, corner, [100, 50 + 2 * Math.hypot(20, 10)], thing, photo);
  const [, moved] = cornersOf(thing, swing);
  assertClose(moved, [100, 50 + 2 * Math.hypot(20, 10)]);
  assertClose([swing.row, swing.column, swing.scale], [100, 50, 2]);
});

test("a mirrored thing is held at the mirrored grip", () => {
  const aside = { ...thing, grip: [0.5, 0.25] };
  assertClose(cornersOf(aside, place)[0], [80, 45]);
  assertClose(cornersOf(aside, { ...place, mirrored: true })[0], [80, 35]);
});

test("a live thing is steadied where little changes, and follows at once where much does", () => {
  const little = steady({ ...place, column: 51 }, place, thing);
  assert.ok(little.column > 50 && little.column < 50.5);
  assert.deepEqual(steady({ ...place, column: 90 }, place, thing), { ...place, column: 90 });
  assert.equal(steady(place, null, thing), place);
  const over = steady({ ...place, turn: -3.1 }, { ...place, turn: 3.1 }, thing); // the short way round
  assert.ok(Math.abs(over.turn) > 3.1);
});

test("a text is parted between words into lines of about the same length", () => {
  for (const { text, count, lines } of numbers.lines) assert.deepEqual(inLines(text, count), lines);
});

test("a plain background is cut away from without; an uneven one is left alone", () => {
  const picture = (colour) => {
    const data = new Uint8ClampedArray(4 * 20 * 20).fill(255);
    for (let i = 0; i < 400; i++) data.set(colour(Math.floor(i / 20), i % 20), 4 * i);
    return { data, height: 20, width: 20 };
  };
  const isRing = (y, x) => y > 4 && y < 15 && x > 4 && x < 15 && !(y > 8 && y < 11 && x > 8 && x < 11);
  const ring = picture((y, x) => (isRing(y, x) ? [200, 20, 20] : [250, 250, 250]));
  assert.equal(cutPlain(ring), true);
  const alpha = (y, x) => ring.data[4 * (20 * y + x) + 3];
  assert.deepEqual([alpha(0, 0), alpha(7, 7), alpha(9, 9)], [0, 255, 255]); // what is enclosed stays
  assert.equal(cutPlain(picture((y, x) => [(y * 50) % 256, (x * 70) % 256, 9])), false);
});

test("nothing is drawn of a thing outside of the canvas", () => {
  const context = { canvas: { width: 10, height: 10 }, drawImage: () => assert.fail("drawn") };
  drawThing(context, { thing, place: { ...place, row: 500 }, picture: null, covers: [] }, [0, 0, 10, 20], photo);
});
