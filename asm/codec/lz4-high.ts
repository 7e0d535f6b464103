import { commonPrefix } from "../bytes/search";
import {
  dictionaryEnd,
  dictionaryHead,
  dictionaryLength,
  dictionaryLongPosition,
  dictionaryNext,
  dictionaryStart,
} from "./lz4-dictionary";
import {
  extraLengthBytes,
  LAST_LITERALS,
  LZ4_MAX_INPUT,
  MATCH_START_LIMIT,
  MAX_OFFSET,
  MIN_MATCH,
  writeLastLiterals,
  writeSequence,
} from "./lz4-sequence";

/**
 * Slow compression to small LZ4 blocks: the longest match at every position, by hash chains, and the cheapest sequence
 * of matches and literals through them, by dynamic programming over segments of the input.
 *
 * As in `lz4-compress.ts`, positions are numbered on from call to call, so that nothing earlier is taken for this
 * input's.
 */
const TABLE_BITS: u32 = 15;
const TABLE_BYTES: usize = 131072;
/** Number of the latest position for each hash of four bytes. */
const heads: usize = memory.data(131072, 16);
/**
 * For each position, modulo 65536, how far back the one before it with the same hash is (u16); 0 if there is none in
 * reach.
 */
const chain: usize = memory.data(131072, 16);
/** Candidates tried at a position, in the input and in the dictionary each. */
const MAX_TRIED: u32 = 32;
/** A match as long as this is taken as it is. */
const LONG_ENOUGH: usize = 256;

/** Positions to which the cheapest path is found at once. */
const SEGMENT: usize = 4096;
/**
 * The cheapest known way to each position of a segment: u32 price in bytes, u32 literals since the last match, u32
 * length of the last step (1 for a literal), u32 offset of the last step's match.
 */
const ways: usize = memory.data(65552, 16);
const RUN: usize = 4;
const STEP: usize = 8;
const OFFSET: usize = 12;

let nextNumber: u32 = 1;

// The input at hand.
let source: usize = 0;
let dictionary: usize = 0;
let firstNumber: u32 = 0;
let numberShift: u32 = 0;
let matchLimit: usize = 0;

// The longest match at the position searched last.
let bestLength: usize = 0;
let bestOffset: usize = 0;

// What is being written.
let out: usize = 0;
let outLimit: usize = 0;
/** First byte that isn't written yet. */
let literals: usize = 0;

function startInput(from: usize, length: usize, prepared: usize): void {
  if (<u32>length > 0xffffffff - nextNumber) {
    memory.fill(heads, 0, TABLE_BYTES);
    nextNumber = 1;
  }
  source = from;
  dictionary = prepared != 0 && dictionaryLength(prepared) != 0 ? prepared : 0;
  firstNumber = nextNumber;
  nextNumber += <u32>length;
  numberShift = firstNumber - <u32>from;
  matchLimit = from + length - LAST_LITERALS;
}

function headOf(at: usize): usize {
  return heads + ((<usize>((load<u32>(at) * 2654435761) >>> (32 - TABLE_BITS))) << 2);
}

function chainOf(at: usize): usize {
  return chain + (((at - source) & 0xffff) << 1);
}

/** Enters `at` as the latest position of its hash. */
function enter(at: usize): void {
  const head = headOf(at);
  const number = load<u32>(head);
  const back = <u32>at + numberShift - number;
  store<u16>(chainOf(at), number >= firstNumber && back <= <u32>MAX_OFFSET ? <u16>back : 0);
  store<u32>(head, <u32>at + numberShift);
}

/** Takes the candidate at `place`, `offset` back, if it matches longer than the best; `most` is the longest it may. */
function tryPlace(at: usize, place: usize, offset: usize, most: usize): void {
  // The four bytes that a longer match must have last, or first.
  const check: usize = bestLength < MIN_MATCH ? 0 : bestLength - 3;
  if (most <= bestLength || load<u32>(place + check) != load<u32>(at + check)) return;
  const length = commonPrefix(place, at, most);
  if (length > bestLength) {
    bestLength = length;
    bestOffset = offset;
  }
}

/** Tries the input's own positions with the hash of `at`, which is entered. */
function searchInput(at: usize, most: usize): void {
  let place = at;
  for (let tried: u32 = 0; tried < MAX_TRIED && bestLength < most; tried++) {
    const back = <usize>load<u16>(chainOf(place));
    if (back == 0) return;
    place -= back;
    if (at - place > MAX_OFFSET) return;
    tryPlace(at, place, at - place, most);
  }
}

/**
 * Tries the dictionary's positions: the likely longest, which saves most of the way along the chain, then the chain's.
 */
function searchDictionary(at: usize, most: usize): void {
  const start = dictionaryStart(dictionary);
  const end = dictionaryEnd(dictionary);
  const distance = at - source;
  const longPlace = start + dictionaryLongPosition(dictionary, at);
  const longOffset = distance + (end - longPlace);
  if (longOffset <= MAX_OFFSET) tryPlace(at, longPlace, longOffset, min<usize>(most, end - longPlace));
  let position = dictionaryHead(dictionary, at);
  for (let tried: u32 = 0; tried < MAX_TRIED && bestLength < most && position != 0; tried++) {
    const place = start + position;
    const offset = distance + (end - place);
    if (offset > MAX_OFFSET) return;
    tryPlace(at, place, offset, min<usize>(most, end - place));
    position = dictionaryNext(dictionary, position);
  }
}

/** Enters `at` and finds its longest match; `bestLength` is 0 if there is none. */
function search(at: usize): void {
  bestLength = 0;
  enter(at);
  const most = matchLimit - at;
  searchInput(at, most);
  if (dictionary != 0 && bestLength < LONG_ENOUGH && at - source < MAX_OFFSET) searchDictionary(at, most);
  if (bestLength < MIN_MATCH) bestLength = 0;
}

function wayTo(index: usize): usize {
  return ways + (index << 4);
}

/** Notes a way to a position, if it is cheaper than the known one. */
function offerWay(way: usize, price: u32, run: u32, step: usize, offset: usize): void {
  if (price >= load<u32>(way)) return;
  store<u32>(way, price);
  store<u32>(way, run, RUN);
  store<u32>(way, <u32>step, STEP);
  store<u32>(way, <u32>offset, OFFSET);
}

/**
 * Offers the ways that go on from position `index` of a segment: by a literal, and by every length of the match found.
 */
function offerSteps(index: usize, count: usize): void {
  const way = wayTo(index);
  const price = load<u32>(way);
  const run = load<u32>(way, RUN) + 1;
  const extra = <u32>(extraLengthBytes(run) - extraLengthBytes(run - 1));
  offerWay(wayTo(index + 1), price + 1 + extra, run, 1, 0);
  const longest = min<usize>(bestLength, count - index);
  for (let length = MIN_MATCH; length <= longest; length++) {
    const matchPrice = price + 3 + <u32>extraLengthBytes(length - MIN_MATCH);
    offerWay(wayTo(index + length), matchPrice, 0, length, bestOffset);
  }
}

/** Writes the literals before `at` and a match there. False if they don't fit. */
function writeMatch(at: usize, length: usize, offset: usize): bool {
  const end = matchLimit + LAST_LITERALS;
  out = writeSequence(out, outLimit, literals, at - literals, end, offset, length);
  literals = at + length;
  return out != 0;
}

/** Writes the matches of the cheapest way from `from` to position `last` of its segment. False if they don't fit. */
function writeWay(from: usize, last: usize): bool {
  // Turn the steps around: each position's step becomes the one that leaves it.
  let step = load<u32>(wayTo(last), STEP);
  let offset = load<u32>(wayTo(last), OFFSET);
  for (let index = last; index > 0; ) {
    index -= step;
    const way = wayTo(index);
    const stepBefore = load<u32>(way, STEP);
    const offsetBefore = load<u32>(way, OFFSET);
    store<u32>(way, step, STEP);
    store<u32>(way, offset, OFFSET);
    step = stepBefore;
    offset = offsetBefore;
  }
  for (let index: usize = 0; index < last; ) {
    const length = <usize>load<u32>(wayTo(index), STEP);
    const matchOffset = <usize>load<u32>(wayTo(index), OFFSET);
    if (matchOffset != 0 && !writeMatch(from + index, length, matchOffset)) return false;
    index += length;
  }
  return true;
}

/**
 * Compresses one segment from `from` on and returns where the next begins, or 0 if the result doesn't fit.
 * `lastStart` is where the last match may begin.
 */
function compressSegment(from: usize, lastStart: usize): usize {
  const count = min<usize>(SEGMENT, matchLimit - from);
  memory.fill(ways, 0xff, (count + 1) << 4);
  store<u32>(ways, 0);
  store<u32>(ways, <u32>(from - literals), RUN);
  let index: usize = 0;
  for (; index < count; index++) {
    bestLength = 0;
    if (from + index <= lastStart) search(from + index);
    if (bestLength >= LONG_ENOUGH) break;
    offerSteps(index, count);
  }
  const longLength = index < count ? bestLength : 0;
  const longOffset = bestOffset;
  if (!writeWay(from, index)) return 0;
  if (longLength == 0) return from + index;
  const at = from + index;
  if (!writeMatch(at, longLength, longOffset)) return 0;
  for (let inside = at + 1; inside < literals && inside <= lastStart; inside++) enter(inside);
  return literals;
}

/**
 * As `lz4CompressWithDictionary` (`prepared` is 0 for no dictionary), many times slower and smaller: for what is
 * written once and kept.
 */
export function lz4CompressHigh(from: usize, length: usize, prepared: usize, destination: usize, capacity: usize): i32 {
  if (length > LZ4_MAX_INPUT) return 0;
  const end = from + length;
  out = destination;
  outLimit = destination + capacity;
  literals = from;
  if (length > MATCH_START_LIMIT) {
    startInput(from, length, prepared);
    const lastStart = end - MATCH_START_LIMIT;
    let at = from;
    while (at < matchLimit) {
      at = compressSegment(at, lastStart);
      if (at == 0) return 0;
    }
  }
  out = writeLastLiterals(out, outLimit, literals, end - literals);
  return out == 0 ? 0 : <i32>(out - destination);
}
