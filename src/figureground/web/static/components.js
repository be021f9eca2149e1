// @ts-check
// What hangs together in a map: a person, a speck.

/**
 * @typedef {{top: number, left: number, bottom: number, right: number}} Box bottom and right are outside
 * @typedef {{values: ArrayLike<number>, height: number, width: number}} Values
 * @typedef {[row: number, begin: number, end: number, first: number]} Run
 * @typedef {Box & {pixels: number, runs: [row: number, begin: number, end: number][]}} Component
 */

/**
 * The parts of a map whose places touch one another, corners included, in the order of their first places.
 * Places of a row that lie side by side are one run; runs that touch runs of the row above are joined.
 * @param {Values} map
 * @param {number} limit places with more than that belong to a part
 * @returns {Component[]}
 */
export function components(map, limit) {
  const runs = runsOf(map, limit);
  const found = /** @type {Map<number, Component>} */ (new Map()); // by the first run
  runs.forEach(([row, begin, end], i) => {
    const first = rootOf(runs, i);
    const one = found.get(first) ?? { top: row, left: begin, bottom: row, right: end, pixels: 0, runs: [] };
    found.set(first, one);
    one.left = Math.min(one.left, begin);
    one.right = Math.max(one.right, end);
    one.bottom = row + 1;
    one.pixels += end - begin;
    one.runs.push([row, begin, end]);
  });
  return [...found.values()];
}

/**
 * Runs as [row, begin, end, the number of an earlier run of the same part, or its own].
 * @type {(map: Values, limit: number) => Run[]}
 */
function runsOf({ values, height, width }, limit) {
  const runs = /** @type {Run[]} */ ([]);
  let above = 0; // first run of the row above
  for (let row = 0; row < height; row++) {
    const here = runs.length;
    const offset = row * width;
    for (let x = 0, candidate = above; x < width; x++) {
      if (!(values[offset + x] > limit)) continue;
      const begin = x;
      while (x < width && values[offset + x] > limit) x++;
      const number = runs.length;
      runs.push([row, begin, x, number]);
      while (candidate < here && runs[candidate][2] < begin) candidate++;
      for (let other = candidate; other < here && runs[other][1] <= x; other++) join(runs, other, number);
    }
    above = here;
  }
  return runs;
}

/** @type {(runs: Run[], one: number, other: number) => void} */
function join(runs, one, other) {
  const [a, b] = [rootOf(runs, one), rootOf(runs, other)];
  runs[Math.max(a, b)][3] = Math.min(a, b);
}

/** @type {(runs: Run[], number: number) => number} */
function rootOf(runs, number) {
  let root = number;
  while (runs[root][3] !== root) root = runs[root][3];
  for (let next; number !== root; number = next) {
    next = runs[number][3];
    runs[number][3] = root; // so that the way is short the next time
  }
  return root;
}
