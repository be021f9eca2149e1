// Files that people bring: opened upright, or refused in one kind line.

/** A message for the person at the page. */
export class Trouble extends Error {}

const KINDS = [
  ["a PDF document", (b) => starts(b, "%PDF")],
  ["a HEIC photo", (b) => text(b, 4, 8) === "ftyp" && /hei|hev|mif1|msf1/.test(text(b, 8, 12))],
  ["a TIFF picture", (b) => starts(b, "II*\0") || starts(b, "MM\0*")],
  ["a video", (b) => text(b, 4, 8) === "ftyp" && !text(b, 8, 12).startsWith("avif")],
];

/**
 * Opens a picture's file.
 * @param {File|Blob} file
 * @param {{bytes: number, pixels: number}} limits
 * @returns {Promise<{bitmap: ImageBitmap, file: Blob, stem: string, width: number, height: number}>} upright
 */
export async function openPhoto(file, limits) {
  const name = file.name || "The picture";
  if (file.size === 0) throw new Trouble(`${name} is an empty file; fetch it again.`);
  if (file.size > limits.bytes) {
    throw new Trouble(`${name} has ${megabytes(file.size)}; photos of up to ${megabytes(limits.bytes)} are taken.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  checkPixels(name, promised(bytes), limits);
  if (isCutShort(bytes)) throw new Trouble(`${name} is cut short; fetch it again.`);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Trouble(unreadable(name, bytes));
  }
  checkPixels(name, bitmap.width * bitmap.height, limits);
  const stem = (file.name || "photo").replace(/\.[^.]*$/, "");
  return { bitmap, file, stem, width: bitmap.width, height: bitmap.height };
}

function checkPixels(name, count, limits) {
  if (count > limits.pixels) {
    const [has, most] = [count, limits.pixels].map((pixels) => Math.round(pixels / 1e6));
    throw new Trouble(`${name} has ${has} megapixels; photos of up to ${most} are taken. Make it smaller.`);
  }
}

/** Pixels that a PNG's header promises, so that a bomb is not unpacked; 0 for other files. */
function promised(bytes) {
  if (!starts(bytes, "\x89PNG") || bytes.length < 24) return 0;
  const header = new DataView(bytes.buffer);
  return header.getUint32(16) * header.getUint32(20);
}

/** Whether a JPEG or PNG lacks its end; browsers would show the rest as grey. */
function isCutShort(bytes) {
  const tail = text(bytes, Math.max(0, bytes.length - 4096), bytes.length);
  if (starts(bytes, "\xff\xd8")) return !tail.includes("\xff\xd9");
  return starts(bytes, "\x89PNG") && !tail.includes("IEND");
}

function unreadable(name, bytes) {
  const kind = KINDS.find(([, fits]) => fits(bytes));
  if (kind) return `${name} is ${kind[0]}, which this browser cannot read; save it as JPEG or PNG.`;
  return `${name} is no picture that this browser can read; try a JPEG or PNG.`;
}

function starts(bytes, beginning) {
  return text(bytes, 0, beginning.length) === beginning;
}

function text(bytes, from, to) {
  return String.fromCharCode(...bytes.subarray(from, to));
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
