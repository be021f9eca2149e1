// The person before a background, on a canvas.

/**
 * Draws a cut-out before its background.
 * @param {HTMLCanvasElement|OffscreenCanvas} canvas whose size is kept
 * @param {CanvasImageSource} person with the mask as alpha
 * @param {{colour?: string, picture?: ImageBitmap}} background neither: transparent
 */
export function compose(canvas, person, background) {
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.globalCompositeOperation = "copy";
  context.drawImage(person, 0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "destination-over";
  fill(context, background);
}

/** Paints the background where the canvas is empty yet. */
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

/** {width, height} for showing a picture on the screen: full size only where that is small. */
export function shownSize({ width, height }, most = 1600) {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
