// @ts-check
// Where a photo has a place for a thing: hands, what is held already, and which pixels of people lie in front of it.
// hands/putting.py for the browser, where the rules are explained.

import { components } from "../components.js";
import { cropped } from "../cropping.js";
import { refine } from "../edges.js";
import { fittedInside, resizedMask } from "../resizing.js";
import { patchOf } from "./erasing.js";
import { likelyInFront, partOf } from "./fingers.js";
import { alike } from "./own_colours.js";
import { distance, gripOf } from "./hand.js";
import { findHands } from "./hand_finder.js";

/** @typedef {import("../components.js").Component} Component */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./hand.js").Point} Point */
/** @typedef {import("./erasing.js").Patch} Patch */
/** @typedef {import("./crops.js").Pixels} Pixels */
/** @typedef {import("./hand_finder.js").Mask} Mask */
/** @typedef {import("./hand_finder.js").Networks} Networks */
/** @typedef {{thing: Component, pixels: number}} Old what is held: a shape in a map, and photo pixels a pixel of that */
/** @typedef {{left: number, top: number, values: Uint8Array, height: number, width: number}} Front 255 in front */

const REACH = 1.0;
const HELD = 5e-4;
const SCRAP = 0.6;
const TOUCH = 0.01; // of the map's longer side
const FINGERS = 0.12;
const MAP_SIDE = 512; // pixels of the longer side at which what is held is looked at

/**
 * Where a thing goes: in place of an old one, else in a hand.
 * @typedef {{hand: Hand | null, old: Old | null}} Spot
 */

/**
 * @param {Pixels} photo
 * @param {Mask} person
 * @param {Uint8Array | null} held of the photo's size; null where nothing is known of it
 * @param {Networks} networks
 * @returns {Promise<Spot & {fronts: Front[], patch: Patch | null}>} with what takes the old thing's place
 */
export async function findGrips(photo, person, held, networks) {
  const hands = await findHands((crop, count) => crop.of(photo, count), photo, person, networks);
  const old = held && heldThing({ values: held, height: photo.height, width: photo.width }, person, hands);
  const fronts = hands.map((hand) => frontOf(photo, person, hand)).filter((front) => front !== null);
  if (old === null) return { ...spotOf(hands, old), fronts, patch: null };
  return { ...spotOf(hands, old), fronts: [...fronts, over(old, person)], patch: patchOf(photo, person, old.thing, old) };
}

/**
 * An old thing gives way to the new one, but where the hand hides all but a scrap of it.
 * @param {Hand[]} hands
 * @param {Old | null} old
 * @returns {Spot}
 */
export function spotOf(hands, old) {
  if (old === null) return { hand: hands[0] ?? null, old };
  const apartFrom = (/** @type {Hand} */ hand) => apart(gripOf(hand), old.thing, old.pixels);
  const within = hands.filter((hand) => apartFrom(hand) <= REACH * hand.length);
  const hand = within.sort((a, b) => apartFrom(a) - apartFrom(b))[0] ?? null;
  const { top, left, bottom, right } = old.thing;
  const size = old.pixels * Math.hypot(bottom - 1 - top, right - 1 - left);
  return { hand, old: hand === null || size >= SCRAP * hand.length ? { thing: old.thing, pixels: old.pixels } : null };
}

/**
 * The largest thing that one of these hands holds, or that somebody touches where there are none.
 * @param {Mask} held
 * @param {Mask} person of the same size
 * @param {Hand[]} hands
 * @returns {Old & {height: number, width: number} | null} with the size of its map
 */
export function heldThing(held, person, hands) {
  const { height, width } = fittedInside(held.height, held.width, Math.min(MAP_SIDE, Math.max(held.height, held.width)));
  const values = resizedMask(held.values, held.height, held.width, height, width);
  const pixels = held.width / width;
  const things = components({ values, height, width }, 127).sort((a, b) => b.pixels - a.pixels);
  const large = things.filter((thing) => thing.pixels >= HELD * values.length);
  if (!large.length) return null;
  const people = { values: resizedMask(person.values, held.height, held.width, height, width), height, width };
  const touched = large.filter((thing) => isTouched(thing, people));
  const isHeld = (/** @type {Component} */ each) => hands.some((hand) => apart(gripOf(hand), each, pixels) <= REACH * hand.length);
  const thing = touched.find((each) => hands.length === 0 || isHeld(each));
  return thing ? { thing, pixels, height, width } : null;
}

/**
 * Whether some of a person is near.
 * @type {(thing: Component, people: {values: ArrayLike<number>, height: number, width: number}) => boolean}
 */
function isTouched({ runs }, { values, height, width }) {
  const reach = Math.max(1, Math.round(TOUCH * Math.max(height, width)));
  return runs.some(([row, begin, end]) => {
    for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
      for (let x = Math.max(0, begin - reach); x < Math.min(width, end + reach); x++) {
        if (values[y * width + x] > 127) return true;
      }
    }
    return false;
  });
}

/** Pixels of the photo from a point to the nearest of a thing. @type {(point: Point, thing: Component, pixels: number) => number} */
function apart([row, column], { runs }, pixels) {
  const place = /** @type {Point} */ ([row / pixels, column / pixels]);
  const nearest = (/** @type {[row: number, begin: number, end: number]} */ [y, begin, end]) =>
    distance(place, [y, Math.min(end - 1, Math.max(begin, place[1]))]);
  return pixels * Math.min(...runs.map(nearest));
}

/**
 * What of a hand lies in front, with the outline of the person and of the hand's colours, and within the hand the one that
 * the photo shows.
 * @param {Pixels} photo
 * @param {Mask} person
 * @param {Hand} hand
 * @returns {Front | null}
 */
export function frontOf(photo, person, hand) {
  const part = partOf(hand, photo);
  const [height, width] = [part.bottom - part.top, part.right - part.left];
  if (height === 0 || width === 0) return null;
  const likely = likelyInFront(hand, part);
  const pixels = cropped(photo.pixels, photo.width, part, 4);
  const own = alike({ pixels, height, width, top: part.top, left: part.left }, hand);
  likely.values.forEach((value, i) => (likely.values[i] = value * own[i]));
  const values = refine(pixels, height, width, likely);
  return behindOutline({ left: part.left, top: part.top, values, height, width }, person);
}

/**
 * What lay before the old thing: notches and gaps in it that are person.
 * @param {Old & {height: number, width: number}} old
 * @param {Mask} person
 * @returns {Front}
 */
function over({ thing, pixels, height: rows, width: columns }, person) {
  const reach = Math.max(1, Math.round(FINGERS * Math.sqrt(thing.pixels)));
  const [top, left] = [Math.max(0, thing.top - reach), Math.max(0, thing.left - reach)];
  const height = Math.min(rows, thing.bottom + reach) - top;
  const width = Math.min(columns, thing.right + reach) - left;
  const old = new Uint8Array(height * width);
  for (const [row, begin, end] of thing.runs) old.fill(1, (row - top) * width + begin - left, (row - top) * width + end - left);
  const closed = inverted(widened(inverted(widened(old, height, width, reach)), height, width, reach));
  const gaps = closed.map((value, i) => (value && !old[i] ? 255 : 0));
  const down = Math.round(pixels * height);
  const across = Math.round(pixels * width);
  const large = Uint8Array.from(resizedMask(gaps, height, width, down, across));
  const front = { left: Math.round(pixels * left), top: Math.round(pixels * top), values: large, height: down, width: across };
  return behindOutline(front, person);
}

/**
 * All within `reach` of what is 1, to all sides.
 * @type {(shape: Uint8Array, height: number, width: number, reach: number) => Uint8Array}
 */
function widened(shape, height, width, reach) {
  const wide = new Uint8Array(shape.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!shape[y * width + x]) continue;
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        const half = Math.floor(Math.sqrt(reach ** 2 - (v - y) ** 2));
        wide.fill(1, v * width + Math.max(0, x - half), v * width + Math.min(width - 1, x + half) + 1);
      }
    }
  }
  return wide;
}

/** @type {(shape: Uint8Array) => Uint8Array} */
function inverted(shape) {
  return shape.map((value) => 1 - value);
}

/** No more than is person. @type {(front: Front, person: Mask) => Front} */
function behindOutline(front, person) {
  for (let y = 0, at = 0; y < front.height; y++) {
    for (let x = 0; x < front.width; x++, at++) {
      const [row, column] = [front.top + y, front.left + x];
      const value = row < person.height && column < person.width ? person.values[row * person.width + column] : 0;
      front.values[at] = Math.min(front.values[at], value);
    }
  }
  return front;
}
