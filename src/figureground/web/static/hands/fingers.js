// @ts-check
// Which pixels of a hand lie in front of what it holds. hands/fingers.py for the browser, where the rule is explained;
// numbers are the same.

import { FINGERS, INDEX, KNUCKLES, MIDDLE, THUMB, WRIST } from "./hand.js";

/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./hand.js").Point} Point */
/** @typedef {import("../components.js").Box} Box */

const [THICK_THUMB, THICK_FINGER] = [0.062, 0.052]; // of the hand's length
const SOFT = 0.02;
const [FINGER_BEHIND, PALM_BEHIND] = [0.06, -0.15];
const REACH = 0.1; // of the hand's length: how far around its landmarks something of it may lie

/**
 * The bones of a hand that lie in front, by their ends, each with half of its finger's thickness in pixels.
 * @param {Hand} hand
 * @returns {{from: Point, to: Point, radius: number}[]}
 */
export function bonesInFront(hand) {
  const limit = depthOfGrip(hand) + FINGER_BEHIND * hand.length;
  return FINGERS.flatMap((finger) =>
    finger.slice(1).flatMap((last, i) => {
      const first = finger[i];
      if ((hand.depths[first] + hand.depths[last]) / 2 >= limit) return [];
      const radius = (finger === THUMB ? THICK_THUMB : THICK_FINGER) * hand.length;
      return [{ from: hand.landmarks[first], to: hand.landmarks[last], radius }];
    }),
  );
}

/**
 * The outline of the palm where it lies in front, else null; and by how much it is wider, in pixels.
 * @param {Hand} hand
 * @returns {{corners: Point[], radius: number} | null}
 */
export function palmInFront(hand) {
  const parts = [WRIST, ...KNUCKLES];
  const depth = parts.reduce((sum, k) => sum + hand.depths[k], 0) / parts.length;
  if (depth >= depthOfGrip(hand) + PALM_BEHIND * hand.length) return null;
  const corners = [WRIST, THUMB[0], THUMB[1], ...KNUCKLES].map((k) => hand.landmarks[k]);
  return { corners: hull(corners), radius: THICK_FINGER * hand.length };
}

/** @type {(hand: Hand) => number} */
function depthOfGrip({ depths }) {
  const tips = (depths[INDEX[3]] + depths[MIDDLE[3]]) / 2;
  return (depths[THUMB[3]] + tips + KNUCKLES.reduce((sum, k) => sum + depths[k], 0) / KNUCKLES.length) / 3;
}

/**
 * How likely each pixel of a part of the photo shows a finger, or the palm, that lies in front.
 * @param {Hand} hand
 * @param {Box} part
 */
export function likelyInFront(hand, { top, left, bottom, right }) {
  const [height, width] = [bottom - top, right - left];
  const values = new Float32Array(height * width);
  const [bones, palm] = [bonesInFront(hand), palmInFront(hand)];
  const soft = 2 * SOFT * hand.length;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const place = /** @type {Point} */ ([top + y + 0.5, left + x + 0.5]);
      let nearest = Infinity;
      for (const { from, to, radius } of bones) nearest = Math.min(nearest, fromBone(place, from, to) - radius);
      if (palm) nearest = Math.min(nearest, fromOutline(place, palm.corners) - palm.radius);
      values[at] = Math.min(1, Math.max(0, 0.5 - nearest / soft));
    }
  }
  return { values, height, width };
}

/**
 * The part of a photo in which something of a hand may lie in front.
 * @param {Hand} hand
 * @param {{height: number, width: number}} photo
 * @returns {Box}
 */
export function partOf({ landmarks, length }, { height, width }) {
  const [rows, columns] = [0, 1].map((axis) => landmarks.map((point) => point[axis]));
  const reach = REACH * length + 2;
  const top = Math.min(height, Math.max(0, Math.floor(Math.min(...rows) - reach)));
  const left = Math.min(width, Math.max(0, Math.floor(Math.min(...columns) - reach)));
  return {
    top,
    left,
    bottom: Math.max(top, Math.min(height, Math.ceil(Math.max(...rows) + reach))),
    right: Math.max(left, Math.min(width, Math.ceil(Math.max(...columns) + reach))),
  };
}

/** Pixels from the stretch between two points. @type {(place: Point, from: Point, to: Point) => number} */
function fromBone([row, column], from, to) {
  const along = [to[0] - from[0], to[1] - from[1]];
  const [down, across] = [row - from[0], column - from[1]];
  const squared = Math.max(1e-6, along[0] ** 2 + along[1] ** 2);
  const share = Math.min(1, Math.max(0, (down * along[0] + across * along[1]) / squared));
  return Math.hypot(down - share * along[0], across - share * along[1]);
}

/** Pixels from a convex outline, less than 0 within. @type {(place: Point, corners: Point[]) => number} */
function fromOutline(place, corners) {
  let [nearest, inside] = [Infinity, true];
  corners.forEach((corner, k) => {
    const next = corners[(k + 1) % corners.length];
    nearest = Math.min(nearest, fromBone(place, corner, next));
    if (cross(corner, next, place) < 0) inside = false;
  });
  return inside ? -nearest : nearest;
}

/**
 * The convex hull (Andrew's monotone chain), all corners turning one way.
 * @param {Point[]} points
 * @returns {Point[]}
 */
export function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 2) return sorted;
  const half = (/** @type {Point[]} */ along) => {
    const kept = /** @type {Point[]} */ ([]);
    for (const point of along) {
      while (kept.length > 1 && cross(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** @type {(a: Point, b: Point, c: Point) => number} */
function cross(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
