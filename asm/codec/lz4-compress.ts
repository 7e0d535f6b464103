import { commonPrefix } from "../bytes/search";
import { dictionaryCandidate, dictionaryEnd, dictionaryStart } from "./lz4-dictionary";
import {
  LAST_LITERALS, LZ4_MAX_INPUT, MATCH_START_LIMIT, MAX_OFFSET, MIN_MATCH, writeLastLiterals, writeSequence,
} from "./lz4-sequence";

/**
 * Compression to LZ4 blocks, greedy: at each position the latest place with the same four bytes is tried, in the input
 * and in the dictionary.
 *
 * The table is never cleared between calls: positions of each input are numbered from where the last call's ended, so
 * that older entries are recognised and count as empty. What is written depends on the input and the dictionary alone.
 */
const TABLE_BITS: u32 = 13;
const TABLE_BYTES: usize = <usize>4 << 13;
const table: usize = memory.data(32768, 16);

/** Number of the first position of the next input. */
let nextPosition: u32 = 1;

/** After this many positions without a match, the step between positions grows by one. */
const SKIP_BITS: u32 = 6;

/** Numbers the positions of an input of `length` bytes and returns the number of the first. */
function numberPositions(length: usize): u32 {
  if (<u32>length > 0xffffffff - nextPosition) {
    memory.fill(table, 0, TABLE_BYTES);
    nextPosition = 1;
  }
  const first = nextPosition;
  nextPosition += <u32>length;
  return first;
}

function slotOf(start: u32): usize {
  return table + (<usize>((start * 2654435761) >>> (32 - TABLE_BITS)) << 2);
}

/** The most that `length` bytes can take when compressed. */
export function lz4CompressBound(length: usize): usize {
  return length + length / 255 + 16;
}

/**
 * Compresses `length` bytes at `source` into at most `capacity` bytes at `destination`, and returns how many bytes that took, or 0 if they
 * don't fit: a capacity below `length` asks for a result only if it gains.
 */
export function lz4Compress(source: usize, length: usize, destination: usize, capacity: usize): i32 {
  return lz4CompressWithDictionary(source, length, 0, destination, capacity);
}

/** As `lz4Compress`, with a prepared dictionary (0 for none) that decompression needs, too. */
export function lz4CompressWithDictionary(
  source: usize, length: usize, dictionary: usize, destination: usize, capacity: usize,
): i32 {
  if (length > LZ4_MAX_INPUT) return 0;
  const end = source + length;
  const limit = destination + capacity;
  let out = destination;
  let literals = source;
  if (length > MATCH_START_LIMIT) {
    // Number of the position at address 0, so that numbers and addresses convert by adding.
    const shift = numberPositions(length) - <u32>source;
    const matchLimit = end - LAST_LITERALS;
    const lastStart = end - MATCH_START_LIMIT;
    let at = source;
    let tried: u32 = 1 << SKIP_BITS;
    while (at <= lastStart) {
      const start = load<u32>(at);
      const slot = slotOf(start);
      const number = load<u32>(slot);
      store<u32>(slot, <u32>at + shift);
      let from: usize = 0;
      let matched: usize = 0;
      if (number >= <u32>source + shift) {
        const candidate = <usize>(number - shift);
        if (at - candidate <= MAX_OFFSET && load<u32>(candidate) == start) {
          from = candidate;
          matched = MIN_MATCH + commonPrefix(candidate + MIN_MATCH, at + MIN_MATCH, matchLimit - at - MIN_MATCH);
        }
      }
      let offset = at - from;
      let lowest = source;
      if (dictionary != 0 && at - source < MAX_OFFSET) {
        const candidate = dictionaryCandidate(dictionary, start);
        const available = dictionaryEnd(dictionary) - candidate;
        const candidateOffset = at - source + available;
        if (candidateOffset <= MAX_OFFSET && available >= MIN_MATCH && load<u32>(candidate) == start) {
          const longest = min<usize>(available, matchLimit - at);
          const found = MIN_MATCH + commonPrefix(candidate + MIN_MATCH, at + MIN_MATCH, longest - MIN_MATCH);
          if (found > matched) {
            from = candidate;
            matched = found;
            offset = candidateOffset;
            lowest = dictionaryStart(dictionary);
          }
        }
      }
      if (matched == 0) {
        at += <usize>(tried >> SKIP_BITS);
        tried++;
        continue;
      }
      tried = 1 << SKIP_BITS;
      while (at > literals && from > lowest && load<u8>(at - 1) == load<u8>(from - 1)) {
        at--;
        from--;
        matched++;
      }
      out = writeSequence(out, limit, literals, at - literals, offset, matched);
      if (out == 0) return 0;
      at += matched;
      literals = at;
      if (at <= lastStart) store<u32>(slotOf(load<u32>(at - 2)), <u32>(at - 2) + shift);
    }
  }
  out = writeLastLiterals(out, limit, literals, end - literals);
  return out == 0 ? 0 : <i32>(out - destination);
}
