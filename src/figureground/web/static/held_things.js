// @ts-check
// People together with what they hold, as one shape. runtime/held_things.py for the browser, where the rule is
// explained; numbers are the same, so that page and command give the same mask.

import { components } from "./components.js";
import { SMALLEST } from "./second_look.js";

/** @typedef {import("./resizing.js").FloatMap} FloatMap */
/** @typedef {import("./components.js").Component} Component */

const REACH = 0.01;
const LARGEST_HOLE = 0.03;
const CERTAIN = 20; // a logit

/**
 * Logits of people together with what they hold, from those of either.
 * @param {FloatMap} person
 * @param {FloatMap} held
 * @returns {FloatMap}
 */
export function withHeld(person, held) {
  const { height, width } = person;
  const either = person.values.map((value, i) => {
    const [most, least] = [Math.max(value, held.values[i]), Math.min(value, held.values[i])];
    return most + Math.log1p(Math.exp(least - most));
  });
  const near = nearPeople({ values: either, height, width }, person);
  const values = person.values.map((value, i) => (near[i] ? either[i] : value));
  const things = { values: near.map((value, i) => Number(value && held.values[i] > 0)), height, width };
  for (const hole of smallHoles({ values, height, width }, things)) paint(values, width, hole, CERTAIN);
  return { values, height, width };
}

/**
 * Where shapes are that hold more of a person than a speck, and what lies within reach of them.
 * @type {(either: FloatMap, person: FloatMap) => Uint8Array}
 */
function nearPeople(either, person) {
  const { height, width } = person;
  const near = new Uint8Array(height * width);
  const least = Math.max(1, SMALLEST * near.length);
  for (const shape of components({ values: widened(either), height, width }, 0)) {
    let people = 0;
    for (const [row, begin, end] of shape.runs) {
      for (let x = begin; x < end; x++) if (person.values[row * width + x] > 0) people++;
    }
    if (people >= least) paint(near, width, shape, 1);
  }
  return near;
}

/**
 * 1 within reach of the shapes of a map, to all sides.
 * @type {(map: FloatMap) => Uint8Array}
 */
function widened({ values, height, width }) {
  const reach = Math.floor(REACH * Math.max(height, width));
  const across = new Uint8Array(values.length);
  const around = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] > 0)) continue;
    const x = i % width;
    across.fill(1, i - Math.min(x, reach), i + Math.min(width - 1 - x, reach) + 1);
  }
  for (let i = 0; i < values.length; i++) {
    if (!across[i]) continue;
    const row = Math.floor(i / width);
    const [first, last] = [Math.max(0, row - reach), Math.min(height - 1, row + reach)];
    for (let y = first; y <= last; y++) around[y * width + (i % width)] = 1;
  }
  return around;
}

/**
 * What lies within the shapes, beside held things, and is small beside these.
 * @type {(joined: FloatMap, held: {values: Uint8Array, height: number, width: number}) => Component[]}
 */
function smallHoles({ values, height, width }, held) {
  const things = components(held, 0);
  const numbers = new Uint32Array(values.length); // of things, from 1
  things.forEach((thing, i) => paint(numbers, width, thing, i + 1));
  const background = { values: Uint8Array.from(values, (value) => Number(!(value > 0))), height, width };
  return components(background, 0).filter((hole) => {
    if (hole.left === 0 || hole.top === 0 || hole.right === width || hole.bottom === height) return false;
    const beside = new Set(); // of numbers
    for (const [row, begin, end] of hole.runs) {
      for (const y of [row - 1, row, row + 1]) {
        for (let x = begin - 1; x <= end; x++) beside.add(numbers[y * width + x]);
      }
    }
    return hole.pixels <= LARGEST_HOLE * things.reduce((sum, { pixels }, i) => sum + (beside.has(i + 1) ? pixels : 0), 0);
  });
}

/** @type {(values: Float32Array | Uint8Array | Uint32Array, width: number, part: Component, value: number) => void} */
function paint(values, width, { runs }, value) {
  for (const [row, begin, end] of runs) values.fill(value, row * width + begin, row * width + end);
}
