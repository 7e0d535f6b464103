/**
 * The fast path for ASCII: 64 bytes at a time are turned into bit masks, whose edges are the words.
 *
 * A window starts at any byte. A word that a window doesn't hold whole, with the three bytes behind it that its tokens
 * may depend on, starts the next window; one that doesn't fit in any, or that touches other characters, is left to
 * `word-runs.ts`.
 */
import { appendShortAscii } from "./term-writer";
import { EXHAUSTED, FULL, isFull, OTHER, Tokenizer } from "./tokenizer-state";
import { appendRun, isContraction, noteContraction } from "./word-runs";

const WINDOW: i32 = 64;
/** Bytes from a window's start that may be read: a word's 16 bytes may reach beyond it. */
const READABLE: usize = 80;
/** Words of more bytes take the general path. */
const SHORT: i32 = 15;
const APOSTROPHE: u32 = 0x27;
/** `scanWindow` has moved on and can be called again. */
const GO_ON: i32 = -1;

/** A copy of the last bytes of a text, followed by zeros. */
const staging: usize = memory.data(160, 16);

/** Masks of the window at hand, a bit for each byte. */
let letters: u64 = 0;
let words: u64 = 0;
/** Bytes that make a word's tokens more than one: underscores, dots between digits, and capitals where a subword starts. */
let joints: u64 = 0;
/** Bytes from 0x80 on. */
let others: u64 = 0;

function inRange(v: v128, first: u8, span: u8): v128 {
  return i8x16.le_u(i8x16.sub(v, i8x16.splat(first)), i8x16.splat(span));
}

function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a) | ((<u32>i8x16.bitmask(b)) << 16)) |
    ((<u64>(<u32>i8x16.bitmask(c) | ((<u32>i8x16.bitmask(d)) << 16))) << 32)
  );
}

function bitsInRange(a: v128, b: v128, c: v128, d: v128, first: u8, span: u8): u64 {
  return bits(inRange(a, first, span), inRange(b, first, span), inRange(c, first, span), inRange(d, first, span));
}

function classify(at: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const caseBit = i8x16.splat(0x20);
  letters = bitsInRange(v128.or(a, caseBit), v128.or(b, caseBit), v128.or(c, caseBit), v128.or(d, caseBit), 97, 25);
  const digits = bitsInRange(a, b, c, d, 48, 9);
  const underscores = bitsInRange(a, b, c, d, 95, 0);
  const capitals = bitsInRange(a, b, c, d, 65, 25);
  others = bits(a, b, c, d);
  const lowers = letters & ~capitals;
  const humps = (lowers << 1) | (((capitals | digits) << 1) & (lowers >> 1) & (lowers >> 2));
  joints = underscores | (capitals & humps);
  words = letters | digits | underscores;
  if (digits != 0) {
    const dots = bitsInRange(a, b, c, d, 46, 0) & (digits << 1) & (digits >> 1);
    joints |= dots;
    words |= dots;
  }
}

/** Tokens from `t.position` on, up to the first character that is not ASCII or belongs to a run with such a one. */
export function scanAscii(t: Tokenizer): i32 {
  let outcome = GO_ON;
  while (outcome == GO_ON) {
    const left = t.end - t.position;
    if (left == 0) return EXHAUSTED;
    outcome = left >= READABLE ? scanWindow(t, <i32>min<usize>(left, READABLE)) : scanStaged(t, left);
  }
  return outcome;
}

/** As `scanWindow`, on a copy of the last bytes of the text, so that nothing behind them is read. */
function scanStaged(t: Tokenizer, left: usize): i32 {
  const source = t.position;
  const end = t.end;
  const toOffset = t.toOffset;
  memory.fill(staging + left, 0, 160 - left);
  memory.copy(staging, source, left);
  const shift = staging - source;
  t.position = staging;
  t.end = staging + left;
  t.toOffset = toOffset - shift;
  const outcome = scanWindow(t, <i32>left);
  t.position -= shift;
  t.end = end;
  t.toOffset = toOffset;
  return outcome;
}

/** Tokens of the 64 bytes at `t.position`, of `left` that the piece has. Returns GO_ON when the next window may follow. */
function scanWindow(t: Tokenizer, left: i32): i32 {
  const at = t.position;
  classify(at);
  const limit = others != 0 ? <i32>ctz<u64>(others) : min(left, WINDOW);
  if (limit < WINDOW) words &= ((<u64>1) << limit) - 1;
  const settled = settledEnd(t, left, limit);
  let edges = words ^ (words << 1);
  while (edges != 0) {
    const start = <i32>ctz<u64>(edges);
    edges &= edges - 1;
    const end = edges != 0 ? <i32>ctz<u64>(edges) : WINDOW;
    edges &= edges - 1;
    if (end > settled || isFull(t)) {
      t.position = at + start;
      return end > settled ? stopBefore(start, left) : FULL;
    }
    appendAsciiRun(t, at, start, end);
  }
  t.position = at + limit;
  return others != 0 ? OTHER : GO_ON;
}

/** The last end of a word in the window that what follows it can't change. */
function settledEnd(t: Tokenizer, left: i32, limit: i32): i32 {
  if (others != 0) return limit - 1;
  if (left > WINDOW) return WINDOW - 2;
  return t.isLast ? WINDOW : left - 2;
}

/** What to do about a word from `start` on that the window doesn't settle. */
function stopBefore(start: i32, left: i32): i32 {
  if (others != 0) return OTHER;
  if (left <= WINDOW) return EXHAUSTED;
  return start == 0 ? OTHER : GO_ON;
}

/** Appends the tokens of the run at bytes `start` to `end` of the window at `at`. */
function appendAsciiRun(t: Tokenizer, at: usize, start: i32, end: i32): void {
  const from = at + start;
  const to = at + end;
  const length = end - start;
  // (A run of 64 bytes shifts by 64, which leaves no bit of it; but then it isn't short.)
  const run = (((<u64>1) << length) - 1) << start;
  if (length > SHORT || (joints & run) != 0) {
    appendRun(t, from, to);
    return;
  }
  if (length > 2 || !isContraction(t, from, to)) appendShortAscii(t, from, length, (run & ~letters) == 0);
  if (<u32>load<u8>(to) == APOSTROPHE) noteContraction(t, to);
}
