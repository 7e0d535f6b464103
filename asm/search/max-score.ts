import { fieldLength } from "../segment/columns";
import { clearSegmentStatus, segmentStatus } from "../segment/pages";
import { OK } from "../status";
import { clearRange, RANGE, scores, touched, TOUCHED_BYTES } from "./accumulator";
import { contribution, saturation } from "./bm25";
import { advance, BlockEntry, blockEntry, clearCursorStatus, Cursor, cursorStatus, decodeBlock, NO_MORE } from "./cursor";
import { documentLength, PartView, shows } from "./part-view";
import { offerHit, threshold } from "./top-k";

/**
 * Finds the best hits of a part without looking at all postings: MaxScore (Turtle and Flood, "Query evaluation: strategies and
 * optimizations", 1995) over windows of ordinals, with bounds from the blocks in them (Ding and Suel, "Faster top-k document retrieval
 * using block-max indexes", 2011; windows as in Apache Lucene's MaxScoreBulkScorer).
 *
 * In each window the terms are ordered by the most that they can contribute there. As many of the lesser ones as together stay below the
 * threshold are *optional*: a document that holds no other term can't be a hit. The others are *essential*: the documents that hold one
 * are gone through, and the optional terms looked up for those that may still reach the threshold.
 *
 * A document is left out only if a bound of its score is less than the threshold: one that could tie is scored, and its URI decides.
 */

/** Windows in which several terms are essential have at least so many ordinals: a window costs some work for each term. */
const LEAST_WINDOW: u32 = 1024;

let part: PartView = changetype<PartView>(0);
/** u32 addresses of the cursors that have postings left: in the window at hand, by ascending bounds. */
let order: usize = 0;
let count: u32 = 0;
/** Sums of the window's bounds, i64 each: of the cursors before the one at an index. */
let sums: usize = 0;
/** Index of the first essential cursor. */
let firstEssential: u32 = 0;
let windowStart: u32 = 0;
let windowEnd: u32 = 0;
/** The first failure to take a hit. */
let offerStatus: i32 = OK;
/** Documents scored since the instance started: what pruning saves can be seen in it. */
export let documentsScored: u32 = 0;

function cursorOf(index: u32): Cursor {
  return changetype<Cursor>(<usize>load<u32>(order + (<usize>index << 2)));
}

/** The most that the optional cursors before `index` contribute together. */
function sumBefore(index: u32): i64 {
  return load<i64>(sums + (<usize>index << 3));
}

/**
 * Offers the best hits of a part. `cursors` are the addresses (u32) of `cursorCount` open cursors; `boundSums` has room for an i64 for each and
 * one more. OK or a status.
 */
export function collectHits(view: PartView, cursors: usize, cursorCount: u32, boundSums: usize): i32 {
  part = view;
  order = cursors;
  count = cursorCount;
  sums = boundSums;
  offerStatus = OK;
  clearCursorStatus();
  windowStart = 0;
  for (let i: u32 = 0; i < count; i++) cursorOf(i).windowBound = cursorOf(i).bound;
  sortByBound();
  while (findWindow()) {
    if (firstEssential + 1 == count) scanSingle();
    else if (firstEssential < count) scanSeveral();
    const status = statusSoFar();
    if (status != OK) {
      clearRange();
      return status;
    }
    windowStart = windowEnd;
  }
  return statusSoFar();
}

function statusSoFar(): i32 {
  if (cursorStatus != OK) return cursorStatus;
  return offerStatus != OK ? offerStatus : segmentStatus;
}

/** Finds the next window, with the order and bounds of the cursors in it. False when no cursor has anything left. */
function findWindow(): bool {
  dropFinished();
  if (count == 0) return false;
  // The blocks of the terms that mattered last decide how far bounds hold.
  const first = min<u32>(firstEssential, count - 1);
  let end = part.recordCount;
  for (let i = first; i < count; i++) {
    const c = cursorOf(i);
    end = min<u32>(end, blockEntry(c, c.windowBlock).last + 1);
  }
  if (count - first > 1) end = max<u32>(end, min<u32>(windowStart + LEAST_WINDOW, part.recordCount));
  windowEnd = end;
  for (let i: u32 = 0; i < count; i++) boundWindow(cursorOf(i));
  sortByBound();
  return true;
}

/** Moves each cursor's block to the window; leaves out those without a posting in it or behind. */
function dropFinished(): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const c = cursorOf(i);
    let block = c.windowBlock;
    while (block < c.blocks && blockEntry(c, block).last < windowStart) block++;
    c.windowBlock = block;
    if (block == c.blocks) continue;
    store<u32>(order + (<usize>kept << 2), <u32>changetype<usize>(c));
    kept++;
  }
  count = kept;
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
  for (let i: u32 = 1; i < count; i++) {
    const c = cursorOf(i);
    const bound = c.windowBound;
    let at = i;
    while (at > 0 && cursorOf(at - 1).windowBound > bound) {
      store<u32>(order + (<usize>at << 2), load<u32>(order + (<usize>(at - 1) << 2)));
      at--;
    }
    store<u32>(order + (<usize>at << 2), <u32>changetype<usize>(c));
  }
  let sum: i64 = 0;
  firstEssential = 0;
  for (let i: u32 = 0; i < count; i++) {
    store<i64>(sums + (<usize>i << 3), sum);
    sum += cursorOf(i).windowBound;
    if (sum < threshold) firstEssential = i + 1;
  }
  store<i64>(sums + (<usize>count << 3), sum);
}

/** What a cursor's posting at hand contributes. */
function scorePosting(c: Cursor): i64 {
  const at = <usize>c.at;
  const titleTf = load<u32>(c.titleTfs + at);
  const bodyTf = load<u32>(c.bodyTfs + at);
  const titleLength = titleTf != 0 ? documentLength(part, 0, c.ordinal) : 0;
  const bodyLength = bodyTf != 0 ? documentLength(part, 1, c.ordinal) : 0;
  return contribution(c.weight, saturation(titleTf, bodyTf, titleLength, bodyLength));
}

/** Goes through the documents of the window's only essential cursor. */
function scanSingle(): void {
  const c = cursorOf(firstEssential);
  const optional = sumBefore(firstEssential);
  advance(c, windowStart);
  while (c.ordinal < windowEnd) {
    const ordinal = c.ordinal;
    if (shows(part, ordinal)) {
      documentsScored++;
      const score = scorePosting(c);
      if (score + optional >= threshold) completeScore(ordinal, score);
    }
    c.at += 4;
    if (c.at < c.end) c.ordinal = load<u32>(c.ordinals + c.at);
    else {
      c.ordinal = ordinal + 1;
      if (c.ordinal < windowEnd) advance(c, c.ordinal);
    }
  }
}

/** Adds what optional terms contribute, as long as the score can still reach the threshold, and offers the hit if it does. */
function completeScore(ordinal: u32, essentialScore: i64): void {
  let score = essentialScore;
  for (let i = firstEssential; i > 0; i--) {
    if (score + sumBefore(i) < threshold) return;
    const c = cursorOf(i - 1);
    if (c.at >= c.end || c.ordinal < ordinal) {
      // The bound of the very block that would hold the document is tighter than the window's.
      const block = blockOf(c, ordinal);
      if (block == c.blocks) continue;
      if (score + sumBefore(i - 1) + blockEntry(c, block).bound < threshold) return;
      advance(c, ordinal);
    }
    if (c.ordinal == ordinal) score += scorePosting(c);
  }
  if (score >= threshold) {
    const status = offerHit(score, part.firstRecord + ordinal);
    if (status != OK) offerStatus = status;
  }
}

/** The block that holds an ordinal of the window, if any does; the number of blocks if there is none left. */
function blockOf(c: Cursor, ordinal: u32): u32 {
  let block = c.windowBlock;
  while (block < c.blocks && blockEntry(c, block).last < ordinal) block++;
  c.windowBlock = block;
  return block;
}

/** Goes through the documents of several essential cursors: first adds up what these contribute, then completes. */
function scanSeveral(): void {
  for (let base = windowStart; base < windowEnd; ) {
    const end = min<u32>(windowEnd, base > NO_MORE - RANGE ? NO_MORE : base + RANGE);
    for (let i = firstEssential; i < count; i++) addPostings(cursorOf(i), base, end);
    completeRange(base);
    base = end;
  }
}

/** Adds what a cursor's postings from `base` on, before `end`, contribute. */
function addPostings(c: Cursor, base: u32, end: u32): void {
  advance(c, base);
  while (c.ordinal < end) {
    const index = c.ordinal - base;
    const place = scores + (<usize>index << 3);
    store<i64>(place, load<i64>(place) + scorePosting(c));
    const word = touched + (<usize>(index >>> 6) << 3);
    store<u64>(word, load<u64>(word) | ((<u64>1) << (index & 63)));
    c.at += 4;
    if (c.at < c.end) c.ordinal = load<u32>(c.ordinals + c.at);
    else {
      c.ordinal += 1;
      if (c.ordinal < end) advance(c, c.ordinal);
    }
  }
}

function completeRange(base: u32): void {
  const optional = sumBefore(firstEssential);
  for (let at: usize = 0; at < TOUCHED_BYTES; at += 8) {
    let word = load<u64>(touched + at);
    if (word == 0) continue;
    store<u64>(touched + at, 0);
    for (; word != 0; word &= word - 1) {
      const index = (<u32>at << 3) + <u32>ctz<u64>(word);
      const place = scores + (<usize>index << 3);
      const score = load<i64>(place);
      store<i64>(place, 0);
      documentsScored++;
      if (score + optional >= threshold && shows(part, base + index)) completeScore(base + index, score);
    }
  }
}
