import { commonPrefix } from "../bytes/search";
import { candidateKey, dictionaryEnd, dictionaryKey, dictionaryLength, dictionaryStart } from "./lz4-dictionary";
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
 * Compression to LZ4 blocks in one pass: at each position the latest places with the same first bytes are tried, in the
 * input and in the dictionary; a short match is given up for a longer one that begins a byte later ("lazy").
 *
 * The tables are never cleared between calls: positions of each input are numbered from where the last call's ended, so
 * that older entries are recognised and count as empty. What is written depends on the input and the dictionary alone.
 */
const MIN_TABLE_BITS: u32 = 9;
const MAX_TABLE_BITS: u32 = 14;
const TABLE_BYTES: usize = 65536;
/** Latest position for each hash of four bytes and, in inputs that aren't small, of eight. */
const table4: usize = memory.data(65536, 16);
const table8: usize = memory.data(65536, 16);
const SMALL_INPUT: usize = 1024;

/** Number of the first position of the next input. */
let nextNumber: u32 = 1;

/** After so many positions without a match, as a power of two, the step between positions grows by one. */
const SKIP_BITS: u32 = 6;
/** Keys of matches of eight bytes and more, which are taken without a look at the next position. */
const GOOD_ENOUGH: u32 = 8 << 20;

// The input at hand.
let source: usize = 0;
let dictionary: usize = 0;
/** Number of the first position. */
let firstNumber: u32 = 0;
/** What makes a position's number of its address. */
let numberShift: u32 = 0;
/** 64 less the bits of the tables' hashes. */
let hashShift: u64 = 0;
/** Whether the table for eight bytes is used. */
let usesTable8: bool = false;
/** Where matches must end. */
let matchLimit: usize = 0;
/** Last address where sixteen bytes can be read. */
let lastWide: usize = 0;

/** Stand-ins for sixteen bytes that would go beyond the input's end. */
const paddedWanted: usize = memory.data(16, 16);
const paddedPlace: usize = memory.data(16, 16);

/** Makes `length` bytes at `from` the input at hand. */
function startInput(from: usize, length: usize, prepared: usize): void {
  if (<u32>length > 0xffffffff - nextNumber) {
    memory.fill(table4, 0, TABLE_BYTES);
    memory.fill(table8, 0, TABLE_BYTES);
    nextNumber = 1;
  }
  source = from;
  dictionary = prepared != 0 && dictionaryLength(prepared) != 0 ? prepared : 0;
  firstNumber = nextNumber;
  nextNumber += <u32>length;
  numberShift = firstNumber - <u32>from;
  // Short inputs use a part of the tables that stays in the processor's first cache.
  hashShift = 64 - <u64>max<u32>(min<u32>(MAX_TABLE_BITS, 32 - clz<u32>(<u32>length)), MIN_TABLE_BITS);
  usesTable8 = length > SMALL_INPUT;
  matchLimit = from + length - LAST_LITERALS;
  lastWide = from + length - 16;
}

function slot4(eight: u64): usize {
  return table4 + ((<usize>(((eight << 32) * 0x9e3779b185ebca87) >> hashShift)) << 2);
}

function slot8(eight: u64): usize {
  return table8 + ((<usize>((eight * 0x9e3779b185ebca87) >> hashShift)) << 2);
}

/** `at`, or if sixteen bytes there go beyond the input's end, the twelve that don't and zeros, in `padded`. */
function wideAt(at: usize, padded: usize): usize {
  if (at <= lastWide) return at;
  store<u64>(padded, load<u64>(at));
  store<u32>(padded, load<u32>(at, 8), 8);
  return padded;
}

/** Enters `at` at `entry` of a table and returns the key of the place that was there. */
function replaceEntry(entry: usize, at: usize, wanted: usize, rank: u32): u32 {
  const number = load<u32>(entry);
  store<u32>(entry, <u32>at + numberShift);
  // What another input entered isn't a place: `source` stands in for it, and the key is dropped.
  const known = number >= firstNumber;
  const place = known ? <usize>(number - numberShift) : source;
  const key = candidateKey(wanted, wideAt(place, paddedPlace), rank, at - place);
  return known ? key : 0;
}

/** Enters `at` in the tables and returns the key of the best earlier place. */
function enterAndSearch(at: usize): u32 {
  const wanted = wideAt(at, paddedWanted);
  const eight = load<u64>(at);
  let key = replaceEntry(slot4(eight), at, wanted, 0);
  if (usesTable8) key = max<u32>(key, replaceEntry(slot8(eight), at, wanted, 3));
  const distance = at - source;
  if (dictionary != 0 && distance < MAX_OFFSET) key = max<u32>(key, dictionaryKey(dictionary, wanted, distance));
  return key;
}

/** Enters every second position that a match covers, fewer if it is long. */
function enterMatched(from: usize, to: usize): void {
  const step: usize = 2 + ((to - from) >> 7);
  const end = min<usize>(to, matchLimit + LAST_LITERALS - 7);
  for (; from < end; from += step) {
    const eight = load<u64>(from);
    store<u32>(slot4(eight), <u32>from + numberShift);
    if (usesTable8) store<u32>(slot8(eight), <u32>from + numberShift);
  }
}

/** Address of what lies `offset` bytes before `at`, in the input or the dictionary. */
function addressBefore(at: usize, offset: usize): usize {
  const distance = at - source;
  return offset <= distance ? at - offset : dictionaryEnd(dictionary) - (offset - distance);
}

/** Length of the match that `key` describes, at `at`. */
function matchLength(at: usize, key: u32): usize {
  const found = <usize>(key >> 20);
  const most = matchLimit - at;
  if (found < 16 || most <= 16) return min<usize>(found, most);
  const offset = <usize>(key & 0xffff);
  const distance = at - source;
  // A match that begins in the dictionary ends there.
  const reach = offset <= distance ? most : min<usize>(most, offset - distance);
  return 16 + commonPrefix(addressBefore(at, offset) + 16, at + 16, reach - 16);
}

/** How many bytes before `at`, down to `lowest`, equal those `offset` bytes before them. */
function matchBackwards(at: usize, offset: usize, lowest: usize): usize {
  const from = addressBefore(at, offset);
  const available = from - (offset <= at - source ? source : dictionaryStart(dictionary));
  const most = min<usize>(available, at - lowest);
  // Seldom more than a few: eight at once. What may lie before the input is read, but not counted.
  let matched = min<usize>(most, <usize>(clz<u64>(load<u64>(at - 8) ^ load<u64>(from - 8)) >> 3));
  if (matched < 8) return matched;
  while (matched < most && load<u8>(at - 1 - matched) == load<u8>(from - 1 - matched)) matched++;
  return matched;
}

/** The most that `length` bytes can take when compressed. */
export function lz4CompressBound(length: usize): usize {
  return length + length / 255 + 16;
}

/**
 * Compresses `length` bytes at `from` into at most `capacity` bytes at `destination`, and returns how many bytes that
 * took, or 0 if they don't fit: a capacity below `length` asks for a result only if it gains.
 */
export function lz4Compress(from: usize, length: usize, destination: usize, capacity: usize): i32 {
  return lz4CompressWithDictionary(from, length, 0, destination, capacity);
}

/** As `lz4Compress`, with a prepared dictionary (0 for none) that decompression needs, too. */
export function lz4CompressWithDictionary(
  from: usize,
  length: usize,
  prepared: usize,
  destination: usize,
  capacity: usize,
): i32 {
  if (length > LZ4_MAX_INPUT) return 0;
  const end = from + length;
  const limit = destination + capacity;
  let out = destination;
  let literals = from;
  if (length > MATCH_START_LIMIT) {
    startInput(from, length, prepared);
    const lastStart = end - MATCH_START_LIMIT;
    let at = from;
    let tried: u32 = 0;
    while (at <= lastStart) {
      let key = enterAndSearch(at);
      let matchAt = at;
      if (key < GOOD_ENOUGH && at < lastStart) {
        // A match that begins a byte later must make up for it.
        at++;
        const nextKey = enterAndSearch(at);
        if (<i32>nextKey - (1 << 20) > <i32>key) {
          key = nextKey;
          matchAt = at;
        }
      }
      at++;
      if (key < (<u32>MIN_MATCH) << 20) {
        at += <usize>(tried >> SKIP_BITS);
        tried++;
        continue;
      }
      const offset = <usize>(key & 0xffff);
      const matchEnd = matchAt + matchLength(matchAt, key);
      const start = matchAt - matchBackwards(matchAt, offset, literals);
      out = writeSequence(out, limit, literals, start - literals, end, offset, matchEnd - start);
      if (out == 0) return 0;
      enterMatched(at, matchEnd);
      at = matchEnd;
      literals = matchEnd;
      tried = 0;
    }
  }
  out = writeLastLiterals(out, limit, literals, end - literals);
  return out == 0 ? 0 : <i32>(out - destination);
}
