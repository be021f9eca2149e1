// @ts-check
// Keeps the page for when the server does not answer. As long as it does, everything comes from the server: nothing
// that is shown is older than that. A server with other files sends another script here, and all of them are kept anew.

"use strict";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** @type {Record<string, string>} */
const CONTENTS = {}; // the server puts in what it serves: the tag of its content by path
const NAME = "figureground";
const kept = `${NAME} ${JSON.stringify(CONTENTS)}`;

worker.addEventListener("install", (event) => event.waitUntil(keep()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetFormer()));
worker.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const known = origin === location.origin && pathname in CONTENTS && event.request.method === "GET";
  if (known) event.respondWith(fetch(event.request).catch((error) => keptOr(error, pathname)));
});

/** Everything or nothing, so that files of two versions never meet. */
async function keep() {
  const cache = await caches.open(kept);
  await Promise.all(Object.entries(CONTENTS).map(async ([path, tag]) => {
    const answer = await fetch(path, { cache: "no-cache" });
    if (!answer.ok || answer.headers.get("ETag") !== tag) throw new Error(`${path} is of another version`);
    await cache.put(path, answer);
  }));
  await worker.skipWaiting();
}

async function forgetFormer() {
  const former = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== kept);
  await Promise.all(former.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @type {(error: unknown, path: string) => Promise<Response>} */
async function keptOr(error, path) {
  const cache = await caches.open(kept);
  const answer = await cache.match(path);
  if (!answer) throw error;
  return answer;
}
