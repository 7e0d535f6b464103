import { commonPrefix } from "../bytes/search";
import {
  LAST_LITERALS,
  LZ4_MAX_INPUT,
  MATCH_START_LIMIT,
  MAX_OFFSET,
  MIN_MATCH,
  writeLastLiterals,
  writeSequence,
} from "./lz4-sequence";

/**
 * Fast compression to LZ4 blocks, for blobs: one table, the latest place with the same first five bytes is the only one
 * tried, and the first match is taken. Blocks are somewhat larger than those of `lz4Compress`, which tries more, and of
 * fewer and longer sequences, so that they decompress faster, too.
 *
 * The table is never cleared between calls: positions are numbered on from where the last call's ended, and an older
 * entry shows by its distance. What is written depends on the input alone.
 */
const MIN_TABLE_BITS: u32 = 10;
const MAX_TABLE_BITS: u32 = 14;
const TABLE_BYTES: usize = 65536;
const table: usize = memory.data(65536, 16);
/** Number of the first position of the next input. */
let nextNumber: u32 = 1;
/** After so many positions without a match, as a power of two, the step between positions grows by one. */
const SKIP_BITS: u32 = 6;

/** Slot for the first five bytes of `eight`. */
function slotOf(eight: u64, hashShift: u64): usize {
  return table + ((<usize>(((eight << 24) * 0x9e3779b185ebca87) >> hashShift)) << 2);
}

/** How many bytes before `at` and `place` are equal, at most `most`. */
function matchBackwards(at: usize, place: usize, most: usize): usize {
  let matched: usize = 0;
  while (matched < most && load<u8>(at - 1 - matched) == load<u8>(place - 1 - matched)) matched++;
  return matched;
}

/** Number of the first of `length` positions. */
function takeNumbers(length: u32): u32 {
  if (length > 0xffffffff - nextNumber) {
    memory.fill(table, 0, TABLE_BYTES);
    nextNumber = 1;
  }
  const first = nextNumber;
  nextNumber += length;
  return first;
}

/**
 * Compresses `length` bytes at `from` into at most `capacity` bytes at `destination`, and returns how many bytes that
 * took, or 0 if they don't fit.
 */
export function lz4CompressFast(from: usize, length: usize, destination: usize, capacity: usize): i32 {
  if (length > LZ4_MAX_INPUT) return 0;
  const end = from + length;
  const limit = destination + capacity;
  let out = destination;
  let literals = from;
  if (length > MATCH_START_LIMIT) {
    const numberShift = takeNumbers(<u32>length) - <u32>from;
    const bits = max<u32>(min<u32>(MAX_TABLE_BITS, 32 - clz<u32>(<u32>length)), MIN_TABLE_BITS);
    const hashShift = 64 - <u64>bits;
    const lastStart = end - MATCH_START_LIMIT;
    const matchLimit = end - LAST_LITERALS;
    let tried: u32 = 1 << SKIP_BITS;
    let at = from;
    while (at <= lastStart) {
      const eight = load<u64>(at);
      const entry = slotOf(eight, hashShift);
      const number = <u32>at + numberShift;
      const offset = <usize>(number - load<u32>(entry));
      store<u32>(entry, number);
      if (offset > min<usize>(at - from, MAX_OFFSET) || <u32>eight != load<u32>(at - offset)) {
        at += <usize>(tried >> SKIP_BITS);
        tried++;
        continue;
      }
      const place = at - offset;
      const matchEnd = at + MIN_MATCH + commonPrefix(place + MIN_MATCH, at + MIN_MATCH, matchLimit - at - MIN_MATCH);
      const start = at - matchBackwards(at, place, min<usize>(at - literals, place - from));
      out = writeSequence(out, limit, literals, start - literals, end, offset, matchEnd - start);
      if (out == 0) return 0;
      // A place within the match that the next repetition may begin with.
      if (matchEnd <= lastStart)
        store<u32>(slotOf(load<u64>(matchEnd - 2), hashShift), <u32>matchEnd - 2 + numberShift);
      at = matchEnd;
      literals = matchEnd;
      tried = 1 << SKIP_BITS;
    }
  }
  out = writeLastLiterals(out, limit, literals, end - literals);
  return out == 0 ? 0 : <i32>(out - destination);
}
