// @ts-check
// What the page asks of its server, which answers whoever has the key that stands behind the # of the page's address.

import { Trouble } from "../photos.js";
import { text } from "../texts.js";

/** @typedef {import("../mask_editor/brush.js").Mask} Mask */
/** @typedef {import("./queue.js").Task} Task */
/** @typedef {{photo: ImageBitmap, model: Mask, mask?: Mask, given?: Mask, held?: Mask}} Shown a photo and its masks */
/** @typedef {"right" | "model" | "mended" | "left-out"} Decision */

/** What the server refuses because of what somebody else has done. */
export class Taken extends Trouble {}

/** @returns {Promise<{reviewer: string, draws: boolean, tasks: Task[]}>} */
export async function askTasks() {
  return (await ask("/tasks")).json();
}

/**
 * @param {string} name
 * @returns {Promise<Shown>}
 */
export async function askPhoto(name) {
  const [photo, masks] = await Promise.all([ask("/photo", { name }), ask("/masks", { name })]);
  return { photo: await createImageBitmap(await photo.blob()), .../** @type {{model: Mask}} */ (await masksOf(masks)) };
}

/**
 * Keeps a judgment.
 * @param {Task} task as it was seen
 * @param {Decision} decision
 * @param {Mask} [mask] of people
 * @param {Mask} [held] of what they hold, where it was drawn
 * @returns {Promise<Task>} as it is now
 */
export async function judge({ name, time }, decision, mask, held) {
  const size = mask ? `${mask.height}x${mask.width}` : "0x0";
  const body = new Blob([mask, held].flatMap((each) => (each ? [/** @type {Uint8Array<ArrayBuffer>} */ (each.values)] : [])));
  return (await ask("/judgments", { name, decision, seen: time, size }, body)).json();
}

/** @type {(path: string, values?: Record<string, string>, body?: Blob) => Promise<Response>} */
async function ask(path, values = {}, body) {
  const headers = { Authorization: `Bearer ${location.hash.slice(1)}` };
  const method = body ? "POST" : "GET";
  let response;
  try {
    response = await fetch(`${path}?${new URLSearchParams(values)}`, { method, headers, body });
  } catch {
    throw new Trouble(text("review-silent"));
  }
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: response.statusText }));
  const Kind = response.status === 409 ? Taken : Trouble;
  throw new Kind(text("server-says", { error }));
}

/** @type {(response: Response) => Promise<Record<string, Mask>>} */
async function masksOf(response) {
  const { height, width, masks } = JSON.parse(response.headers.get("Figureground-Masks") ?? "{}");
  const content = new Uint8Array(await response.arrayBuffer());
  const size = height * width;
  return Object.fromEntries(
    masks.map((/** @type {string} */ name, /** @type {number} */ i) => [
      name, { values: content.slice(i * size, (i + 1) * size), height, width }
    ]),
  );
}
