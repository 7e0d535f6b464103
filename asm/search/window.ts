import { blockEntry, Cursor } from "./cursor";
import { threshold } from "./top-k";

/**
 * The windows of ordinals that `max-score.ts` goes through, and in each the cursors by the most that they can contribute there: first the
 * optional ones, which together stay below the threshold, then the essential ones.
 */

/**
 * Windows in which several terms are essential have at least so many ordinals for each term, as a window costs some work for each; but
 * no more than this need be.
 */
const ORDINALS_PER_TERM: u32 = 128;
const LARGEST_LEAST_WINDOW: u32 = 4096;

/** u32 addresses of the cursors that have postings left: in the window at hand, by ascending bounds. */
let order: usize = 0;
export let cursorCount: u32 = 0;
/** Sums of the window's bounds, i64 each: of the cursors before the one at an index. */
let sums: usize = 0;
/** Index of the first essential cursor; the number of cursors if there is none. */
export let firstEssential: u32 = 0;
/** The ordinals of the window at hand: from the first on, before the second. */
export let windowStart: u32 = 0;
export let windowEnd: u32 = 0;
let recordCount: u32 = 0;

/** The cursor at an index, by ascending bounds. */
export function cursorOf(index: u32): Cursor {
  return changetype<Cursor>(<usize>load<u32>(order + ((<usize>index) << 2)));
}

/** The most that the optional cursors before `index` contribute together. */
export function sumBefore(index: u32): i64 {
  return load<i64>(sums + ((<usize>index) << 3));
}

/**
 * Starts with `count` open cursors, whose u32 addresses are at `cursors`, over a part of `records` records. `boundSums` has room for an i64 for
 * each and one more. The cursors are in the order of their bounds in the whole part.
 */
export function startWindows(cursors: usize, count: u32, boundSums: usize, records: u32): void {
  order = cursors;
  cursorCount = count;
  sums = boundSums;
  recordCount = records;
  windowStart = 0;
  windowEnd = 0;
  for (let i: u32 = 0; i < cursorCount; i++) cursorOf(i).windowBound = cursorOf(i).bound;
  sortByBound();
}

/** Finds the next window, with the order and bounds of the cursors in it. False when no cursor has anything left. */
export function findWindow(): bool {
  windowStart = windowEnd;
  dropFinished();
  if (cursorCount == 0) return false;
  // The blocks of the terms that mattered last decide how far bounds hold.
  const first = min<u32>(firstEssential, cursorCount - 1);
  let end = recordCount;
  for (let i = first; i < cursorCount; i++) {
    const c = cursorOf(i);
    end = min<u32>(end, blockEntry(c, c.windowBlock).last + 1);
  }
  if (cursorCount - first > 1) {
    const least = min<u32>(cursorCount * ORDINALS_PER_TERM, LARGEST_LEAST_WINDOW);
    end = max<u32>(end, <u32>min<u64>(<u64>windowStart + least, recordCount));
  }
  windowEnd = end;
  for (let i: u32 = 0; i < cursorCount; i++) boundWindow(cursorOf(i));
  sortByBound();
  return true;
}

/** Moves each cursor's block to the window; leaves out those without a posting in it or behind. */
function dropFinished(): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < cursorCount; i++) {
    const c = cursorOf(i);
    let block = c.windowBlock;
    while (block < c.blocks && blockEntry(c, block).last < windowStart) block++;
    c.windowBlock = block;
    if (block == c.blocks) continue;
    store<u32>(order + ((<usize>kept) << 2), <u32>changetype<usize>(c));
    kept++;
  }
  cursorCount = kept;
}

/** Finds the greatest bound of a cursor's blocks in the window. */
function boundWindow(c: Cursor): void {
  let block = c.windowBlock;
  let entry = blockEntry(c, block);
  let bound = entry.bound;
  while (entry.last + 1 < windowEnd && block + 1 < c.blocks) {
    block++;
    entry = blockEntry(c, block);
    bound = max<i64>(bound, entry.bound);
  }
  c.windowBound = bound;
}

/** Orders the cursors by their bounds in the window and finds which are essential. */
function sortByBound(): void {
  for (let i: u32 = 1; i < cursorCount; i++) {
    const c = cursorOf(i);
    const bound = c.windowBound;
    let at = i;
    while (at > 0 && cursorOf(at - 1).windowBound > bound) {
      store<u32>(order + ((<usize>at) << 2), load<u32>(order + ((<usize>(at - 1)) << 2)));
      at--;
    }
    store<u32>(order + ((<usize>at) << 2), <u32>changetype<usize>(c));
  }
  let sum: i64 = 0;
  firstEssential = 0;
  for (let i: u32 = 0; i < cursorCount; i++) {
    store<i64>(sums + ((<usize>i) << 3), sum);
    sum += cursorOf(i).windowBound;
    if (sum < threshold) firstEssential = i + 1;
  }
  store<i64>(sums + ((<usize>cursorCount) << 3), sum);
}
