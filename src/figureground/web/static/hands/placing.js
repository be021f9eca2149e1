// @ts-check
// Where a thing goes in a photo, how large and how turned. hands/placing.py for the browser, where the rules are
// explained; numbers are the same.

import { turned } from "./crops.js";
import { hull } from "./fingers.js";
import { KNUCKLES, MIDDLE, WRIST, gripOf, pixelsOfCentimetre } from "./hand.js";

/** @typedef {import("./hand.js").Point} Point */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("../components.js").Box} Box */
/** @typedef {import("../components.js").Component} Component */
/**
 * @typedef {object} Shape of a thing
 * @property {number} height of its picture, in pixels
 * @property {number} width
 * @property {Point} grip shares of height and width
 * @property {number | null} width_cm of the whole picture, were it a real thing
 * @property {"across" | "along"} up which way its top points in a hand
 * @property {boolean} mirrored whether a left hand gets it mirrored
 */
/**
 * @typedef {{row: number, column: number, scale: number, turn: number, mirrored: boolean}} Place where the grip lies in
 *   the photo, photo pixels a pixel of the thing, and its turn in radians, clockwise, after the mirroring
 */

const USUAL = 0.8;
const LONG = 1.25;
const MOST = 1.3;
const [ACROSS, ALONG] = [0.3, 0.5];
const BESIDE = 0.35; // of the person's shorter side: what is in no hand is as large

/**
 * Between thumb and fingers, as large as the hand says, and turned as it is.
 * @param {Shape} thing
 * @param {Hand} hand
 * @returns {Place}
 */
export function inHand(thing, hand) {
  const { height, width, width_cm: centimetres } = thing;
  const usual = (USUAL * hand.length) / Math.max(height, width);
  const scale = centimetres === null ? usual : (pixelsOfCentimetre(hand) * centimetres) / width;
  const [row, column] = gripOf(hand);
  return { row, column, scale, turn: turnIn(hand, thing), mirrored: thing.mirrored && hand.side === "left" };
}

/** @type {(hand: Hand, thing: Shape) => number} */
function turnIn({ landmarks, length }, { up }) {
  const [to, from, whole] = up === "across" ? [KNUCKLES[0], KNUCKLES[3], ACROSS] : [MIDDLE[0], WRIST, ALONG];
  const down = (landmarks[to][0] - landmarks[from][0]) / (whole * length);
  const across = (landmarks[to][1] - landmarks[from][1]) / (whole * length);
  return Math.atan2(across, -down + Math.max(0, 1 - Math.hypot(down, across)));
}

/**
 * In the place of an old thing: in the middle of its oriented box, with its size and its turn.
 * @param {Shape} thing
 * @param {Component} old
 * @param {number} [pixels] of the photo a pixel of the map in which the old thing was found
 * @returns {Place}
 */
export function insteadOf(thing, old, pixels = 1) {
  const { middle, sides: [down, across], turn: box } = orientedBox(old);
  const { height, width } = thing;
  const turn = turnsOf(box, [down + 1, across + 1], [height, width]).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
  const sides = lies(turn - box) ? [across + 1, down + 1] : [down + 1, across + 1];
  const scale = Math.min(
    Math.sqrt((sides[0] * sides[1]) / (height * width)), (MOST * sides[0]) / height, (MOST * sides[1]) / width,
  );
  const away = turned([(thing.grip[0] - 0.5) * height * scale, (thing.grip[1] - 0.5) * width * scale], turn);
  const [row, column] = [middle[0] + 0.5 + away[0], middle[1] + 0.5 + away[1]];
  return { row: row * pixels, column: column * pixels, scale: scale * pixels, turn, mirrored: false };
}

/**
 * Beside the middle of a person, upright: where nothing is held and no hand is found.
 * @param {Shape} thing
 * @param {Box} person
 * @returns {Place}
 */
export function beside({ height, width, grip }, { top, left, bottom, right }) {
  const side = Math.max(1, Math.min(bottom - top, right - left));
  const scale = (BESIDE * side) / Math.max(height, width);
  const middle = [top + 0.6 * (bottom - top), left + 0.5 * (right - left)];
  return {
    row: middle[0] + (grip[0] - 0.5) * height * scale,
    column: middle[1] + (grip[1] - 0.5) * width * scale,
    scale,
    turn: 0,
    mirrored: false,
  };
}

/**
 * The corners of a thing as it lies in the photo: upper left, upper right, lower right, lower left of its picture.
 * @param {Shape} thing
 * @param {Place} place
 * @returns {Point[]}
 */
export function cornersOf({ height, width, grip }, { row, column, scale, turn, mirrored }) {
  const across = mirrored ? 1 - grip[1] : grip[1];
  return [[0, 0], [0, 1], [1, 1], [1, 0]].map(([v, u]) => {
    const [down, aside] = turned([(v - grip[0]) * height * scale, (u - across) * width * scale], turn);
    return [row + down, column + aside];
  });
}

/**
 * The oriented box of least area around a shape, counted from the middles of its pixels: its middle, its sides along
 * its own down and across, and its turn in radians, clockwise, from 0 to a right angle.
 * @type {(shape: Component) => {middle: Point, sides: [number, number], turn: number}}
 */
function orientedBox({ runs }) {
  const outline = hull(runs.flatMap(([row, begin, end]) => /** @type {Point[]} */ ([[row, begin], [row, end - 1]])));
  let best = { middle: outline[0], sides: /** @type {[number, number]} */ ([0, 0]), turn: 0, area: Infinity };
  outline.forEach((corner, k) => {
    const next = outline[(k + 1) % outline.length];
    const direction = Math.atan2(next[0] - corner[0], next[1] - corner[1]);
    const turn = ((direction % (Math.PI / 2)) + Math.PI / 2) % (Math.PI / 2);
    const points = outline.map((point) => turned(point, -turn));
    const [low, high] = [Math.min, Math.max].map((most) => [0, 1].map((axis) => most(...points.map((point) => point[axis]))));
    const area = (high[0] - low[0]) * (high[1] - low[1]);
    if (area >= best.area - 1e-9) return;
    const middle = turned([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2], turn);
    best = { middle, sides: [high[0] - low[0], high[1] - low[1]], turn, area };
  });
  return best;
}

/**
 * Turns of the thing that bring its sides to those of the box, the longer to the longer where both have one.
 * @type {(box: number, sides: [number, number], thing: [number, number]) => number[]}
 */
function turnsOf(box, sides, thing) {
  const quarters = [0, 1, 2, 3].map((quarter) => wrapped(box + (quarter * Math.PI) / 2));
  const ratios = [sides[0] / sides[1], thing[0] / thing[1]];
  if (Math.min(...ratios.map((ratio) => Math.max(ratio, 1 / ratio))) < LONG) return quarters;
  const alike = ratios[0] > 1 === ratios[1] > 1;
  return quarters.filter((turn) => lies(turn - box) !== alike);
}

/** Whether a turn brings what is upright nearer to lying than to standing. @type {(turn: number) => boolean} */
function lies(turn) {
  return Math.abs(Math.sin(turn)) > Math.abs(Math.cos(turn));
}

/** @type {(turn: number) => number} */
function wrapped(turn) {
  return Math.atan2(Math.sin(turn), Math.cos(turn));
}
