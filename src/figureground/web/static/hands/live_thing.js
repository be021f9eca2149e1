// @ts-check
// A thing in the hand of somebody before the camera: it follows what is held, or the hand.

import { contextOf } from "../composing.js";
import { quickCover } from "./drawing.js";
import { heldThing, spotOf } from "./grips.js";
import { followHand } from "./hand_finder.js";
import { lit, measuredLight } from "./light.js";
import { inHand, insteadOf } from "./placing.js";
import { bilinear, fittedInside } from "../resizing.js";

/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./placing.js").Place} Place */
/** @typedef {import("./thing.js").Thing} Thing */
/** @typedef {import("./hand_finder.js").Networks} Networks */
/** @typedef {import("./hand_finder.js").See} See */
/** @typedef {import("../resizing.js").FloatMap} FloatMap */
/** @typedef {import("./moving.js").Size} Size */

const LIGHT_EVERY = 30; // pictures
const STEADY = 0.3; // share of another place that counts where it is hardly another
const LEAST = 0.002; // of the picture: less is no thing that is held, but a flicker
const SEARCH_EVERY = 3; // pictures, as long as there is no hand

export class LiveThing {
  #networks;
  #hand = /** @type {Hand | null} */ (null);
  #place = /** @type {Place | null} */ (null);
  #picture;
  #count = 0;
  #crop = new OffscreenCanvas(1, 1);

  /**
   * @param {Thing} thing
   * @param {Networks} networks
   */
  constructor(thing, networks) {
    // The live picture is shown as in a mirror; what bears a text shall be read there.
    this.thing = { ...thing, turnedOver: thing.text_area !== null };
    this.#networks = networks;
    this.#picture = new OffscreenCanvas(thing.width, thing.height);
  }

  /**
   * Looks for the hand, where it was or in the whole picture.
   * @param {OffscreenCanvas} frame
   * @param {ImageData} small the same, for its light
   */
  async look(frame, small) {
    if (this.#count % LIGHT_EVERY === 0) this.#light(small);
    this.#count += 1;
    if (this.#hand === null && this.#count % SEARCH_EVERY !== 1) return;
    this.#hand = await followHand((crop, count) => this.#see(frame, crop, count), frame, this.#hand, this.#networks);
  }

  /**
   * The thing as it is drawn into this picture, or null where nobody could hold it.
   * @param {Size} frame
   * @param {FloatMap} person how likely each place shows a person
   * @param {FloatMap | null} held and something held
   * @param {CanvasImageSource} rest its alpha is what is no person
   * @returns {import("./drawing.js").Drawn | null}
   */
  drawn(frame, person, held, rest) {
    const hands = this.#hand ? [this.#hand] : [];
    const { hand, old } = spotOf(hands, held && oldThing(held, person, frame, hands));
    if (!old && !hand) {
      this.#place = null;
      return null;
    }
    const place = old ? insteadOf(this.thing, old.thing, old.pixels) : inHand(this.thing, /** @type {Hand} */ (hand));
    if (this.thing.turnedOver) place.mirrored = true;
    this.#place = steady(place, this.#place, this.thing);
    const covers = this.#hand ? [quickCover(this.#hand, frame, rest)] : [];
    return { thing: this.thing, picture: this.#picture, place: this.#place, covers };
  }

  /** @type {(frame: OffscreenCanvas, crop: import("./crops.js").Crop, count: number) => Float32Array} */
  #see(frame, { row, column, side, turn }, count) {
    if (this.#crop.width !== count) Object.assign(this.#crop, { width: count, height: count });
    const context = contextOf(this.#crop, { willReadFrequently: true });
    const scale = count / side;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, count, count);
    context.imageSmoothingQuality = "medium";
    context.translate(count / 2, count / 2);
    context.rotate(-turn);
    context.scale(scale, scale);
    context.drawImage(frame, -column, -row);
    const { data } = context.getImageData(0, 0, count, count);
    const seen = new Float32Array((3 * data.length) / 4);
    for (let i = 0, at = 0; i < data.length; i += 4) {
      seen[at++] = data[i] / 255;
      seen[at++] = data[i + 1] / 255;
      seen[at++] = data[i + 2] / 255;
    }
    return seen;
  }

  /** @param {ImageData} small */
  #light({ data }) {
    const pixels = lit(this.thing.picture.data, measuredLight(data));
    contextOf(this.#picture).putImageData(new ImageData(pixels, this.thing.width, this.thing.height), 0, 0);
  }
}

/**
 * What somebody holds, in pixels of the frame; a flicker is no thing.
 * @type {(held: FloatMap, person: FloatMap, frame: Size, hands: Hand[]) => import("./grips.js").Old | null}
 */
function oldThing(held, person, frame, hands) {
  let count = 0;
  for (const value of held.values) if (value > 0.5) count += 1;
  if (count < LEAST * held.values.length) return null; // most pictures
  const size = fittedInside(frame.height, frame.width, Math.max(held.height, held.width)); // the model's is a square
  const pixels = frame.width / size.width;
  const inMap = hands.map((hand) => ({ ...hand, length: hand.length / pixels, landmarks: hand.landmarks.map(scaledBy(1 / pixels)) }));
  const old = heldThing(maskOf(held, size), maskOf(person, size), inMap);
  return old && old.thing.pixels >= LEAST * size.height * size.width ? { thing: old.thing, pixels } : null;
}

/** @type {(factor: number) => (point: import("./hand.js").Point) => import("./hand.js").Point} */
function scaledBy(factor) {
  return ([row, column]) => [factor * row, factor * column];
}

/** What is likelier than not, at another size. @type {(likely: FloatMap, size: Size) => import("./hand_finder.js").Mask} */
function maskOf({ values, height, width }, size) {
  const resized = bilinear(values, 1, height, width, size.height, size.width);
  return { values: Uint8Array.from(resized, (value) => (value > 0.5 ? 255 : 0)), height: size.height, width: size.width };
}

/**
 * A place drawn towards the one before where both nearly agree, so that the thing neither trembles nor lags.
 * @param {Place} place
 * @param {Place | null} before
 * @param {Size} thing
 * @returns {Place}
 */
export function steady(place, before, thing) {
  if (before === null) return place;
  const size = place.scale * Math.max(thing.height, thing.width);
  const turn = Math.atan2(Math.sin(place.turn - before.turn), Math.cos(place.turn - before.turn));
  const change = Math.hypot(place.row - before.row, place.column - before.column) / size
    + Math.abs(Math.log(place.scale / before.scale)) + Math.abs(turn);
  const share = Math.min(1, STEADY + change);
  const between = (/** @type {number} */ old, /** @type {number} */ now) => old + share * (now - old);
  return {
    row: between(before.row, place.row),
    column: between(before.column, place.column),
    scale: before.scale * (place.scale / before.scale) ** share,
    turn: before.turn + share * turn,
    mirrored: place.mirrored,
  };
}
