// @ts-check
// Which part of a photo a cut-out shows, and at how many pixels.

/** @typedef {import("./components.js").Box} Box */
/**
 * @typedef {{left: number, top: number, width: number, height: number}} Frame in pixels of the photo; may go past it
 */

const VISIBLE = 12; // of 255: less of a person nobody sees
const MARGIN = 0.06; // of the frame's width and height, on each side of the person

/** Width to height of what shops ask for; the person alone has their own. @type {Record<string, [number, number]|null>} */
export const SHAPES = { person: null, square: [1, 1], portrait: [4, 5] };

/**
 * Where the person is.
 * @param {import("./mask_editor/brush.js").Mask} mask
 * @returns {Box|null} null where there is none
 */
export function personBox({ values, height, width }) {
  const box = { top: height, left: width, bottom: 0, right: 0 };
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    let first = 0;
    while (first < width && row[first] <= VISIBLE) first++;
    if (first === width) continue;
    let end = width;
    while (row[end - 1] <= VISIBLE) end--;
    box.top = Math.min(box.top, y);
    box.bottom = y + 1;
    box.left = Math.min(box.left, first);
    box.right = Math.max(box.right, end);
  }
  return box.bottom === 0 ? null : box;
}

/**
 * What a person and a thing in their hand reach together, within the photo.
 * @type {(person: Box | null, thing: Box | null, photo: {height: number, width: number}) => Box | null}
 */
export function together(person, thing, { height, width }) {
  if (person === null || thing === null) return person;
  return {
    top: Math.max(0, Math.min(person.top, thing.top)),
    left: Math.max(0, Math.min(person.left, thing.left)),
    bottom: Math.min(height, Math.max(person.bottom, thing.bottom)),
    right: Math.min(width, Math.max(person.right, thing.right)),
  };
}

/**
 * The frame of a shape around the person. Where the photo's edge cuts them, the frame ends there too, so that nobody
 * ends in the middle of the picture.
 * @param {string} shape "photo", or one of SHAPES
 * @param {Box|null} person
 * @param {{height: number, width: number}} photo
 * @returns {Frame} whole numbers
 */
export function frameOf(shape, person, photo) {
  if (shape === "photo" || person === null) return { left: 0, top: 0, width: photo.width, height: photo.height };
  const { top, left, bottom, right } = person;
  const ratio = SHAPES[shape];
  if (ratio === null) return { left, top, width: right - left, height: bottom - top };
  const free = { top: top > 0, left: left > 0, bottom: bottom < photo.height, right: right < photo.width };
  const across = (right - left) / (1 - MARGIN * (Number(free.left) + Number(free.right)));
  const down = (bottom - top) / (1 - MARGIN * (Number(free.top) + Number(free.bottom)));
  const unit = Math.ceil(Math.max(across / ratio[0], down / ratio[1]));
  const [width, height] = [unit * ratio[0], unit * ratio[1]];
  return {
    left: begin(left, right, width, free.left, free.right),
    top: begin(top, bottom, height, free.top, free.bottom),
    width,
    height,
  };
}

/**
 * Where a frame begins: at an edge that cuts the person, else with the person in its middle.
 * @type {(first: number, end: number, length: number, before: boolean, after: boolean) => number}
 */
function begin(first, end, length, before, after) {
  if (!before && after) return first;
  if (before && !after) return end - length;
  return Math.round((first + end - length) / 2);
}

/**
 * The size of the picture that is made of a frame.
 * @param {Frame} frame
 * @param {number|null} longer pixels of the longer side; null: as many as the photo has there
 * @returns {{height: number, width: number}}
 */
export function sizeOf({ height, width }, longer) {
  const scale = longer === null ? 1 : longer / Math.max(height, width);
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}
