import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

import { choose, megabytes, number, preferredLanguage, speak, text } from "../../../src/figureground/web/static/texts.js";

const STATIC = new URL("../../../src/figureground/web/static", import.meta.url);

let elements; // of the page, by the attribute that names their texts
let kept; // by the browser

beforeEach(() => {
  elements = {};
  kept = new Map();
  const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  set("document", { documentElement: { lang: "en" }, querySelectorAll: (selector) => elements[selector] ?? [] });
  set("localStorage", { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) });
  set("fetch", async (path) => ({ json: async () => JSON.parse(readFileSync(`${STATIC.pathname}${path}`, "utf8")) }));
  set("navigator", { languages: ["nl", "fr-CA", "de"] });
});

test("values are put in place of their names", async () => {
  await speak("en");
  assert.equal(text("saved", { name: "a$&.png", size: "1 MB" }), "Saved as a$&.png, 1 MB.");
});

test("numbers and sizes are written as the language writes them", async () => {
  await speak("de");
  assert.equal(number(21.34, 1), "21,3");
  assert.match(megabytes(3_178_384), /^3,2\sMB$/);
  await speak("en");
  assert.equal(number(3, 1), "3.0");
  assert.match(megabytes(40_000_000), /^40\sMB$/);
});

test("the first of the browser's languages that the page speaks is preferred", () => {
  assert.equal(preferredLanguage(), "fr");
  navigator.languages = ["nl", "pt-BR"];
  assert.equal(preferredLanguage(), "en");
  navigator.languages = ["zh-Hant-TW"];
  assert.equal(preferredLanguage(), "zh");
});

test("a choice comes before the browser's languages, and is kept", async () => {
  await choose("ru");
  assert.equal(document.documentElement.lang, "ru");
  assert.equal(preferredLanguage(), "ru");
});

test("where the browser may keep nothing, the choice counts until the page is closed", async () => {
  const refused = () => {
    throw new Error("denied");
  };
  Object.assign(localStorage, { getItem: refused, setItem: refused });
  await choose("es");
  assert.equal(text("white"), "Blanco");
  assert.equal(preferredLanguage(), "fr");
});

test("elements get their texts and attributes", async () => {
  const part = { getAttribute: () => "white", setAttribute: (name, value) => (part[name] = value) };
  elements = { "[data-text]": [part], "[data-title]": [part], "[data-aria-label]": [part] };
  await speak("de");
  assert.deepEqual([part.textContent, part.title, part["aria-label"]], ["Weiß", "Weiß", "Weiß"]);
});
