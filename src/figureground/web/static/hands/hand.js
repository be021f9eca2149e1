// @ts-check
// A hand in a photo, as 21 landmarks tell it. hands/hand.py for the browser, where they are named and explained.

/** @typedef {[row: number, column: number]} Point in pixels of the photo */
/**
 * @typedef {object} Hand
 * @property {number} score how likely it is a hand, 0 to 1
 * @property {"left" | "right"} side the person's own
 * @property {Point[]} landmarks
 * @property {number[]} depths how much further from the camera than the wrist each is, in pixels
 * @property {number} length pixels from the wrist to the tip of the middle finger, were the hand flat
 */

export const WRIST = 0;
export const FINGERS = [1, 5, 9, 13, 17].map((first) => [first, first + 1, first + 2, first + 3]);
export const [THUMB, INDEX, MIDDLE, RING, LITTLE] = FINGERS;
export const KNUCKLES = [INDEX[0], MIDDLE[0], RING[0], LITTLE[0]];
const LENGTH_CM = 18.5;

/**
 * @param {Point[]} points
 * @returns {Point}
 */
export function mean(points) {
  const sum = (/** @type {0 | 1} */ axis) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}

/** The middle of the palm. @param {Hand} hand */
export function palmOf({ landmarks }) {
  return mean([landmarks[WRIST], mean(KNUCKLES.map((k) => landmarks[k]))]);
}

/** Between the thumb and the fingers, where a thing is held. @param {Hand} hand */
export function gripOf({ landmarks }) {
  const tips = mean([landmarks[INDEX[2]], landmarks[MIDDLE[2]]]);
  return mean([landmarks[THUMB[3]], tips, mean(KNUCKLES.map((k) => landmarks[k]))]);
}

/** How large a thing appears that is as far away as the hand. @param {Hand} hand */
export function pixelsOfCentimetre({ length }) {
  return length / LENGTH_CM;
}

/** Pixels from one point to another. @type {(one: Point, other: Point) => number} */
export function distance([row, column], [otherRow, otherColumn]) {
  return Math.hypot(row - otherRow, column - otherColumn);
}
