/**
 * Looking for secrets in a text and in the texts within it. A text is taken in windows; each rule is tried at its anchors alone and its
 * expression is bounded, so the steps grow with the text's length, and there is no time-out whose outcome a machine could decide.
 */

import { type AsciiText, toAscii } from "./ascii.js";
import { textRuns } from "./base64.js";
import { decodedZones, placeOf, type Zone } from "./decoding.js";
import { type Finding, mergeFindings } from "./finding.js";
import type { Pattern } from "./pattern.js";
import { PlainScanner, type Work } from "./plain-scan.js";
import { findPrivateKeys } from "./private-key-blocks.js";

export type { Work } from "./plain-scan.js";

/** What a scan looks for. */
export interface RuleSet {
  readonly secretlint: boolean;
  readonly patterns: readonly Pattern[];
  readonly excluded: ReadonlySet<string>;
}

/** UTF-16 units that are looked at together. */
export const WINDOW_UNITS = 512 * 1024;
/** Units that a window shares with the one before it: a secret that is shorter lies whole in one of them. */
export const OVERLAP_UNITS = 32 * 1024;
/** At the left edge of a window, expressions can't see what stands before. */
const EDGE_UNITS = 1024;
/** How often a text may be encoded: JSON in JSON in base64, for instance. */
const MAX_ENCODINGS = 3;

/** Scans texts by a set of rules. */
export class TextScanner {
  private readonly plain: PlainScanner;
  /** What was done so far: for tests, which can't measure time. */
  readonly work: Work = { units: 0, tries: 0 };

  constructor(private readonly rules: RuleSet) {
    this.plain = new PlainScanner(rules);
  }

  /** What the rules find in a text, merged and in order. */
  scan(text: string): Finding[] {
    // A key may be longer than a window.
    const findings = this.rules.secretlint && text.length > WINDOW_UNITS ? findPrivateKeys(text) : [];
    const step = WINDOW_UNITS - OVERLAP_UNITS;
    for (let from = 0; ; from += step) {
      const isLast = from + WINDOW_UNITS >= text.length;
      const window = toAscii(from === 0 && isLast ? text : text.slice(from, from + WINDOW_UNITS));
      for (const { rule, start, end } of this.scanEncoded(window, MAX_ENCODINGS)) {
        // What begins in the next window is left to it; what began before this one was found by the one before, but for what it couldn't see the end of.
        const isOurs = from === 0 || start >= EDGE_UNITS || end > OVERLAP_UNITS;
        if (isOurs && (isLast || start < step + EDGE_UNITS))
          findings.push({ rule, start: from + start, end: from + end });
      }
      if (isLast) break;
    }
    if (findings.length === 0) return findings;
    return mergeFindings(findings.filter(({ rule }) => !this.rules.excluded.has(rule)));
  }

  private scanEncoded(ascii: AsciiText, encodingsLeft: number): Finding[] {
    const findings = this.plain.scan(ascii, this.work);
    if (this.rules.secretlint) for (const finding of findPrivateKeys(ascii.text)) findings.push(finding);
    if (encodingsLeft === 0) return findings;
    for (const zone of decodedZones(ascii)) {
      for (const finding of this.inZone(zone, encodingsLeft)) findings.push(finding);
    }
    for (const { start, end, texts } of textRuns(ascii)) {
      for (const inner of texts) {
        const [first] = this.kept(this.scanEncoded(inner, encodingsLeft - 1));
        if (first !== undefined) findings.push({ rule: first.rule, start, end });
      }
    }
    return findings;
  }

  private inZone(zone: Zone, encodingsLeft: number): Finding[] {
    const { decoded, tornLeft, tornRight } = zone;
    const findings = this.scanEncoded(decoded, encodingsLeft - 1);
    // What touches an edge that tears a word may be no more than a part of it.
    return findings
      .filter(({ start, end }) => (start > 0 || !tornLeft) && (end < decoded.codes.length || !tornRight))
      .map(({ rule, start, end }) => ({ rule, start: placeOf(zone, start), end: placeOf(zone, end) }));
  }

  private kept(findings: readonly Finding[]): Finding[] {
    return findings.length === 0 ? [] : mergeFindings(findings.filter(({ rule }) => !this.rules.excluded.has(rule)));
  }
}
