import assert from "node:assert/strict";
import { test } from "node:test";

import { components } from "../../../src/figureground/web/static/components.js";
import { bonesInFront, hull, likelyInFront, palmInFront } from "../../../src/figureground/web/static/hands/fingers.js";
import { findHands } from "../../../src/figureground/web/static/hands/hand_finder.js";
import { Crop } from "../../../src/figureground/web/static/hands/crops.js";
import { heldThing, spotOf } from "../../../src/figureground/web/static/hands/grips.js";
import { lit, measuredLight } from "../../../src/figureground/web/static/hands/light.js";
import { alike } from "../../../src/figureground/web/static/hands/own_colours.js";
import { patchOf } from "../../../src/figureground/web/static/hands/erasing.js";
import { blurOf, blurredThing } from "../../../src/figureground/web/static/hands/sharpness.js";
import { beside, cornersOf, inHand, insteadOf } from "../../../src/figureground/web/static/hands/placing.js";
import { assertNear, numbers, rgba } from "./numbers.mjs";

const { hands } = numbers;
const things = hands.things.map((thing) => ({ ...thing, height: thing.size[0], width: thing.size[1] }));

/** An oriented mask of Python's. */
function mapOf({ values, shape: [height, width] }) {
  return { values, height, width };
}

function assertPlace(found, expected, where) {
  for (const key of ["row", "column"]) assert.ok(Math.abs(found[key] - expected[key]) < 0.05, `${where}: ${key} ${found[key]} ${expected[key]}`);
  assert.ok(Math.abs(found.scale / expected.scale - 1) < 1e-3, `${where}: scale ${found.scale} ${expected.scale}`);
  const turn = found.turn - expected.turn;
  assert.ok(Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn))) < 2e-3, `${where}: turn ${found.turn} ${expected.turn}`);
  assert.equal(found.mirrored, expected.mirrored);
}

test("the networks are shown the same squares as in Python, and the same hand comes of their answers", async () => {
  const looks = hands.looks[Symbol.iterator]();
  const network = (palms) => async (seen) => {
    const look = looks.next().value;
    assert.equal(look.palms, palms);
    assertNear(seen, Float32Array.from(look.seen.values, (value) => value / 255), 0.06, 0.003); // OpenCV samples in steps
    return look.answers.map(({ values }) => values);
  };
  const [height, width] = hands.photo.shape;
  const photo = { pixels: rgba(hands.photo), height, width };
  const see = (crop, count) => crop.of(photo, count);
  const found = await findHands(see, photo, mapOf(hands.person), { palms: network(true), hands: network(false) });
  assert.equal(looks.next().done, true);
  assert.equal(found.length, hands.found.length);
  found.forEach((hand, k) => {
    const expected = hands.found[k];
    assert.equal(hand.side, expected.side);
    assertNear(hand.landmarks.flat(), expected.landmarks.flat(), 0.02);
    assertNear(hand.depths, expected.depths, 0.02);
    assert.ok(Math.abs(hand.length - expected.length) < 0.02);
  });
});

test("what lies outside of the photo is black in a square", () => {
  const photo = { pixels: new Uint8ClampedArray(4 * 6 * 6).fill(255), height: 6, width: 6 };
  const seen = new Crop(0, 0, 4).of(photo, 4);
  assert.deepEqual([seen[0], seen[3 * 15]], [0, 1]);
  assert.ok(new Crop(50, 50, 4).of(photo, 4).every((value) => value === 0));
});

test("things go into hands as in Python, whatever way these are turned", () => {
  hands.turned.forEach((hand, h) => {
    things.forEach((thing, t) => assertPlace(inHand(thing, hand), hands.in_hand[h][t], `hand ${h}, thing ${t}`));
  });
});

test("things take the place of old ones as in Python", () => {
  hands.old.forEach(({ shape, places }, s) => {
    const [old] = components(mapOf(shape), 127);
    things.forEach((thing, t) => assertPlace(insteadOf(thing, old), places[t], `shape ${s}, thing ${t}`));
  });
});

test("fingers in front are those of Python", () => {
  hands.turned.forEach((hand, h) => {
    const limits = palmInFront(hand) ? [0.5, 0.02] : [0.02, 0.001]; // OpenCV draws the palm in whole pixels
    assertNear(likelyInFront(hand, hands.part).values, hands.front[h].values, ...limits);
  });
  assert.ok(hands.turned.some((hand) => bonesInFront(hand).length > 0));
  assert.ok(hands.turned.some((hand) => palmInFront(hand) !== null));
});

test("pixels that have the colours of the hand are those of Python", () => {
  const [top, left] = [150, 60];
  const [height, width] = hands.alike.shape;
  const pixels = new Uint8ClampedArray(4 * height * width);
  const whole = rgba(hands.photo);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * hands.photo.shape[1] + left);
    pixels.set(whole.subarray(from, from + 4 * width), 4 * y * width);
  }
  const found = alike({ pixels, height, width, top, left }, hands.found[0]);
  assertNear(found, hands.alike.values, 0.6, 0.01); // OpenCV rounds colours to whole numbers
  assert.ok(found.some((value) => value === 0) && found.some((value) => value === 1));
});

test("the thing that is held by the hand is the one that is replaced; of a scrap only the hand counts", () => {
  const held = { values: new Uint8Array(100 * 100), height: 100, width: 100 };
  for (let y = 10; y < 60; y++) held.values.fill(255, y * 100 + 5, y * 100 + 25); // large, far from the hand
  for (let y = 70; y < 90; y++) held.values.fill(255, y * 100 + 70, y * 100 + 85);
  const hand = { score: 1, side: "left", depths: Array(21).fill(0), length: 30, landmarks: Array(21).fill([80, 68]) };
  const everywhere = { ...held, values: new Uint8Array(100 * 100).fill(255) };
  assert.equal(heldThing(held, everywhere, []).thing.left, 5);
  assert.equal(heldThing(held, everywhere, [hand]).thing.left, 70);
  assert.equal(spotOf([hand], heldThing(held, everywhere, [hand])).old.thing.left, 70);
  const scrap = spotOf([{ ...hand, length: 60 }], heldThing(held, everywhere, [hand]));
  assert.deepEqual([scrap.old, scrap.hand.length], [null, 60]);
  assert.equal(heldThing({ ...held, values: new Uint8Array(100 * 100) }, everywhere, []), null);
  const right = { ...held, values: Uint8Array.from(everywhere.values, (value, i) => (i % 100 > 80 ? value : 0)) };
  assert.equal(heldThing(held, right, []).thing.left, 70); // nobody touches the other
});

test("without a hand a thing lies upright within the person", () => {
  const person = { top: 20, left: 30, bottom: 220, right: 130 };
  for (const thing of things) {
    const place = beside(thing, person);
    assert.equal(place.turn, 0);
    for (const [row, column] of cornersOf(thing, place)) assert.ok(row > 20 && row < 220 && column > 30 && column < 130);
  }
});

test("light is measured, and things are lit, as in Python", () => {
  for (const { photo, light, black, picture, lit: expected } of numbers.light) {
    const found = measuredLight(rgba(photo));
    assertNear(found.light, light.values, 2e-3);
    assert.ok(Math.abs(found.black - black) < 2e-3);
    const pixels = lit(rgba(picture), found).filter((_, i) => i % 4 < 3);
    assertNear(pixels, expected.values, 1.01);
  }
  assert.deepEqual(measuredLight(new Uint8ClampedArray(0)), { light: [1, 1, 1], black: 0, coloured: true });
});

test("sharpness is measured as in Python, and a thing made soft keeps its colours at its edge", () => {
  for (const { photo, blur } of numbers.blurs) {
    const [height, width] = photo.shape;
    const found = blurOf({ data: rgba(photo), height, width });
    assert.ok(Math.abs(found - blur) < 0.05, `${found} ${blur}`);
  }
  const data = new Uint8ClampedArray(4 * 20 * 20);
  for (let y = 5; y < 15; y++) for (let x = 5; x < 15; x++) data.set([200, 100, 0, 255], 4 * (20 * y + x));
  assert.equal(blurredThing(data, 20, 20, 0.1), data);
  const soft = blurredThing(data, 20, 20, 1.5);
  const at = (y, x) => [...soft.subarray(4 * (20 * y + x), 4 * (20 * y + x) + 4)];
  assert.deepEqual(at(10, 10).slice(0, 3), [200, 100, 0]);
  assert.deepEqual(at(10, 5).slice(0, 2), [200, 100]);
  assert.ok(at(10, 5)[3] > 100 && at(10, 5)[3] < 200 && at(0, 0)[3] < 3);
});

test("a hull leaves out what lies within, and knows a single point", () => {
  assert.equal(hull([[0, 0], [0, 4], [4, 4], [4, 0], [2, 2], [0, 2]]).length, 4);
  assert.deepEqual(hull([[3, 3]]), [[3, 3]]);
});

test("what was held is painted over with what is around, and is person where a person goes on behind", () => {
  const [height, width] = [60, 80];
  const pixels = new Uint8ClampedArray(4 * height * width).fill(255);
  const person = new Uint8Array(height * width);
  const values = new Uint8Array(height * width);
  for (let i = 0; i < height * width; i++) {
    const x = i % width;
    pixels.set(x < 40 ? [200, 40, 40] : [40, 40, 200], 4 * i); // somebody in red before a blue wall
    person[i] = x < 40 ? 255 : 0;
  }
  const hold = (left) => {
    values.fill(0);
    for (let y = 20; y < 40; y++) for (let x = left; x < left + 10; x++) values[y * width + x] = 255;
    const seen = { pixels: Uint8ClampedArray.from(pixels), height, width };
    const people = { values: Uint8Array.from(person, (value, i) => (values[i] ? 0 : value)), height, width };
    values.forEach((value, i) => value && seen.pixels.set([0, 250, 0], 4 * i));
    return patchOf(seen, people, components({ values, height, width }, 127)[0], { height, width });
  };
  const middle = ({ left, top, values, width }, x) => [...values.subarray(4 * ((30 - top) * width + x - left)).subarray(0, 4)];
  const [before, beside] = [hold(15), hold(60)];
  assert.deepEqual([before.person, beside.person], [true, false]);
  assert.deepEqual([middle(before, 20), middle(beside, 65)], [[200, 40, 40, 255], [40, 40, 200, 255]]);
  assert.equal(before.values[3], 0); // clear where nothing was held
});
