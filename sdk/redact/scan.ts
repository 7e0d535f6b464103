/**
 * Looking for secrets in a text and in the texts within it. A text is taken in windows; the rules' expressions are bounded, so the steps that
 * a window takes are bounded as well, and there is no time-out whose outcome a machine could decide.
 */

import { textRuns } from "./base64.js";
import { type Decoded, decodeCharacterReferences, decodeJsonEscapes, decodePercent } from "./decoding.js";
import { type Finding, mergeFindings } from "./finding.js";
import { type Pattern, runPatterns } from "./pattern.js";
import { findPrivateKeys } from "./private-key-blocks.js";
import { runSecretlintRules } from "./secretlint-rules.js";

/** What a scan looks for. */
export interface RuleSet {
  readonly secretlint: boolean;
  readonly patterns: readonly Pattern[];
  readonly excluded: ReadonlySet<string>;
}

/** UTF-16 units that are looked at together. */
export const WINDOW_UNITS = 256 * 1024;
/** Units that a window shares with the one before it: a secret that is shorter lies whole in one of them. */
export const OVERLAP_UNITS = 32 * 1024;
/** At the left edge of a window, expressions can't see what stands before. */
const EDGE_UNITS = 1024;
/** How often a text may be encoded: JSON in JSON in base64, for instance. */
const MAX_ENCODINGS = 3;

/** What the rules find in a text, merged and in order. */
export function scanText(text: string, rules: RuleSet): Finding[] {
  // A key may be longer than a window.
  const findings: Finding[] = rules.secretlint ? findPrivateKeys(text) : [];
  const step = WINDOW_UNITS - OVERLAP_UNITS;
  for (let from = 0; ; from += step) {
    const isLast = from + WINDOW_UNITS >= text.length;
    const inWindow = scanEncoded(text.slice(from, from + WINDOW_UNITS), rules, MAX_ENCODINGS);
    for (const { rule, start, end } of inWindow) {
      // What begins in the next window is left to it; what began before this one was found by the one before, but for what it couldn't see the end of.
      const isOurs = from === 0 || start >= EDGE_UNITS || end > OVERLAP_UNITS;
      if (isOurs && (isLast || start < step + EDGE_UNITS))
        findings.push({ rule, start: from + start, end: from + end });
    }
    if (isLast) break;
  }
  return mergeFindings(findings.filter(({ rule }) => !rules.excluded.has(rule)));
}

function scanEncoded(text: string, rules: RuleSet, encodingsLeft: number): Finding[] {
  const findings = scanPlain(text, rules);
  if (encodingsLeft === 0) return findings;
  for (const decoded of [decodeJsonEscapes(text), decodePercent(text), decodeCharacterReferences(text)]) {
    if (decoded !== null) findings.push(...inCarrier(decoded, scanEncoded(decoded.text, rules, encodingsLeft - 1)));
  }
  for (const { start, end, texts } of textRuns(text)) {
    for (const inner of texts) {
      const [first] = scanEncoded(inner, rules, encodingsLeft - 1).filter(({ rule }) => !rules.excluded.has(rule));
      if (first !== undefined) findings.push({ rule: first.rule, start, end });
    }
  }
  return findings;
}

function inCarrier({ starts }: Decoded, findings: readonly Finding[]): Finding[] {
  return findings.map(({ rule, start, end }) => ({ rule, start: starts[start] as number, end: starts[end] as number }));
}

function scanPlain(original: string, rules: RuleSet): Finding[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
  const text = original.replace(/[^\x00-\x7f]/g, "\uFFFD");
  const window = { text, lower: text.toLowerCase() };
  const findings = runPatterns(rules.patterns, window);
  if (rules.secretlint) findings.push(...runSecretlintRules(window), ...findPrivateKeys(text));
  return findings;
}
