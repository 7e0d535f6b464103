import { unpack128, unpackDeltas128 } from "../codec/bitpack";
import { BLOCK_HEADER_BYTES } from "./postings";

/**
 * Reading blocks of postings (docs/format.md 7.4) into arrays of u32. Segments come from files that anyone may have made:
 * what decodes has ascending ordinals below the caller's limit and frequencies of at most 65,535, or isn't decoded.
 *
 * Arrays have room for 128 numbers, 512 bytes, each.
 */

/** Gaps of at most this many bits can't pass 2^32 within a block. */
const SAFE_GAP_BITS: u32 = 25;
const MAX_TF_BITS: u32 = 16;
const BLOCK_BYTES: usize = 512;

/**
 * Decodes the full block at `source`, which ends before `end`, to ordinals and frequencies. `previous` is the ordinal before
 * it, 2^32 - 1 before the first; ordinals have to be below `limit`. Returns the address after the block; 0 if it is malformed.
 */
export function decodeFullBlock(
  source: usize,
  end: usize,
  previous: u32,
  limit: u32,
  ordinals: usize,
  titleTfs: usize,
  bodyTfs: usize,
): usize {
  if (end - source < BLOCK_HEADER_BYTES) return 0;
  const gapBits = <u32>load<u8>(source);
  const titleBits = <u32>load<u8>(source, 1);
  const bodyBits = <u32>load<u8>(source, 2);
  if (gapBits > 32 || titleBits > MAX_TF_BITS || bodyBits > MAX_TF_BITS) return 0;
  if (end - source - BLOCK_HEADER_BYTES < (<usize>(gapBits + titleBits + bodyBits)) << 4) return 0;
  let at = unpackDeltas128(source + BLOCK_HEADER_BYTES, gapBits, previous, ordinals);
  at = unpack128(at, titleBits, titleTfs);
  at = unpack128(at, bodyBits, bodyTfs);
  const last = load<u32>(ordinals, BLOCK_BYTES - 4);
  if (last >= limit) return 0;
  // Counted from `previous + 1`, which turns the -1 before the first into 0, a sum below 2^32 that wrapped is below where it began.
  if (gapBits <= SAFE_GAP_BITS ? last < previous + 1 : !ascends(ordinals, previous)) return 0;
  return at;
}

function ascends(ordinals: usize, previous: u32): bool {
  if (load<u32>(ordinals) < previous + 1) return false;
  for (let i: usize = 4; i < BLOCK_BYTES; i += 4) {
    if (load<u32>(ordinals + i) <= load<u32>(ordinals + i - 4)) return false;
  }
  return true;
}

/** Whether some posting of a full block has neither a title nor a body frequency, which no writer makes. */
export function hasEmptyPosting(titleTfs: usize, bodyTfs: usize): bool {
  const zero = i32x4.splat(0);
  let empty = zero;
  for (let i: usize = 0; i < BLOCK_BYTES; i += 16) {
    empty = v128.or(empty, i32x4.eq(v128.or(v128.load(titleTfs + i), v128.load(bodyTfs + i)), zero));
  }
  return v128.any_true(empty);
}

/** Where the slow path reads, and where the source ends. */
let position: usize = 0;
let sourceEnd: usize = 0;

/**
 * Decodes `count` postings, at most 128, of a remainder block at `source`, which ends before `end`. `previous` and `limit` as
 * for a full block. Returns the address after them; 0 if they are malformed.
 */
export function decodeRemainder(
  source: usize,
  end: usize,
  count: u32,
  previous: u32,
  limit: u32,
  ordinals: usize,
  titleTfs: usize,
  bodyTfs: usize,
): usize {
  sourceEnd = end;
  // One more than the ordinal before, so that the list's start is 0.
  let next = <u64>(previous + 1);
  let at = source;
  const arrayEnd = (<usize>count) << 2;
  for (let i: usize = 0; i < arrayEnd; i += 4) {
    let gap: u64;
    // Nearly all postings are in the body alone and take a head of one or two bytes and a frequency of none or one. Which they take
    // can't be predicted, so that they are read without a branch.
    const word = at + 4 <= end ? load<u32>(at) : 0xffffffff;
    const isLong = (word >> 7) & 1;
    const head = (word & 0x7f) | ((word >> 1) & 0x3f80 & (0 - isLong));
    const hasTf = head & 1;
    const tf = (word >> (8 + (isLong << 3))) & 0xff;
    if (((head & 2) | (isLong & (word >> 15)) | (hasTf & (tf >> 7))) == 0) {
      store<u32>(titleTfs + i, 0);
      store<u32>(bodyTfs + i, 1 + hasTf * (tf + 1));
      gap = <u64>(head >> 2);
      at += <usize>(1 + isLong + hasTf);
    } else {
      position = at;
      const wide = readNumber();
      if (!readFrequencies(<u32>wide & 3, titleTfs + i, bodyTfs + i)) return 0;
      gap = wide >> 2;
      at = position;
    }
    const ordinal = next + gap;
    if (ordinal >= <u64>limit) return 0;
    store<u32>(ordinals + i, <u32>ordinal);
    next = ordinal + 1;
  }
  return at;
}

/** False if they are out of range. */
function readFrequencies(code: u32, titleTf: usize, bodyTf: usize): bool {
  if (code == 0) {
    store<u32>(titleTf, 0);
    store<u32>(bodyTf, 1);
    return true;
  }
  if (code == 2) {
    store<u32>(titleTf, 1);
    store<u32>(bodyTf, 0);
    return true;
  }
  const title: u64 = code == 1 ? 0 : readNumber();
  const body: u64 = code == 1 ? readNumber() + 2 : readNumber();
  store<u32>(titleTf, <u32>title);
  store<u32>(bodyTf, <u32>body);
  return title <= 0xffff && body <= 0xffff && (title | body) != 0;
}

/** A varint of at most five bytes, 35 bits; one that is cut short or longer reads as a number beyond all limits. */
function readNumber(): u64 {
  let at = position;
  if (at < sourceEnd) {
    const first = <u64>load<u8>(at);
    if (first < 0x80) {
      position = at + 1;
      return first;
    }
  }
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 35 && at < sourceEnd; shift += 7) {
    const byte = <u64>load<u8>(at);
    at++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      position = at;
      return value;
    }
  }
  return (<u64>1) << 40;
}
