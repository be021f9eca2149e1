// @ts-check
// The person before a background, on a canvas.

/** @typedef {{colour?: string, picture?: ImageBitmap}} Background neither: transparent */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */
/** @typedef {{width: number, height: number}} Size */

/**
 * Draws a cut-out before its background.
 * @param {HTMLCanvasElement|OffscreenCanvas} canvas whose size is kept
 * @param {CanvasImageSource} person with the mask as alpha
 * @param {Background} background
 */
export function compose(canvas, person, background) {
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.globalCompositeOperation = "copy";
  context.drawImage(person, 0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "destination-over";
  fill(context, background);
}

/**
 * For drawing on a canvas.
 * @param {HTMLCanvasElement|OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  return /** @type {Context} */ (canvas.getContext("2d", settings));
}

/**
 * Paints the background where the canvas is empty yet.
 * @param {Context} context
 * @param {Background} background
 */
export function fill(context, { colour, picture }) {
  const { width, height } = context.canvas;
  if (colour) {
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
  } else if (picture) {
    const scale = Math.max(width / picture.width, height / picture.height);
    const [wide, high] = [picture.width * scale, picture.height * scale];
    context.drawImage(picture, (width - wide) / 2, (height - high) / 2, wide, high);
  }
}

/**
 * For showing a picture on the screen: full size only where that is small.
 * @param {Size} size
 * @returns {Size}
 */
export function shownSize({ width, height }, most = 1600) {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
