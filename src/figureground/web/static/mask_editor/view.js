// @ts-check
// Which part of a picture is seen, and how large: a place of the picture times `scale` plus `x`, `y` is its place in the
// window, in CSS pixels.

/**
 * @typedef {{scale: number, x: number, y: number}} View
 * @typedef {{height: number, width: number}} Size
 * @typedef {{x: number, y: number}} Point
 */

const CLOSEST = 16; // CSS pixels of the window a pixel of the picture

/**
 * The whole picture in the middle of the window.
 * @param {Size} picture
 * @param {Size} window
 * @returns {View}
 */
export function fitted(picture, window) {
  const scale = Math.min(window.width / picture.width, window.height / picture.height);
  return { scale, x: (window.width - scale * picture.width) / 2, y: (window.height - scale * picture.height) / 2 };
}

/**
 * The view `factor` times as close, with the same place of the picture at a point of the window.
 * @param {View} view
 * @param {number} factor
 * @param {Point} at
 * @param {Size} picture
 * @param {Size} window
 * @returns {View} neither smaller than the window nor closer than is of use
 */
export function zoomed(view, factor, at, picture, window) {
  const least = fitted(picture, window).scale;
  const scale = Math.min(Math.max(CLOSEST, least), Math.max(least, view.scale * factor));
  const change = scale / view.scale;
  return bounded({ scale, x: at.x - change * (at.x - view.x), y: at.y - change * (at.y - view.y) }, picture, window);
}

/**
 * The view moved by CSS pixels.
 * @param {View} view
 * @param {number} across
 * @param {number} down
 * @param {Size} picture
 * @param {Size} window
 * @returns {View}
 */
export function moved(view, across, down, picture, window) {
  return bounded({ scale: view.scale, x: view.x + across, y: view.y + down }, picture, window);
}

/**
 * The view moved as little as needed for a place of the picture to be seen.
 * @param {View} view
 * @param {Point} place
 * @param {Size} picture
 * @param {Size} window
 * @returns {View}
 */
export function showing(view, place, picture, window) {
  const at = { x: view.x + view.scale * place.x, y: view.y + view.scale * place.y };
  const across = Math.max(0, -at.x) + Math.min(0, window.width - at.x);
  const down = Math.max(0, -at.y) + Math.min(0, window.height - at.y);
  return moved(view, across, down, picture, window);
}

/**
 * The place of the picture at a point of the window.
 * @param {View} view
 * @param {Point} point
 * @returns {Point}
 */
export function placeAt(view, point) {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

/**
 * A picture smaller than the window is in its middle; a larger one leaves no edge of it empty.
 * @type {(view: View, picture: Size, window: Size) => View}
 */
function bounded({ scale, x, y }, picture, window) {
  const [width, height] = [scale * picture.width, scale * picture.height];
  return { scale, x: within(x, width, window.width), y: within(y, height, window.height) };
}

/** @type {(begin: number, length: number, limit: number) => number} */
function within(begin, length, limit) {
  return length <= limit ? (limit - length) / 2 : Math.min(0, Math.max(limit - length, begin));
}
