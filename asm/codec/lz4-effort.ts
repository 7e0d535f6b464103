import { lz4CompressWithDictionary } from "./lz4-compress";
import { lz4CompressFast } from "./lz4-fast";
import { lz4CompressHigh } from "./lz4-high";

/** How much work compression may be: a writer wants to go on, a copy that is made once and kept wants to be small. */

let isThorough: bool = false;

export function setThorough(thorough: bool): void {
  isThorough = thorough;
}

/** Compresses something small; `prepared` is the prepared dictionary or 0. Answers its length, or 0 if it doesn't fit. */
export function compressPayload(from: usize, length: usize, prepared: usize, target: usize, capacity: usize): i32 {
  return isThorough
    ? lz4CompressHigh(from, length, prepared, target, capacity)
    : lz4CompressWithDictionary(from, length, prepared, target, capacity);
}

/** Work is thorough only where quick work saves 1 / 2^5: of images, archives, ciphertext it makes nothing either, thirty times as slowly. */
const LEAST_SAVING_BITS: usize = 5;

/** Compresses up to 1 MiB of content. Answers its length, or 0 if it doesn't fit into `capacity`. `target` has room for `length` bytes. */
export function compressBlob(from: usize, length: usize, target: usize, capacity: usize): i32 {
  if (!isThorough) return lz4CompressFast(from, length, target, capacity);
  if (lz4CompressFast(from, length, target, length - (length >> LEAST_SAVING_BITS)) == 0) return 0;
  return lz4CompressHigh(from, length, 0, target, capacity);
}
