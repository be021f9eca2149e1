// @ts-check
// A worker, asked for one thing at a time.

/** A thread of its own that answers what it is asked. */
export class Colleague {
  #worker = new Worker("/worker.js");
  #waiting = new Map();
  #count = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) resolve(data.result);
      else reject(new Error(data.error));
    };
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message || "the worker failed"));
      this.#waiting.clear();
    };
  }

  /**
   * @param {string} task
   * @param {object} details
   * @param {Transferable[]} [transferred] what of the details is handed over instead of copied
   * @returns {Promise<any>} what the task answers
   */
  async ask(task, details, transferred = []) {
    const id = ++this.#count;
    const result = await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task, ...details }, transferred);
    });
    note(result.times ?? {});
    return result;
  }

  close() {
    this.#worker.terminate();
  }
}

/**
 * Keeps a step's milliseconds where the browser's own tools and benchmarks/web.py find them.
 * @param {Record<string, number>} times
 */
function note(times) {
  const end = performance.now();
  for (const [step, duration] of Object.entries(times)) performance.measure(`figureground ${step}`, { end, duration });
}
