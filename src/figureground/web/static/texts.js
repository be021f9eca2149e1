// @ts-check
// What the page says, in the language of the person at it: languages/*.json, all with the same keys.

/** @typedef {keyof typeof import("./languages/en.json")} Key */

/** By code, each in its own words. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ru: "Русский", zh: "中文" };

const CHOSEN = "language"; // where the browser keeps the choice
const ATTRIBUTES = ["aria-label", "title", "alt", "placeholder"];

let texts = /** @type {Record<string, string>} */ ({});

/**
 * A text in the page's language.
 * @param {Key} key
 * @param {Record<string, string | number>} [values] for what stands in braces in it
 */
export function text(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * A number as the page's language writes it.
 * @param {number} value
 * @param {number} digits after the point
 */
export function number(value, digits) {
  return formatted(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return formatted(bytes / 1e6, { style: "unit", unit: "megabyte", maximumFractionDigits: bytes < 1e7 ? 1 : 0 });
}

/** @type {(value: number, options: Intl.NumberFormatOptions) => string} */
function formatted(value, options) {
  return new Intl.NumberFormat(document.documentElement.lang, options).format(value);
}

/** The language that was chosen here, else the first of the browser's that the page speaks. */
export function preferredLanguage() {
  const wanted = [chosen(), ...navigator.languages].map((tag) => tag.split("-")[0]);
  return wanted.find((language) => language in LANGUAGES) ?? "en";
}

function chosen() {
  try {
    return localStorage.getItem(CHOSEN) ?? "";
  } catch {
    return ""; // where a person lets pages keep nothing
  }
}

/**
 * Has the page speak a language from its next visit on, too.
 * @param {string} language
 */
export async function choose(language) {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // then until the page is closed
  }
  await speak(language);
}

/**
 * Puts all texts of the page's own elements in a language: `data-text` names the key of an element's text, and
 * `data-title` that of its title, and so on for ATTRIBUTES.
 * @param {string} language
 */
export async function speak(language) {
  texts = await (await fetch(`/languages/${language}.json`)).json();
  document.documentElement.lang = language;
  forEachNaming("data-text", (part, key) => (part.textContent = text(key)));
  for (const name of ATTRIBUTES) forEachNaming(`data-${name}`, (part, key) => part.setAttribute(name, text(key)));
}

/** @type {(attribute: string, put: (part: Element, key: Key) => void) => void} */
function forEachNaming(attribute, put) {
  for (const part of document.querySelectorAll(`[${attribute}]`)) {
    put(part, /** @type {Key} */ (part.getAttribute(attribute)));
  }
}
