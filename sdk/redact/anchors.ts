/**
 * One pass over a text that finds which rules can match at all, and where. Each character belongs to one of 32 classes; the classes of the
 * last three are an index into a table of what may begin or stand there. It is the filter of multi-pattern matching by Wu and Manber (1994),
 * with blocks of three characters and without shifts.
 */

import { isDigit, isUpper } from "./ascii.js";

/** What is done where an anchor stands. */
export type AnchorAction<Scan> = (scan: Scan, at: number) => void;

/** Something to look for: a literal of one character, or of three and more; or the beginning of a run of digits. */
export type Anchor<Scan> =
  | { readonly literal: string; readonly ignoresCase: boolean; readonly action: AnchorAction<Scan> }
  | { readonly literal: null; readonly action: AnchorAction<Scan> };

interface Entry<Scan> {
  readonly codes: readonly number[];
  readonly ignoresCase: boolean;
  readonly actions: AnchorAction<Scan>[];
}

const BLOCK = 3;
const CLASS_BITS = 5;
const BLOCKS = 1 << (BLOCK * CLASS_BITS);
const CLASS_MASK = (1 << CLASS_BITS) - 1;
const DIGIT_CLASS = 27;
/** Characters that literals hold; all others are of class 0. */
const CLASSES_OF_SIGNS: Readonly<Record<string, number>> = { "-": 28, _: 28, ".": 29, "/": 29, ":": 30, "@": 31 };

const classes = new Uint8Array(256);
for (let code = 0; code < 0x80; code++) {
  if (isDigit(code)) classes[code] = DIGIT_CLASS;
  else if (isUpper(code & ~0x20)) classes[code] = code & 0x1f;
  else classes[code] = CLASSES_OF_SIGNS[String.fromCharCode(code)] ?? 0;
}

const lower = (code: number) => (isUpper(code) ? code | 0x20 : code);

/** What to look for, as tables. */
export class AnchorTable<Scan> {
  /** For each block the number of its entries in `entries`, of which 0 has none. */
  private readonly buckets = new Uint16Array(BLOCKS);
  private readonly entries: Entry<Scan>[][] = [[]];

  constructor(anchors: Iterable<Anchor<Scan>>) {
    const byBlock = new Map<number, Entry<Scan>[]>();
    for (const [entry, blocks] of entriesOf(anchors)) {
      for (const block of blocks) byBlock.set(block, [...(byBlock.get(block) ?? []), entry]);
    }
    for (const [block, entries] of byBlock) this.buckets[block] = this.entries.push(entries) - 1;
  }

  /** Runs the actions of the anchors of a text, in the order of where they are seen to begin. */
  visit(codes: Uint8Array, scan: Scan): void {
    const { buckets, entries } = this;
    let block = 0;
    for (let i = 0; i < codes.length; i++) {
      block = ((block << CLASS_BITS) | (classes[codes[i] as number] as number)) & (BLOCKS - 1);
      const bucket = buckets[block] as number;
      if (bucket !== 0) act(entries[bucket] as Entry<Scan>[], codes, i, scan);
    }
  }
}

function act<Scan>(entries: readonly Entry<Scan>[], codes: Uint8Array, last: number, scan: Scan): void {
  for (const entry of entries) {
    const at = entry.codes.length < BLOCK ? last : last - BLOCK + 1;
    if (!standsAt(entry, codes, at)) continue;
    for (const action of entry.actions) action(scan, at);
  }
}

function standsAt<Scan>({ codes: literal, ignoresCase }: Entry<Scan>, codes: Uint8Array, at: number): boolean {
  if (at < 0) return false;
  for (let i = 0; i < literal.length; i++) {
    const code = codes[at + i] as number;
    if ((ignoresCase ? lower(code) : code) !== literal[i]) return false;
  }
  return true;
}

/** Each literal once, with the blocks at whose end it is looked for. */
function* entriesOf<Scan>(anchors: Iterable<Anchor<Scan>>): Iterable<[Entry<Scan>, Iterable<number>]> {
  const byLiteral = new Map<string, Entry<Scan>>();
  for (const { action, ...what } of anchors) {
    const ignoresCase = what.literal !== null && what.ignoresCase;
    const literal = what.literal ?? "";
    if (literal.length === 2) throw new TypeError(`An anchor of two characters: ${literal}`);
    const key = `${Number(ignoresCase)}${literal}`;
    const entry = byLiteral.get(key) ?? {
      codes: [...literal].map((each) => each.charCodeAt(0)),
      ignoresCase,
      actions: [],
    };
    entry.actions.push(action);
    byLiteral.set(key, entry);
  }
  for (const entry of byLiteral.values()) yield [entry, blocksOf(entry)];
}

function* blocksOf<Scan>({ codes }: Entry<Scan>): Iterable<number> {
  const [first, ...others] = codes.slice(0, BLOCK).map((code) => classes[code] as number);
  if (first !== undefined && others.length === BLOCK - 1) {
    yield others.reduce((block, each) => (block << CLASS_BITS) | each, first);
    return;
  }
  const last = first ?? DIGIT_CLASS;
  for (let before = 0; before < BLOCKS >> CLASS_BITS; before++) {
    const isRunsStart = (before & CLASS_MASK) !== DIGIT_CLASS;
    if (first !== undefined || isRunsStart) yield (before << CLASS_BITS) | last;
  }
}
