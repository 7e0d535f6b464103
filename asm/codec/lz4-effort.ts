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

/** Compresses up to 1 MiB of content. Answers its length, or 0 if it doesn't fit. */
export function compressBlob(from: usize, length: usize, target: usize, capacity: usize): i32 {
  return isThorough
    ? lz4CompressHigh(from, length, 0, target, capacity)
    : lz4CompressFast(from, length, target, capacity);
}
