/** A rule that is a regular expression, and how it is run. */

import type { Finding } from "./finding.js";

/**
 * Every quantifier of a rule's expression is bounded, so that the steps that it takes are bounded by the length of the window. It
 * sees ASCII alone: other characters are U+FFFD, so that no result depends on a host's Unicode tables.
 */
export interface Pattern {
  readonly rule: string;
  /** With the flags `g` and `d`. The first of the groups `it`, `quoted`, `single` and `bare` that matched is what is masked, else all. */
  readonly expression: RegExp;
  /** Texts without which the expression can't match, in lower case. Empty: it is always tried. */
  readonly needs: readonly string[];
  /** Whether a match counts: check digits, placeholders, what stands before it. */
  readonly accepts?: (found: string, match: RegExpExecArray) => boolean;
}

/** A window of text: as it is, and in lower case. */
export interface WindowText {
  readonly text: string;
  readonly lower: string;
}

/** Whether one of the texts is there. */
export function hasAny(lower: string, needs: readonly string[]): boolean {
  return needs.length === 0 || needs.some((need) => lower.includes(need));
}

function maskedRange(match: RegExpExecArray): readonly [number, number] {
  const groups = match.indices?.groups;
  const named = groups?.["it"] ?? groups?.["quoted"] ?? groups?.["single"] ?? groups?.["bare"];
  return named ?? [match.index, match.index + match[0].length];
}

/** Runs rules over a window. */
export function runPatterns(patterns: readonly Pattern[], { text, lower }: WindowText): Finding[] {
  const findings: Finding[] = [];
  for (const { rule, expression, needs, accepts } of patterns) {
    if (!hasAny(lower, needs)) continue;
    for (const match of text.matchAll(expression)) {
      const [start, end] = maskedRange(match);
      if (accepts === undefined || accepts(text.slice(start, end), match)) findings.push({ rule, start, end });
    }
  }
  return findings;
}
