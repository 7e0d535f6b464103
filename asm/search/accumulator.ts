/**
 * Scores of the documents of a range of ordinals, while terms add to them one after another.
 */

/** Ordinals in the range: 16 KiB of scores, half of a common first-level cache. */
export const RANGE: u32 = 2048;

/** i64 each. Zero between uses. */
export const scores: usize = memory.data(16384, 64);
/** Which ordinals some term added to: bit i of the u64 at 8 × ⌊i / 64⌋. Zero between uses. */
export const touched: usize = memory.data(256, 64);
export const TOUCHED_BYTES: usize = 256;

/** Clears all: for a range that was left half done. */
export function clearRange(): void {
  memory.fill(scores, 0, (<usize>RANGE) << 3);
  memory.fill(touched, 0, TOUCHED_BYTES);
}
