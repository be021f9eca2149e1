// @ts-check
// Turned squares of a photo, as the networks see them. hands/crops.py for the browser; numbers are the same.

import { cropped } from "../cropping.js";
import { resizedColours, rounded } from "../resizing.js";

/** @typedef {import("./hand.js").Point} Point */
/** @typedef {{pixels: Uint8ClampedArray, height: number, width: number}} Pixels RGBA */

export class Crop {
  /**
   * @param {number} row of its middle, in pixels of the photo
   * @param {number} column
   * @param {number} side in pixels; it may reach past the photo
   * @param {number} [turn] radians, clockwise
   */
  constructor(row, column, side, turn = 0) {
    this.row = row;
    this.column = column;
    this.side = side;
    this.turn = turn;
  }

  /**
   * What it shows: float32 RGB of 0 to 1, `count` pixels a side, black where there is no photo.
   * @param {Pixels} photo
   * @param {number} count
   */
  of({ pixels, height, width }, count) {
    const seen = new Float32Array(3 * count * count);
    const reach = (this.side * (Math.abs(Math.cos(this.turn)) + Math.abs(Math.sin(this.turn)))) / 2 + 2;
    const [top, left] = [Math.max(0, Math.trunc(this.row - reach)), Math.max(0, Math.trunc(this.column - reach))];
    const rows = Math.min(height, Math.max(0, Math.trunc(this.row + reach) + 1)) - top;
    const columns = Math.min(width, Math.max(0, Math.trunc(this.column + reach) + 1)) - left;
    if (rows <= 0 || columns <= 0) return seen;
    const shrink = Math.max(1, this.side / count); // by area: bilinear sampling alone would skip pixels
    const [high, wide] = [Math.max(1, rounded(rows / shrink)), Math.max(1, rounded(columns / shrink))];
    const part = cropped(pixels, width, { top, left, bottom: top + rows, right: left + columns }, 4);
    const colours = shrink > 1 ? resizedColours(part, rows, columns, high, wide) : withoutAlpha(part);
    const size = shrink > 1 ? [high, wide] : [rows, columns];
    const [down, across] = [size[0] / rows, size[1] / columns];
    for (let y = 0, at = 0; y < count; y++) {
      for (let x = 0; x < count; x++, at += 3) {
        const [row, column] = this.toPhoto([y + 0.5, x + 0.5], count);
        sample(colours, size[0], size[1], (row - top) * down - 0.5, (column - left) * across - 0.5, seen, at);
      }
    }
    return seen;
  }

  /**
   * The place in the photo of one in what `of` gives.
   * @param {Point} point
   * @param {number} count
   * @returns {Point}
   */
  toPhoto([row, column], count) {
    const scale = this.side / count;
    const [down, across] = turned([(row - count / 2) * scale, (column - count / 2) * scale], this.turn);
    return [this.row + down, this.column + across];
  }

  /**
   * Moved by this share of its side towards its own top, and then so much larger about its middle.
   * @param {number} towardsTop
   * @param {number} larger
   */
  moved(towardsTop, larger) {
    const step = towardsTop * this.side;
    const [row, column] = [this.row - step * Math.cos(this.turn), this.column + step * Math.sin(this.turn)];
    return new Crop(row, column, this.side * larger, this.turn);
  }
}

/**
 * A point turned about the origin, clockwise as one sees it.
 * @type {(point: Point, turn: number) => Point}
 */
export function turned([row, column], turn) {
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  return [row * cosine + column * sine, -row * sine + column * cosine];
}

/** @type {(pixels: Uint8ClampedArray) => Float32Array} */
function withoutAlpha(pixels) {
  const colours = new Float32Array((3 * pixels.length) / 4);
  for (let i = 0, at = 0; i < pixels.length; i += 4) {
    for (let c = 0; c < 3; c++) colours[at++] = pixels[i + c];
  }
  return colours;
}

/**
 * Between the four pixels around a place, as 0 to 1; what lies outside is black.
 * @type {(colours: Float32Array, height: number, width: number, y: number, x: number, seen: Float32Array, at: number) => void}
 */
function sample(colours, height, width, y, x, seen, at) {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  for (const [row, v] of [[top, 1 - (y - top)], [top + 1, y - top]]) {
    if (row < 0 || row >= height) continue;
    for (const [column, u] of [[left, 1 - (x - left)], [left + 1, x - left]]) {
      if (column < 0 || column >= width) continue;
      const from = 3 * (row * width + column);
      for (let c = 0; c < 3; c++) seen[at + c] += (v * u * colours[from + c]) / 255;
    }
  }
}
