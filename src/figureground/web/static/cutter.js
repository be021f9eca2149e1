// @ts-check
// A photo's person, by a worker: the photo with its mask as alpha, and the background's share out of the edge's colours.

import { Colleague } from "./colleague.js";
import { contextOf } from "./composing.js";
import { cropped } from "./cropping.js";

/** @typedef {import("./components.js").Box} Box */
/** @typedef {import("./mask_editor/brush.js").Mask} Mask */

/** Works on one photo at a time. */
export class Cutter {
  #worker = new Colleague();
  #count = 0;
  #held = Promise.resolve();

  /**
   * Begins with a photo; the cut-out of the one before cannot be changed any more.
   * @param {{bitmap: ImageBitmap, height: number, width: number}} photo
   * @returns {CutOut} which is given its mask later
   */
  hold(photo) {
    const number = ++this.#count;
    this.#held = this.#held.then(async () => {
      const bitmap = await createImageBitmap(photo.bitmap);
      await this.#worker.ask("hold", { number, bitmap }, [bitmap]);
    });
    const { height, width } = photo;
    return new CutOut(this.#worker, number, this.#held, { values: new Uint8Array(height * width), height, width });
  }

  close() {
    this.#worker.close();
  }
}

export class CutOut {
  /** @type {Colleague} */ #worker;
  /** @type {number} */ #number;
  #blurred = /** @type {Promise<ImageBitmap>|null} */ (null);
  /** Settles when all is done that was asked for. @type {Promise<void>} */ settled;

  /**
   * @param {Colleague} worker
   * @param {number} number of the photo
   * @param {Promise<void>} held
   * @param {Mask} mask empty
   */
  constructor(worker, number, held, mask) {
    [this.#worker, this.#number, this.settled] = [worker, number, held];
    this.mask = mask;
    /** What is drawn of it: RGBA of the photo's size. */
    this.picture = new OffscreenCanvas(mask.width, mask.height);
  }

  /**
   * Gives it its mask.
   * @param {Uint8Array} values
   */
  async put(values) {
    const { height, width } = this.mask;
    this.mask.values.set(values);
    await this.mend({ top: 0, left: 0, bottom: height, right: width });
  }

  /**
   * Follows a change of the mask.
   * @param {Box} box where it changed
   */
  mend(box) {
    const values = cropped(this.mask.values, this.mask.width, box, 1);
    this.#blurred = null;
    this.settled = this.settled.then(async () => {
      this.#draw(await this.#ask("mend", { box, values }, [values.buffer]));
    });
    return this.settled;
  }

  /** The photo out of focus, small. */
  blurred() {
    return (this.#blurred ??= this.settled.then(async () => (await this.#ask("blurred")).bitmap));
  }

  /**
   * The network's mask.
   * @param {import("./resizing.js").FloatMap} probability
   * @param {number} sureness how sure it must be of a person, 0 to 1
   * @returns {Promise<Uint8Array>}
   */
  async refined(probability, sureness) {
    return (await this.#ask("refined", { probability, sureness })).mask;
  }

  /**
   * Hands of the photo, and what is held already.
   * @param {Uint8Array | null} held the mask of what is held, where that is known
   * @returns {ReturnType<typeof import("./hands/grips.js").findGrips>}
   */
  grips(held) {
    return this.settled.then(() => this.#ask("grips", { held }));
  }

  /** @type {(task: string, details?: object, transferred?: Transferable[]) => Promise<any>} */
  #ask(task, details = {}, transferred = []) {
    return this.#worker.ask(task, { number: this.#number, ...details }, transferred);
  }

  /** @param {{part: ImageBitmap, left: number, top: number}} changed */
  #draw({ part: picture, left, top }) {
    const context = contextOf(this.picture);
    context.clearRect(left, top, picture.width, picture.height);
    context.drawImage(picture, left, top);
    picture.close();
  }
}
