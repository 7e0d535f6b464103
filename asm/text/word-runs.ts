/** Runs of word characters: where they end, and which tokens they give. `docs/text-analysis.md`, "Runs" and "Words". */
import { classOf, decode, MARK, TRANSPARENT, WORD } from "./code-points";
import { appendTerm } from "./term-writer";
import {
  ENGLISH,
  EXHAUSTED,
  KIND_COMPOUND,
  KIND_SUBWORD,
  KIND_WORD,
  OTHER,
  RUN_LIMIT,
  Tokenizer,
} from "./tokenizer-state";

const UNDERSCORE: u32 = 0x5f;
const DOT: u32 = 0x2e;
const APOSTROPHE: u32 = 0x27;
/** U+2019, the typographer's apostrophe. */
const RIGHT_QUOTE: u32 = 0x2019;
/** Subwords of fewer bytes aren't indexed. */
const SUBWORD_MINIMUM: usize = 3;

/** What the last character of a run was. A mark goes on only behind LAST_WORD or LAST_DIGIT, a dot behind LAST_DIGIT. */
const LAST_UNDERSCORE: u32 = 0;
const LAST_WORD: u32 = 1;
const LAST_DIGIT: u32 = 2;

export function isDigit(byte: u32): bool {
  return byte - 48 < 10;
}

function isLower(byte: u32): bool {
  return byte - 97 < 26;
}

function isUpper(byte: u32): bool {
  return byte - 65 < 26;
}

/** Whether an ASCII byte is a letter, a digit or an underscore. */
export function isAsciiWord(byte: u32): bool {
  return (byte | 0x20) - 97 < 26 || byte - 48 < 10 || byte == UNDERSCORE;
}

/** Where the run that `position` lies in ends, given its last character so far; leaves the new last character in `t`. */
function runEnd(t: Tokenizer, position: usize, last: u32): usize {
  const end = t.end;
  while (position < end) {
    const byte = <u32>load<u8>(position);
    if (byte < 0x80) {
      if ((byte | 0x20) - 97 < 26) last = LAST_WORD;
      else if (isDigit(byte)) last = LAST_DIGIT;
      else if (byte == UNDERSCORE) last = LAST_UNDERSCORE;
      else if (byte != DOT || last != LAST_DIGIT || position + 1 >= end || !isDigit(load<u8>(position, 1))) break;
      position++;
      continue;
    }
    const character = decode(position, end);
    const kind = classOf(character >>> 3);
    if (kind != WORD && (last == LAST_UNDERSCORE || (kind != MARK && kind != TRANSPARENT))) break;
    last = LAST_WORD;
    position += character & 7;
  }
  t.skippedLast = last;
  return position;
}

/** Whether more text might make a run longer that seems to end at `position`. */
function isOpen(t: Tokenizer, position: usize): bool {
  if (t.isLast) return false;
  return position == t.end || (position + 1 == t.end && <u32>load<u8>(position) == DOT && t.skippedLast == LAST_DIGIT);
}

/** The run of word characters that starts at `t.position`. */
export function scanWordRun(t: Tokenizer): i32 {
  const start = t.position;
  const end = runEnd(t, start, LAST_UNDERSCORE);
  const open = isOpen(t, end);
  if (open && end - start < RUN_LIMIT + 8) return EXHAUSTED;
  appendRun(t, start, end);
  t.position = end;
  t.isSkipping = open;
  return open ? EXHAUSTED : OTHER;
}

/** Passes over the rest of a run whose beginning an earlier piece of text held. */
export function skipRun(t: Tokenizer): void {
  const end = runEnd(t, t.position, t.skippedLast);
  t.position = end;
  t.isSkipping = isOpen(t, end);
  if (!t.isSkipping) noteContraction(t, end);
}

/** Appends the tokens of the run `[start, end)`: none for the end of an English contraction. */
export function appendRun(t: Tokenizer, start: usize, end: usize): void {
  if (!isContraction(t, start, end)) appendWords(t, start, cutOf(start, end));
  noteContraction(t, end);
}

/** Where the part of a run that is looked at ends: at most 255 bytes, whole characters, no dot at the end. */
function cutOf(start: usize, end: usize): usize {
  if (end - start <= RUN_LIMIT) return end;
  let cut = start + RUN_LIMIT;
  while ((<u32>load<u8>(cut) & 0xc0) == 0x80) cut--;
  return <u32>load<u8>(cut - 1) == DOT ? cut - 1 : cut;
}

/** Remembers where the letters behind an apostrophe start when one follows the run that ends at `end`. */
export function noteContraction(t: Tokenizer, end: usize): void {
  if (end >= t.end) return;
  const byte = <u32>load<u8>(end);
  if (byte == APOSTROPHE) t.contractionStart = <u32>(end + 1 + t.toOffset);
  else if (byte == 0xe2 && decode(end, t.end) >>> 3 == RIGHT_QUOTE) t.contractionStart = <u32>(end + 3 + t.toOffset);
}

/** Whether the run is one of s, t, d, m, ll, re, ve behind a run and an apostrophe. */
export function isContraction(t: Tokenizer, start: usize, end: usize): bool {
  if (t.contractionStart != <u32>(start + t.toOffset) || t.analyzer != ENGLISH) return false;
  const length = end - start;
  const first = <u32>load<u8>(start) | 0x20;
  if (length == 1) return first == 0x73 || first == 0x74 || first == 0x64 || first == 0x6d;
  if (length != 2) return false;
  const second = <u32>load<u8>(start, 1) | 0x20;
  return first == 0x6c ? second == 0x6c : (first == 0x72 || first == 0x76) && second == 0x65;
}

function appendWords(t: Tokenizer, from: usize, to: usize): void {
  while (from < to && <u32>load<u8>(from) == UNDERSCORE) from++;
  while (from < to && <u32>load<u8>(to - 1) == UNDERSCORE) to--;
  let end = segmentEnd(from, to);
  if (end < to) appendTerm(t, from, to, KIND_COMPOUND);
  while (from < to) {
    appendSegment(t, from, end);
    from = end;
    while (from < to && <u32>load<u8>(from) == UNDERSCORE) from++;
    end = segmentEnd(from, to);
  }
}

function segmentEnd(from: usize, to: usize): usize {
  while (from < to && <u32>load<u8>(from) != UNDERSCORE) from++;
  return from;
}

/** Appends a run without underscores, then its subwords if it has more than one. */
function appendSegment(t: Tokenizer, from: usize, to: usize): void {
  appendTerm(t, from, to, KIND_WORD);
  let start = from;
  while (start < to) {
    const end = subwordEnd(from, start, to);
    if (end == to && start == from) return;
    if (end - start >= SUBWORD_MINIMUM) appendTerm(t, start, end, KIND_SUBWORD);
    start = end;
  }
}

/** Where the subword that begins at `start` ends, in the segment `[from, to)`. */
function subwordEnd(from: usize, start: usize, to: usize): usize {
  let position = start;
  if (isDigit(load<u8>(start))) {
    const numberEnd = dottedNumberEnd(start, to);
    if (numberEnd != 0) return numberEnd;
  }
  for (position++; position < to; position++) {
    const byte = <u32>load<u8>(position);
    if (isUpper(byte) && isHump(position, to)) return position;
    if (isDigit(byte) && !isDigit(load<u8>(position - 1)) && dottedNumberEnd(position, to) != 0) return position;
  }
  return to;
}

/** Where the digits and dots from `start` on end if there is a dot among them, else 0. */
function dottedNumberEnd(start: usize, to: usize): usize {
  let hasDot = false;
  let position = start;
  for (; position < to; position++) {
    const byte = <u32>load<u8>(position);
    if (byte == DOT) hasDot = true;
    else if (!isDigit(byte)) break;
  }
  return hasDot ? position : 0;
}

/** Whether a new subword starts at the capital at `position`: "getUser", "HTTPServer", "utf8Decoder". */
function isHump(position: usize, to: usize): bool {
  const before = <u32>load<u8>(position - 1);
  if (isLower(before)) return true;
  if (!isUpper(before) && !isDigit(before)) return false;
  return position + 2 < to && isLower(load<u8>(position, 1)) && isLower(load<u8>(position, 2));
}
