/** Texts between right and wrong: pieces of right ones, cut, joined, repeated, with odd characters in between. */

import type { Random } from "../crash/random.js";

const ODD = [
  "\0",
  "\u007f",
  "\u2028",
  "\ud800",
  "\udc00",
  "\u{1f600}",
  "\u0301",
  "\u202e",
  "ß",
  "漢字",
  "/",
  "//",
  "..",
  "\\",
  '"',
  "[",
  "{",
  "%2f",
  " ",
  "\n",
  "-",
  "1e999",
  "__proto__",
];
const LONGEST = 20_000;

export function mutateText(seeds: readonly string[], random: Random): string {
  let text = random.pick(seeds);
  for (let changes = random.below(5); changes > 0; changes--) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(12));
    const kind = random.below(5);
    if (kind === 0) text = text.slice(0, at) + text.slice(end);
    else if (kind === 1) text = text.slice(0, at) + random.pick(ODD) + text.slice(at);
    else if (kind === 2) text = text.slice(0, at) + random.pick(seeds).slice(random.below(8)) + text.slice(end);
    else if (kind === 3)
      text = text.slice(0, at) + text.slice(at, end).repeat(1 + random.below(2000)) + text.slice(end);
    else text = text.slice(0, at) + String.fromCharCode(random.below(0x10000)) + text.slice(end);
    text = text.slice(0, LONGEST);
  }
  return text;
}
