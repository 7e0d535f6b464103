import { unpackNarrow128 } from "./bitpack-kernel";

/**
 * Blocks of 128 unsigned 32-bit values, each stored with the same number of bits, 0 to 32.
 *
 * Layout ("vertical", four lanes; after Lemire and Boytsov, "Decoding billions of integers per second through
 * vectorization", 2015). Value i belongs to lane `i & 3`, in which it is number `i >> 2`. A lane is a stream of 32
 * values of `bits` bits, lowest bit first, in `bits` little-endian 32-bit words; value number n takes the stream's bits
 * from `n * bits` on, and may cross from one word into the next. Word w of lane l lies at byte `16 * w + 4 * l`. A
 * block takes `16 * bits` bytes, with no padding:
 *
 *   bytes   0..3       4..7       8..11      12..15     16..19
 *           lane 0,    lane 1,    lane 2,    lane 3,    lane 0,    …
 *           word 0     word 0     word 0     word 0     word 1
 *
 * Values in memory are 128 little-endian 32-bit words in order, 512 bytes.
 */
export const BITPACK_VALUES: usize = 128;
const ROWS: u32 = 32;
const VALUES_BYTES: usize = 512;

/** Bits that the largest of the 128 values at `values` needs: 0 to 32. */
export function bitsNeeded128(values: usize): u32 {
  let all = v128.load(values);
  for (let offset: usize = 16; offset < VALUES_BYTES; offset += 16) all = v128.or(all, v128.load(values + offset));
  const pairs = i64x2.extract_lane(all, 0) | i64x2.extract_lane(all, 1);
  return 32 - <u32>clz<u32>(<u32>pairs | <u32>(pairs >> 32));
}

/**
 * Packs the 128 values at `values`, none of which needs more than `bits` bits, and returns the address after them:
 * `destination + 16 * bits`.
 */
export function pack128(values: usize, bits: u32, destination: usize): usize {
  if (bits == 0) return destination;
  let words = i32x4.splat(0);
  let filled: u32 = 0;
  for (let row: u32 = 0; row < ROWS; row++) {
    const value = v128.load(values);
    values += 16;
    words = v128.or(words, i32x4.shl(value, filled));
    filled += bits;
    if (filled >= 32) {
      v128.store(destination, words);
      destination += 16;
      filled -= 32;
      // A shift by 32 would be one by 0.
      words = filled != 0 ? i32x4.shr_u(value, bits - filled) : i32x4.splat(0);
    }
  }
  return destination;
}

/** Unpacks 128 values of `bits` bits to `destination` (512 bytes) and returns the address after what was read. */
export function unpack128(source: usize, bits: u32, destination: usize): usize {
  if (bits == 0) {
    memory.fill(destination, 0, VALUES_BYTES);
    return source;
  }
  if (unpackNarrow128(source, bits, destination)) return source + 16 * <usize>bits;
  const mask = i32x4.splat(<i32>(0xffffffff >>> (32 - bits)));
  let words = v128.load(source);
  source += 16;
  let used: u32 = 0;
  for (const last = destination + VALUES_BYTES - 16; destination < last; destination += 16) {
    let value = i32x4.shr_u(words, used);
    used += bits;
    if (used >= 32) {
      used -= 32;
      words = v128.load(source);
      source += 16;
      if (used != 0) value = v128.or(value, i32x4.shl(words, bits - used));
    }
    v128.store(destination, v128.and(value, mask));
  }
  v128.store(destination, v128.and(i32x4.shr_u(words, used), mask));
  return source;
}

/**
 * Unpacks 128 gaps, each stored less one, and sums them up: value i is value i - 1, or `base` for the first, plus
 * gap i plus 1, modulo 2^32 (a `base` of 0xffffffff lets a list begin with 0). Returns the address after what was read.
 */
export function unpackDeltas128(source: usize, bits: u32, base: u32, destination: usize): usize {
  const next = unpack128(source, bits, destination);
  sumGaps128(destination, base);
  return next;
}

/** Turns the 128 gaps less one at `values` into ascending values. */
function sumGaps128(values: usize, base: u32): void {
  const zero = i32x4.splat(0);
  const ones = i32x4(1, 2, 3, 4);
  let before = i32x4.splat(<i32>base);
  for (const end = values + VALUES_BYTES; values < end; values += 16) {
    let sum = i32x4.add(v128.load(values), v128.shuffle<i32>(zero, v128.load(values), 0, 4, 5, 6));
    sum = i32x4.add(sum, v128.shuffle<i32>(zero, sum, 0, 1, 4, 5));
    sum = i32x4.add(i32x4.add(sum, ones), before);
    v128.store(values, sum);
    before = v128.shuffle<i32>(sum, sum, 3, 3, 3, 3);
  }
}
