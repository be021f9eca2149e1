import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Newest } from "../../../src/figureground/web/static/newest.js";

const SIZE = { height: 33, width: 25 };

let made; // canvases

/** A canvas that holds the number of the picture that was drawn on it. */
class Canvas {
  constructor() {
    made.push(this);
  }

  getContext() {
    return (this.context ??= {
      canvas: this,
      drawImage: (source) => (this.shows = source.shows),
      getImageData: (x, y, width, height) => ({ shows: this.shows, width, height }),
    });
  }
}

/** A camera whose pictures come when a test says so. */
class Camera {
  videoWidth = 640;
  videoHeight = 480;
  #waiting = [];

  requestVideoFrameCallback(told) {
    this.#waiting.push(told);
  }

  async show(number) {
    this.shows = number;
    for (const told of this.#waiting.splice(0)) told(0, { captureTime: 100 * number });
    await new Promise(setImmediate);
  }
}

beforeEach(() => {
  made = [];
  globalThis.OffscreenCanvas = Canvas;
});

test("a picture that nobody asked for gives way to the next", async () => {
  const camera = new Camera();
  const newest = new Newest(camera, SIZE);
  for (const number of [1, 2, 3]) await camera.show(number);
  const { frame, seen, small, captured } = await newest.next();
  assert.deepEqual([frame.shows, seen.shows, small.shows, captured], [3, 3, 3, 300]);
  assert.deepEqual([frame.width, frame.height, seen.width, seen.height], [640, 480, 25, 33]);
  assert.deepEqual([small.width, small.height], [320, 240]);
});

test("each picture is given once, and who asks too early waits", async () => {
  const camera = new Camera();
  const newest = new Newest(camera, SIZE);
  await camera.show(1);
  await newest.next();
  let given = null;
  const waiting = newest.next().then((picture) => (given = picture));
  await new Promise(setImmediate);
  assert.equal(given, null);
  await camera.show(2);
  await waiting;
  assert.equal(given.frame.shows, 2);
});

test("surfaces that are put back are used again", async () => {
  const camera = new Camera();
  const newest = new Newest(camera, SIZE);
  for (let number = 1; number < 20; number++) {
    await camera.show(number);
    newest.putBack(await newest.next());
  }
  assert.ok(made.length <= 4, `${made.length} canvases were made`);
});

test("after the end there is no picture", async () => {
  const camera = new Camera();
  const newest = new Newest(camera, SIZE);
  const waiting = newest.next();
  newest.end();
  assert.equal(await waiting, null);
  await camera.show(1);
  assert.equal(await newest.next(), null);
});

test("a camera that fails is told to whoever asks", async () => {
  const camera = new Camera();
  const newest = new Newest(camera, SIZE);
  camera.videoWidth = undefined;
  Object.defineProperty(camera, "videoHeight", { get: () => { throw new Error("gone"); } });
  const waiting = assert.rejects(newest.next(), /gone/);
  await camera.show(1);
  await waiting;
});
