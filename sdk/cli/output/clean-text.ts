/** Text from a capsule or a path on its way to a terminal. */

import { stripVTControlCharacters } from "node:util";

// Cc is C0, DEL and C1; then line and paragraph separators, and the marks that turn the reading direction.
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const CONTROLS_BUT_LINES = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text without anything that a terminal would obey: escape sequences vanish, other control characters become U+FFFD, white
 * space other than blanks becomes a blank. One line.
 */
export function cleanLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r]+/g, " ")
    .replace(CONTROLS, "\ufffd");
}

/** The same for text of many lines, whose tabs and line ends stay. */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r\n", "\n").replace(CONTROLS_BUT_LINES, "\ufffd");
}
