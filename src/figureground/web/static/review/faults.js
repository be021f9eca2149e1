// @ts-check
// What seems wrong with a mask, in the page's language.

import { text } from "../texts.js";

/** Keys of texts by what stage `review` calls them. */
const FAULTS = /** @type {Record<string, import("../texts.js").Key>} */ ({
  "shifted": "fault-shifted",
  "outline too wide": "fault-too-wide",
  "outline too narrow": "fault-too-narrow",
  "hole": "fault-hole",
  "part missing": "fault-part-missing",
  "person missing": "fault-person-missing",
  "thing too much": "fault-too-much",
  "mask of another photo": "fault-other-photo",
});

/**
 * Says what seems wrong. The server's own words are English, and so are faults of other lists than that stage's.
 * @param {HTMLElement} part
 * @param {string} kind
 */
export function tellFault(part, kind) {
  part.lang = kind in FAULTS ? document.documentElement.lang : "en";
  part.textContent = kind in FAULTS ? text(FAULTS[kind]) : kind;
}
