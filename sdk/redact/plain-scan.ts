/** What rules find in one text, not looking at what is encoded in it. */

import { type Anchor, type AnchorAction, AnchorTable } from "./anchors.js";
import type { AsciiText } from "./ascii.js";
import type { Finding } from "./finding.js";
import { numberLength } from "./number-shapes.js";
import { maskedRange, NEAR_UNITS, type Pattern } from "./pattern.js";
import { type SecretlintRule, secretlintRules } from "./secretlint-rules.js";

/** A rule of secretlint is run on what stands this far around its literals: its matches are shorter, but for those that go on to a line's end. */
const UNITS_BEFORE = 1024;
const UNITS_BEHIND = 4096;

/** What to look for. */
export interface PlainRules {
  readonly patterns: readonly Pattern[];
  readonly secretlint: boolean;
}

/** Steps that were taken, for tests: nothing else in the process depends on them. */
export interface Work {
  /** Units of text that were passed over. */
  units: number;
  /** Expressions that were tried. */
  tries: number;
}

/** Finds what a set of rules looks for. */
export class PlainScanner {
  private readonly table: AnchorTable<Scan>;
  private readonly patterns: number;
  private readonly secretlint: readonly SecretlintRule[];

  constructor({ patterns, secretlint }: PlainRules) {
    this.patterns = patterns.length;
    this.secretlint = secretlint ? secretlintRules : [];
    this.table = new AnchorTable(anchorsOf(patterns, this.secretlint));
  }

  /** The findings, in no order. */
  scan(ascii: AsciiText, work: Work): Finding[] {
    const scan = new Scan(ascii, this.patterns, this.secretlint.length, work);
    this.table.visit(ascii.codes, scan);
    this.secretlint.forEach((rule, index) => {
      for (const [start, end] of scan.regions[index] ?? []) scan.runSecretlint(rule, start, end);
    });
    work.units += ascii.codes.length;
    return scan.findings;
  }
}

/** The state of one pass. */
class Scan {
  readonly findings: Finding[] = [];
  /** Where the last match of each pattern ended: matches don't overlap. */
  readonly ends: Int32Array;
  /** Where rules of secretlint have to look. */
  readonly regions: ([number, number][] | undefined)[];
  wordAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly ascii: AsciiText,
    patterns: number,
    secretlint: number,
    private readonly work: Work,
  ) {
    this.ends = new Int32Array(patterns);
    this.regions = new Array(secretlint);
  }

  run({ rule, expression, accepts }: Pattern, index: number, start: number): void {
    if (start < (this.ends[index] as number)) return;
    this.work.tries++;
    expression.lastIndex = start;
    const match = expression.exec(this.ascii.text);
    if (match === null) return;
    this.ends[index] = start + match[0].length;
    const [from, to] = maskedRange(match);
    if (accepts === undefined || accepts(this.ascii.text.slice(from, to), match))
      this.findings.push({ rule, start: from, end: to });
  }

  addRegion(index: number, at: number): void {
    const start = Math.max(0, at - UNITS_BEFORE);
    const regions = this.regions[index] ?? [];
    this.regions[index] = regions;
    const last = regions.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = at + UNITS_BEHIND;
    else regions.push([start, at + UNITS_BEHIND]);
  }

  runSecretlint({ name, run }: SecretlintRule, from: number, to: number): void {
    this.work.tries++;
    for (const [start, end] of run(this.ascii.text.slice(from, to)))
      this.findings.push({ rule: name, start: from + start, end: from + end });
  }
}

function* anchorsOf(patterns: readonly Pattern[], secretlint: readonly SecretlintRule[]): Iterable<Anchor<Scan>> {
  const words = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const { anchors, expression } = pattern;
    if ("digits" in anchors) for (const word of anchors.words ?? []) words.add(word);
    else {
      const action = atLiteral(pattern, index);
      for (const literal of anchors.literals) yield { literal, ignoresCase: expression.ignoreCase, action };
    }
  }
  const noteWord: AnchorAction<Scan> = (scan, at) => {
    scan.wordAt = at;
  };
  for (const literal of words) yield { literal, ignoresCase: true, action: noteWord };
  yield { literal: null, action: atDigits(patterns) };
  for (const [index, { needs, confirm }] of secretlint.entries()) {
    const action: AnchorAction<Scan> = (scan, at) => {
      if (confirm !== undefined) {
        confirm.lastIndex = at;
        if (!confirm.test(scan.ascii.text)) return;
      }
      scan.addRegion(index, at);
    };
    for (const literal of needs) yield { literal, ignoresCase: true, action };
  }
}

function atLiteral(pattern: Pattern, index: number): AnchorAction<Scan> {
  const startOf = "digits" in pattern.anchors ? undefined : pattern.anchors.startOf;
  if (startOf === undefined) return (scan, at) => scan.run(pattern, index, at);
  return (scan, at) => {
    const start = startOf(scan.ascii.codes, at, scan.ends[index] as number);
    if (start >= 0) scan.run(pattern, index, start);
  };
}

function atDigits(patterns: readonly Pattern[]): AnchorAction<Scan> {
  const ofDigits = [...patterns.entries()].flatMap(([index, pattern]) =>
    "digits" in pattern.anchors
      ? [{ index, pattern, startOf: pattern.anchors.digits, needsWord: pattern.anchors.words !== undefined }]
      : [],
  );
  return (scan, at) => {
    const { codes } = scan.ascii;
    const length = numberLength(codes, at);
    if (length === 0) return;
    const isNear = at - scan.wordAt <= NEAR_UNITS;
    for (const { index, pattern, startOf, needsWord } of ofDigits) {
      if (needsWord && !isNear) continue;
      const start = startOf(codes, at, length);
      if (start >= 0) scan.run(pattern, index, start);
    }
  };
}
