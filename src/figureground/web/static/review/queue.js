// @ts-check
// Which photo is judged next.

/**
 * @typedef {{name: string, kind: string, reason: string, decision: string, time: string, reviewer: string}} Task judged
 *   where it has a time; kind: what seems wrong, in a few words; reason: in a sentence
 */

export class Queue {
  /** @type {Task[]} */ #tasks;
  #later = /** @type {Set<string>} */ (new Set()); // names
  #before = /** @type {string[]} */ ([]); // names of those that were shown, the latest last
  /** @type {Task|null} */ current = null;

  /** @param {Task[]} tasks in the order in which they are shown; the first that is not judged is current */
  constructor(tasks) {
    this.#tasks = tasks;
    this.current = this.following();
  }

  get count() {
    return this.#tasks.length;
  }

  get judged() {
    return this.#tasks.filter(({ time }) => time).length;
  }

  get canGoBack() {
    return this.#before.length > 0;
  }

  /**
   * The task after the current one that is not judged, from the beginning again at the end; those put off come last.
   * @returns {Task|null} null where there is no other
   */
  following() {
    const here = this.#tasks.findIndex(({ name }) => name === this.current?.name);
    const around = [...this.#tasks.slice(here + 1), ...this.#tasks.slice(0, Math.max(0, here))];
    const open = around.filter(({ time }) => !time);
    return open.find(({ name }) => !this.#later.has(name)) ?? open[0] ?? null;
  }

  /** Goes on to the next task; the current one stays where it is not judged and is the only one. */
  go() {
    if (this.current) this.#before.push(this.current.name);
    this.current = this.following() ?? (this.current?.time ? null : this.current);
  }

  /** Puts the current task off. */
  putOff() {
    if (this.current) this.#later.add(this.current.name);
    this.go();
  }

  /** Goes back to the task that was shown before. */
  back() {
    const name = this.#before.pop();
    this.current = this.#tasks.find((task) => task.name === name) ?? this.current;
  }

  /**
   * Takes over what the server says of tasks; the current one stays current.
   * @param {Task[]} news
   */
  renew(news) {
    const byName = new Map(news.map((task) => [task.name, task]));
    this.#tasks = this.#tasks.map((task) => byName.get(task.name) ?? task);
    this.current = this.#tasks.find(({ name }) => name === this.current?.name) ?? null;
  }
}
