import assert from "node:assert/strict";
import { test } from "node:test";

import { Entry } from "../../../src/figureground/web/static/album.js";

const answer = (mask, held = null) => ({ mask: Uint8Array.from(mask), probability: null, held: held && Uint8Array.from(held) });

test("a photo's mask is asked for once, and what becomes of a copy changes nothing", async () => {
  const entry = new Entry({ name: "me.png" });
  let asked = 0;
  const ask = async () => (asked++, answer([0, 9, 255]));
  assert.ok(!entry.done);
  const [one, other] = await Promise.all([entry.mask(ask), entry.mask(ask)]);
  one.fill(7);
  assert.deepEqual([...other], [0, 9, 255]);
  assert.deepEqual([...(await entry.mask(ask))], [0, 9, 255]);
  assert.equal(asked, 1);
  assert.ok(entry.done);
});

test("a mended mask takes the place of the first, as it was when it was kept", async () => {
  const entry = new Entry({ name: "me.png" });
  await entry.mask(async () => answer([0, 0]));
  const mended = Uint8Array.of(1, 2);
  entry.keep(mended);
  mended.fill(9);
  assert.deepEqual([...(await entry.mask())], [1, 2]);
});

test("an answer that was asked of another model is not kept", async () => {
  const entry = new Entry({ name: "me.png" });
  const late = entry.mask(async () => answer([1]));
  entry.forget();
  await late;
  assert.ok(!entry.done);
  assert.deepEqual([...(await entry.mask(async () => answer([2])))], [2]);
});

test("after a failure it is asked again", async () => {
  const entry = new Entry({ name: "me.png" });
  await assert.rejects(entry.mask(async () => Promise.reject(new Error("no server"))), /no server/);
  assert.deepEqual([...(await entry.mask(async () => answer([3])))], [3]);
});

test("what is held comes with the person's share of its border", async () => {
  const entry = new Entry({ name: "me.png" });
  assert.equal(await entry.held(), null);
  await entry.mask(async () => answer([255, 100, 0, 0], [0, 155, 200, 0]));
  assert.deepEqual([...(await entry.held())], [0, 255, 200, 0]);
});
