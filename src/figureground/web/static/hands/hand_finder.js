// @ts-check
// Hands in a photo, by MediaPipe's palm detector and hand landmark network. hands/finding.py for the browser, where
// method and source are explained; numbers are the same, so that page and command find the same hands.

import { components } from "../components.js";
import { Crop } from "./crops.js";
import { INDEX, LITTLE, MIDDLE, RING, THUMB, WRIST, distance, mean, palmOf } from "./hand.js";

/** @typedef {import("./hand.js").Point} Point */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {{height: number, width: number}} Size */
/** @typedef {{values: Uint8Array, height: number, width: number}} Mask */
/** @typedef {[top: number, left: number, bottom: number, right: number]} Edges */
/** @typedef {{score: number, box: Edges, wrist: Point, knuckle: Point}} Palm */
/** @typedef {(crop: Crop, count: number) => Float32Array} See what a square shows: RGB of 0 to 1, `count` pixels a side */
/**
 * @typedef {object} Networks each given a square of its own size, RGB of 0 to 1; all answers in the network's order
 * @property {(seen: Float32Array) => Promise<Float32Array[]>} palms
 * @property {(seen: Float32Array) => Promise<Float32Array[]>} hands
 */

export const PALM_SIDE = 192;
export const HAND_SIDE = 224;
const GRIDS = [[24, 2], [12, 6]];
const [LEAST_PALM, LEAST_HAND] = [0.3, 0.7];
const SAME_PALM = 0.3;
const SAME_HAND = 0.4;
const AROUND_PALM = /** @type {const} */ ([0.5, 2.6]);
const AROUND_LANDMARKS = /** @type {const} */ ([0.1, 2.0]);
const FRAMING = [WRIST, ...THUMB.slice(0, 3), ...[INDEX, MIDDLE, RING, LITTLE].flatMap((finger) => finger.slice(0, 2))];
const SHARES = [1.0, 0.5, 0.25];
const SMALLEST = 48;
const FULL = 0.03;

/**
 * The hands of a photo, the likeliest first.
 * @param {See} see
 * @param {Size} size of the photo
 * @param {Mask | null} person hands are looked for there, and not elsewhere
 * @param {Networks} networks
 * @returns {Promise<Hand[]>}
 */
export async function findHands(see, size, person, networks) {
  const palms = [];
  for (const crop of searched(size, person)) palms.push(...(await palmsIn(see, crop, networks)));
  const hands = /** @type {Hand[]} */ ([]);
  for (const palm of withoutDoubles(palms)) {
    const hand = await handIn(see, cropOf(palm), networks);
    if (hand !== null && !hands.some((other) => areSame(hand, other))) hands.push(hand);
  }
  return hands.sort((a, b) => b.score - a.score);
}

/**
 * One hand in pictures that follow one another: it is looked for where it was, and only else in the whole picture.
 * @param {See} see
 * @param {Size} size of the picture
 * @param {Hand | null} before in the picture before
 * @param {Networks} networks
 * @returns {Promise<Hand | null>}
 */
export async function followHand(see, size, before, networks) {
  const still = before && (await lookAtHand(see, around(before.landmarks), networks));
  if (still) return still;
  const whole = new Crop(size.height / 2, size.width / 2, Math.max(size.height, size.width));
  const [palm] = withoutDoubles(await palmsIn(see, whole, networks));
  return palm ? handIn(see, cropOf(palm), networks) : null;
}

/**
 * Palms in one square of the photo, before any are joined.
 * @type {(see: See, crop: Crop, networks: Networks) => Promise<Palm[]>}
 */
async function palmsIn(see, crop, networks) {
  const [shapes, scores] = await networks.palms(see(crop, PALM_SIDE));
  const palms = [];
  for (let k = 0; k < scores.length; k++) {
    const score = 1 / (1 + Math.exp(-scores[k]));
    if (score >= LEAST_PALM) palms.push(palmOfPrediction(score, shapes.subarray(18 * k, 18 * k + 18), ANCHORS[k], crop));
  }
  return palms;
}

/**
 * The hand that a square shows, its fingers towards the top; looked at again in the square that fits it.
 * @type {(see: See, crop: Crop, networks: Networks) => Promise<Hand | null>}
 */
async function handIn(see, crop, networks) {
  const first = await lookAtHand(see, crop, networks);
  return first && ((await lookAtHand(see, around(first.landmarks), networks)) ?? first);
}

/**
 * One look: the hand that a square shows, or null.
 * @type {(see: See, crop: Crop, networks: Networks) => Promise<Hand | null>}
 */
async function lookAtHand(see, crop, networks) {
  const [seen, [score], [rightness], solid] = await networks.hands(see(crop, HAND_SIDE));
  if (score < LEAST_HAND) return null;
  const landmarks = Array.from({ length: 21 }, (_, k) => crop.toPhoto([seen[3 * k + 1], seen[3 * k]], HAND_SIDE));
  const flat = Array.from({ length: 21 }, (_, k) => /** @type {Point} */ ([solid[3 * k], solid[3 * k + 1]]));
  const scale = spread(landmarks) / spread(flat);
  const chain = [WRIST, ...MIDDLE];
  let length = 0;
  for (let i = 1; i < chain.length; i++) {
    const [a, b] = [3 * chain[i - 1], 3 * chain[i]];
    length += Math.hypot(solid[b] - solid[a], solid[b + 1] - solid[a + 1], solid[b + 2] - solid[a + 2]);
  }
  const depths = landmarks.map((_, k) => (solid[3 * k + 2] - solid[3 * WRIST + 2]) * scale);
  return { score, side: rightness > 0.5 ? "right" : "left", landmarks, depths, length: length * scale };
}

/**
 * Squares in which palms are looked for.
 * @param {Size} size
 * @param {Mask | null} person
 * @returns {Crop[]}
 */
export function searched({ height, width }, person) {
  const longest = Math.max(height, width);
  const crops = [new Crop(height / 2, width / 2, longest)];
  for (const box of boxes({ height, width }, person)) {
    for (const share of SHARES) {
      const side = share * Math.max(box.height, box.width);
      if (SMALLEST > side || side >= 0.95 * longest) continue;
      for (const row of middles(box.top, box.height, side)) {
        for (const column of middles(box.left, box.width, side)) {
          if (person === null || shown(person, row, column, side) >= FULL) crops.push(new Crop(row, column, side));
        }
      }
    }
  }
  return crops;
}

/**
 * The square around a hand's landmarks, the fingers towards its top.
 * @param {Point[]} landmarks
 */
export function around(landmarks) {
  const [index, middle, ring] = [INDEX, MIDDLE, RING].map((finger) => landmarks[finger[1]]);
  const fingers = [0, 1].map((axis) => (index[axis] + ring[axis]) / 4 + middle[axis] / 2);
  const turn = upright([fingers[0] - landmarks[WRIST][0], fingers[1] - landmarks[WRIST][1]]);
  const [back, forth] = [new Crop(0, 0, 1, -turn), new Crop(0, 0, 1, turn)];
  const points = FRAMING.map((k) => back.toPhoto([landmarks[k][0] + 0.5, landmarks[k][1] + 0.5], 1));
  const low = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const high = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const [row, column] = forth.toPhoto([(low[0] + high[0]) / 2 + 0.5, (low[1] + high[1]) / 2 + 0.5], 1);
  return new Crop(row, column, Math.max(high[0] - low[0], high[1] - low[1]), turn).moved(...AROUND_LANDMARKS);
}

/** (row, column) of the anchors' middles in 0..1, in the network's order. */
const ANCHORS = GRIDS.flatMap(([cells, each]) =>
  Array.from({ length: cells * cells * each }, (_, k) => {
    const cell = Math.floor(k / each);
    return /** @type {Point} */ ([(Math.floor(cell / cells) + 0.5) / cells, ((cell % cells) + 0.5) / cells]);
  }),
);

/**
 * A prediction in pixels of the photo: x, y, width and height, then x and y of seven points, of the network's own.
 * @type {(score: number, shape: Float32Array, anchor: Point, crop: Crop) => Palm}
 */
function palmOfPrediction(score, shape, anchor, crop) {
  const placed = (/** @type {number} */ row, /** @type {number} */ column) =>
    crop.toPhoto([row + anchor[0] * PALM_SIDE, column + anchor[1] * PALM_SIDE], PALM_SIDE);
  const [x, y, width, height] = shape;
  const [top, left] = placed(y - height / 2, x - width / 2);
  const [bottom, right] = placed(y + height / 2, x + width / 2);
  return { score, box: [top, left, bottom, right], wrist: placed(shape[5], shape[4]), knuckle: placed(shape[9], shape[8]) };
}

/**
 * The square around the whole hand of a palm, the fingers towards its top.
 * @type {(palm: Palm) => Crop}
 */
function cropOf({ box: [top, left, bottom, right], wrist, knuckle }) {
  const side = Math.max(bottom - top, right - left);
  const turn = upright([knuckle[0] - wrist[0], knuckle[1] - wrist[1]]);
  return new Crop((top + bottom) / 2, (left + right) / 2, side, turn).moved(...AROUND_PALM);
}

/**
 * Of palms that overlap, their mean weighted by score; the likeliest first.
 * @type {(palms: Palm[]) => Palm[]}
 */
function withoutDoubles(palms) {
  let left = [...palms].sort((a, b) => b.score - a.score);
  const kept = [];
  while (left.length) {
    const [first] = left;
    const same = left.filter(({ box }) => overlap(box, first.box) > SAME_PALM);
    left = left.filter((palm) => palm !== first && !same.includes(palm));
    kept.push(same.length ? weighted(same) : first);
  }
  return kept;
}

/** @type {(same: Palm[]) => Palm} */
function weighted(same) {
  const total = same.reduce((sum, { score }) => sum + score, 0);
  const of = (/** @type {(palm: Palm) => number[]} */ values) =>
    values(same[0]).map((_, i) => same.reduce((sum, palm) => sum + (palm.score * values(palm)[i]) / total, 0));
  return {
    score: same[0].score,
    box: /** @type {Edges} */ (of(({ box }) => box)),
    wrist: /** @type {Point} */ (of(({ wrist }) => wrist)),
    knuckle: /** @type {Point} */ (of(({ knuckle }) => knuckle)),
  };
}

/** Intersection over union. @type {(a: Edges, b: Edges) => number} */
function overlap(a, b) {
  const height = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const width = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (/** @type {Edges} */ box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (height * width) / Math.max(1e-9, area(a) + area(b) - height * width);
}

/** @type {(hand: Hand, other: Hand) => boolean} */
function areSame(hand, other) {
  return distance(palmOf(hand), palmOf(other)) < SAME_HAND * Math.max(hand.length, other.length);
}

/** @type {(points: Point[]) => number} */
function spread(points) {
  const middle = mean(points);
  return Math.sqrt(points.reduce((sum, point) => sum + distance(point, middle) ** 2, 0));
}

/** The turn of a square whose top is in this direction. @type {(direction: Point) => number} */
function upright([down, across]) {
  return Math.atan2(across, -down);
}

/**
 * Each group of people; the whole photo where nothing is known of them.
 * @type {(size: Size, person: Mask | null) => {top: number, left: number, height: number, width: number}[]}
 */
function boxes({ height, width }, person) {
  if (person === null) return [{ top: 0, left: 0, height, width }];
  const least = SMALLEST / 2;
  return components(person, 127)
    .map(({ top, left, bottom, right }) => ({ top, left, height: bottom - top, width: right - left }))
    .filter((box) => Math.min(box.height, box.width) >= least / 2 && Math.max(box.height, box.width) >= least);
}

/**
 * Middles of squares, half a side apart or less, that cover a stretch and a little more.
 * @type {(first: number, length: number, side: number) => number[]}
 */
function middles(first, length, side) {
  const count = Math.max(1, Math.ceil((length - side) / (side / 2)) + 1);
  if (count === 1) return [first + length / 2];
  const [begin, end] = [first + 0.4 * side, first + length - 0.4 * side];
  return Array.from({ length: count }, (_, k) => begin + (k * (end - begin)) / (count - 1));
}

/** Share of a square that is person. @type {(person: Mask, row: number, column: number, side: number) => number} */
function shown({ values, height, width }, row, column, side) {
  const [top, left] = [Math.max(0, Math.trunc(row - side / 2)), Math.max(0, Math.trunc(column - side / 2))];
  const [bottom, right] = [Math.min(height, Math.trunc(row + side / 2)), Math.min(width, Math.trunc(column + side / 2))];
  let count = 0;
  for (let y = top; y < bottom; y++) {
    for (let at = y * width + left; at < y * width + right; at++) if (values[at] > 0) count++;
  }
  return count / side ** 2;
}
