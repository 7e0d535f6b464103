/** Runs in scripts without spaces: overlapping pairs of units. `docs/text-analysis.md`, "Scripts without spaces". */
import { classOf, decode, IDEOGRAPHIC, MARK, SEPARATOR, TRANSPARENT, UNSPACED, writeCodePoint } from "./code-points";
import { foldInto, recordToken } from "./term-writer";
import { EXHAUSTED, FULL, isFull, KIND_UNIGRAM, KIND_WORD, OTHER, TERM_LIMIT, Tokenizer } from "./tokenizer-state";

/** A unit takes in marks up to this many bytes. */
const UNIT_LIMIT: usize = 64;

/** Tokens of the run of units that `t.position` lies in. */
export function scanUnspacedRun(t: Tokenizer): i32 {
  let kind = classOf(decode(t.position, t.end) >>> 3);
  let middle = unitEnd(t.position, t.end);
  while (!isFull(t)) {
    if (middle == t.end && !t.isLast) return EXHAUSTED;
    const nextKind = middle < t.end ? classOf(decode(middle, t.end) >>> 3) : SEPARATOR;
    const hasNext = isUnspaced(nextKind);
    const end = hasNext ? unitEnd(middle, t.end) : middle;
    if (end == t.end && !t.isLast) return EXHAUSTED;
    appendUnit(t, middle, end, kind);
    t.isInUnspacedRun = hasNext;
    t.position = middle;
    if (!hasNext) return OTHER;
    middle = end;
    kind = nextKind;
  }
  return FULL;
}

/** Whether a class is one of letters that are indexed in pairs. */
export function isUnspaced(kind: u32): bool {
  return kind == UNSPACED || kind == IDEOGRAPHIC;
}

/** Appends what the unit from `t.position` to `middle` gives: itself, if alone or an ideograph, and its pair with `[middle, end)`. */
function appendUnit(t: Tokenizer, middle: usize, end: usize, kind: u32): void {
  const start = t.position;
  const hasNext = middle < end;
  if (!hasNext && !t.isInUnspacedRun) appendUnits(t, start, middle, middle, KIND_WORD);
  else if (kind == IDEOGRAPHIC) appendUnits(t, start, middle, middle, KIND_UNIGRAM);
  if (hasNext) appendUnits(t, start, middle, end, KIND_WORD);
}

function appendUnits(t: Tokenizer, start: usize, middle: usize, end: usize, kind: u32): void {
  const limit = t.top + TERM_LIMIT;
  let top = foldUnit(t.top, start, middle, limit);
  if (middle < end) top = foldUnit(top, middle, end, limit);
  recordToken(t, start, end, top - t.top, kind);
}

/** Where the unit at `start` ends: a letter, and the marks that follow it. */
function unitEnd(start: usize, end: usize): usize {
  let position = start + (decode(start, end) & 7);
  while (position < end) {
    const character = decode(position, end);
    const kind = classOf(character >>> 3);
    const next = position + (character & 7);
    if ((kind != MARK && kind != TRANSPARENT) || next - start > UNIT_LIMIT) break;
    position = next;
  }
  return position;
}

/** Writes a unit's folded characters, as many as fit before `limit`, the letters of a Hangul syllable put together. */
function foldUnit(destination: usize, start: usize, end: usize, limit: usize): usize {
  const first = decode(start, end);
  let syllable = first >>> 3;
  let position = start + (first & 7);
  let next = position < end ? decode(position, end) : 0;
  if (syllable - 0x1100 < 19 && (next >>> 3) - 0x1161 < 21) {
    syllable = 0xac00 + ((syllable - 0x1100) * 21 + (next >>> 3) - 0x1161) * 28;
    position += next & 7;
    next = position < end ? decode(position, end) : 0;
  }
  if (syllable - 0xac00 >= 11172) return foldInto(destination, start, end, limit);
  if ((syllable - 0xac00) % 28 == 0 && (next >>> 3) - 0x11a8 < 27) {
    syllable += (next >>> 3) - 0x11a7;
    position += next & 7;
  }
  const top = writeCodePoint(destination, syllable);
  return top > limit ? destination : foldInto(top, position, end, limit);
}
