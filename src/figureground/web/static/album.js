// @ts-check
// The photos that were given together, each with its mask once that is known; kept small, since there may be many.

/** @typedef {import("./resizing.js").FloatMap} FloatMap */
/**
 * @typedef {{mask: Uint8Array, probability: FloatMap|null, held: Uint8Array|null}} Answer of an engine to a photo: the
 *   person, how likely each place shows one, and what is held; null where it does not tell
 */

export class Entry {
  #packed = /** @type {Promise<Blob>|null} */ (null); // the mask
  #asking = /** @type {Promise<Answer>|null} */ (null);
  #held = /** @type {Promise<Blob>|null} */ (null); // the mask of what is held, with its border to the person
  /** @type {FloatMap|null} */ probability = null; // how likely each place shows a person
  sureness = 0.5; // how sure the model must be of a person
  repaired = false; // by hand
  trouble = ""; // why there is no mask
  /** @type {import("./holding.js").Put | null} */ put = null; // a thing on the photo
  /** @type {Promise<import("./holding.js").Grips> | null} */ grips = null; // where it could go

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  get done() {
    return this.#packed !== null;
  }

  /**
   * The photo's mask.
   * @param {() => Promise<Answer>} ask what is asked if it is not known yet
   */
  async mask(ask) {
    if (this.#packed !== null) return unpacked(await this.#packed);
    const asking = (this.#asking ??= ask());
    try {
      const { mask, probability, held } = await asking;
      if (asking === this.#asking) {
        this.probability = probability;
        this.keep(mask);
        this.#held = held && packed(withBorder(held, mask));
      }
      return mask.slice();
    } finally {
      if (asking === this.#asking) this.#asking = null;
    }
  }

  /** The mask of what people hold, or null where that is not known. */
  async held() {
    return this.#held && unpacked(await this.#held);
  }

  /**
   * Keeps a mask in place of the one before.
   * @param {Uint8Array} mask
   */
  keep(mask) {
    this.#packed = packed(mask);
  }

  /** Forgets the mask and all that was asked, for another model. */
  forget() {
    this.#packed = this.#asking = this.#held = this.probability = this.grips = null;
    this.sureness = 0.5;
    this.trouble = "";
  }
}

/**
 * What is held, and of the person the share that is theirs of its border: else a gap would show there.
 * @type {(held: Uint8Array, person: Uint8Array) => Uint8Array}
 */
function withBorder(held, person) {
  return held.map((value, i) => (value === 0 ? 0 : Math.min(255, value + person[i])));
}

/** @param {Uint8Array} mask */
function packed(mask) {
  const content = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (mask)]); // a copy
  return new Response(content.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

/** @param {Blob} mask */
async function unpacked(mask) {
  const content = mask.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(content).arrayBuffer());
}
