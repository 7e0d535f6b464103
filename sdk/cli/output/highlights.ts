/** Snippets for eyes. */

import type { Hit } from "../../hits.js";
import { type Part, yellow } from "./screen.js";

/** The snippet, cut at its highlights. */
export function highlighted({ snippet, highlights }: Pick<Hit, "snippet" | "highlights">): Part[] {
  const text = snippet ?? "";
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end } of highlights) {
    parts.push(text.slice(at, start), yellow(text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}
