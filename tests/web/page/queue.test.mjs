import assert from "node:assert/strict";
import { test } from "node:test";

import { Queue } from "../../../src/figureground/web/static/review/queue.js";

const task = (name, time = "") => ({ name, kind: "", reason: "", decision: time && "right", time, reviewer: time && "me" });
const names = (queue) => {
  const shown = [];
  for (let step = 0; queue.current && step < 20; step++) {
    shown.push(queue.current.name);
    queue.renew([task(queue.current.name, "now")]);
    queue.go();
  }
  return shown;
};

test("what is judged already is not shown, and the rest in its order", () => {
  const queue = new Queue([task("a", "then"), task("b"), task("c", "then"), task("d")]);
  assert.equal(queue.judged, 2);
  assert.deepEqual(names(queue), ["b", "d"]);
  assert.equal(queue.current, null);
  assert.equal(queue.judged, queue.count);
});

test("what is put off comes last, and stays where nothing else is left", () => {
  const queue = new Queue([task("a"), task("b"), task("c")]);
  queue.putOff();
  assert.deepEqual([queue.current.name, queue.judged], ["b", 0]);
  queue.renew([task("b", "now")]);
  queue.go();
  queue.renew([task("c", "now")]);
  queue.go();
  assert.equal(queue.current.name, "a");
  queue.putOff();
  assert.equal(queue.current.name, "a");
});

test("one goes back over what was shown, and on from there to what is open", () => {
  const queue = new Queue(["a", "b", "c", "d"].map((name) => task(name)));
  assert.ok(!queue.canGoBack);
  for (const name of ["a", "b"]) {
    queue.renew([task(name, "now")]);
    queue.go();
  }
  queue.back();
  queue.back();
  assert.equal(queue.current.name, "a");
  assert.ok(!queue.canGoBack && queue.current.time);
  queue.back();
  assert.equal(queue.current.name, "a");
  assert.equal(queue.following().name, "c");
});

test("a queue that is all judged goes back to its last", () => {
  const queue = new Queue([task("a")]);
  queue.renew([task("a", "now")]);
  queue.go();
  assert.equal(queue.current, null);
  queue.back();
  assert.equal(queue.current.name, "a");
});

test("news from the server reach the task that is shown", () => {
  const queue = new Queue([task("a"), task("b")]);
  queue.renew([task("b", "now"), task("a", "now")]);
  assert.deepEqual([queue.current.name, queue.current.time, queue.following()], ["a", "now", null]);
});

test("an empty queue has nothing to show", () => {
  const queue = new Queue([]);
  assert.deepEqual([queue.current, queue.count, queue.following()], [null, 0, null]);
});
