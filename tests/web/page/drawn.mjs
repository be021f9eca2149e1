// Small maps, drawn: a number a place, a dot for 0.

/** Lines of places, apart by blanks. */
export function map(drawing) {
  const rows = drawing.trim().split("\n").map((line) => line.trim().split(/\s+/));
  const values = Uint8Array.from(rows.flat(), (place) => (place === "." ? 0 : Number(place)));
  return { values, height: rows.length, width: rows[0].length };
}

/** An empty mask. */
export function blank(height, width, value = 0) {
  return { values: new Uint8Array(height * width).fill(value), height, width };
}

/** Rows of a mask, to be compared. */
export function rows({ values, height, width }) {
  return Array.from({ length: height }, (_, y) => [...values.subarray(y * width, (y + 1) * width)]);
}
