// @ts-check
// A thing on a photo, moved, turned and scaled by hand. Points and lengths are pixels of the photo.

/** @typedef {import("./placing.js").Place} Place */
/** @typedef {import("./placing.js").Shape} Shape */
/** @typedef {import("./hand.js").Point} Point */
/** @typedef {{height: number, width: number}} Size */

const [SMALLEST, LARGEST] = [0.02, 2]; // of the photo's longer side: the thing's longer one

/**
 * @param {Place} place
 * @param {number} down
 * @param {number} across
 * @param {Size} photo its grip stays within
 * @returns {Place}
 */
export function moved(place, down, across, photo) {
  return {
    ...place,
    row: Math.min(photo.height, Math.max(0, place.row + down)),
    column: Math.min(photo.width, Math.max(0, place.column + across)),
  };
}

/**
 * So many times as large, about its grip.
 * @param {Place} place
 * @param {number} factor
 * @param {Shape} thing
 * @param {Size} photo
 * @returns {Place}
 */
export function scaled(place, factor, thing, photo) {
  const whole = Math.max(photo.height, photo.width) / Math.max(thing.height, thing.width);
  return { ...place, scale: Math.min(LARGEST * whole, Math.max(SMALLEST * whole, place.scale * factor)) };
}

/**
 * Turned by radians, clockwise, about its grip.
 * @param {Place} place
 * @param {number} turn
 * @returns {Place}
 */
export function turnedBy(place, turn) {
  const sum = place.turn + turn;
  return { ...place, turn: Math.atan2(Math.sin(sum), Math.cos(sum)) };
}

/**
 * With what two fingers have moved: their middle carries the grip along, their distance scales, their direction turns.
 * @param {Place} place
 * @param {[Point, Point]} before
 * @param {[Point, Point]} after
 * @param {Shape} thing
 * @param {Size} photo
 * @returns {Place}
 */
export function pinched(place, before, after, thing, photo) {
  const was = spanOf(before);
  const is = spanOf(after);
  const larger = scaled(place, is.length / Math.max(1e-6, was.length), thing, photo);
  const turned = turnedBy(larger, is.direction - was.direction);
  return moved(turned, is.middle[0] - was.middle[0], is.middle[1] - was.middle[1], photo);
}

/**
 * With what a knob at one of its corners has moved: it follows the pointer about the grip.
 * @param {Place} place
 * @param {Point} before
 * @param {Point} after
 * @param {Shape} thing
 * @param {Size} photo
 * @returns {Place}
 */
export function swung(place, before, after, thing, photo) {
  const grip = /** @type {Point} */ ([place.row, place.column]);
  const [was, is] = [spanOf([grip, before]), spanOf([grip, after])];
  return turnedBy(scaled(place, is.length / Math.max(1e-6, was.length), thing, photo), is.direction - was.direction);
}

/** @type {(points: [Point, Point]) => {middle: Point, length: number, direction: number}} */
function spanOf([one, other]) {
  const [down, across] = [other[0] - one[0], other[1] - one[1]];
  return {
    middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2],
    length: Math.hypot(down, across),
    direction: Math.atan2(down, across), // rows run down, so that this grows clockwise
  };
}
