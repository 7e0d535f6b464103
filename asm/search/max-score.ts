import { segmentStatus } from "../segment/pages";
import { OK } from "../status";
import { clearRange, RANGE, scores, TOUCHED_BYTES, touched } from "./accumulator";
import { contribution, saturation } from "./bm25";
import { advance, blockEntry, blockOf, Cursor, clearCursorStatus, cursorStatus, NO_MORE, stepTo } from "./cursor";
import { findPairs, pairCount, pairOrdinal, pairScore, scorePairs, startPair } from "./pairs";
import { documentLength, PartView, shows } from "./part-view";
import { prime } from "./prime";
import { contributions, scoreBatch } from "./score-postings";
import { hitCapacity, hitCount, offerHit, threshold } from "./top-k";

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

/** So many terms, those that may contribute most, raise the threshold before the first window. */
const MAX_PRIMING_TERMS: u32 = 3;

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
  return changetype<Cursor>(<usize>load<u32>(order + ((<usize>index) << 2)));
}

/** The most that the optional cursors before `index` contribute together. */
function sumBefore(index: u32): i64 {
  return load<i64>(sums + ((<usize>index) << 3));
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
  if (hitCount < hitCapacity) {
    for (let i = count - min<u32>(count, MAX_PRIMING_TERMS); i < count; i++) prime(part, cursorOf(i));
  }
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
    store<u32>(order + ((<usize>kept) << 2), <u32>changetype<usize>(c));
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
      store<u32>(order + ((<usize>at) << 2), load<u32>(order + ((<usize>(at - 1)) << 2)));
      at--;
    }
    store<u32>(order + ((<usize>at) << 2), <u32>changetype<usize>(c));
  }
  let sum: i64 = 0;
  firstEssential = 0;
  for (let i: u32 = 0; i < count; i++) {
    store<i64>(sums + ((<usize>i) << 3), sum);
    sum += cursorOf(i).windowBound;
    if (sum < threshold) firstEssential = i + 1;
  }
  store<i64>(sums + ((<usize>count) << 3), sum);
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
  const optional = sumBefore(firstEssential);
  const c = cursorOf(firstEssential);
  if (firstEssential > 0 && c.windowBound + sumBefore(firstEssential - 1) < threshold) {
    scanPair(c, cursorOf(firstEssential - 1));
    return;
  }
  advance(c, windowStart);
  while (c.ordinal < windowEnd) {
    const last = scoreBatch(part, c, windowEnd);
    documentsScored += (last - c.at) >> 2;
    let at = c.at;
    for (let from = contributions; at < last; at += 4) {
      const score = load<i64>(from);
      from += 8;
      if (score + optional < threshold) continue;
      const ordinal = load<u32>(c.ordinals + at);
      if (shows(part, ordinal)) completeScore(ordinal, score, firstEssential);
    }
    moveTo(c, last, windowEnd);
  }
}

/** Goes through the documents that hold two terms: without the second, the first and all others together stay below the threshold. */
function scanPair(essential: Cursor, second: Cursor): void {
  const optional = firstEssential - 1;
  const others = sumBefore(optional);
  startPair(essential, second, windowStart);
  while (findPairs(windowEnd, threshold - others)) {
    documentsScored += pairCount;
    scorePairs(part);
    for (let i: u32 = 0; i < pairCount; i++) {
      const score = pairScore(i);
      if (score + others < threshold) continue;
      const ordinal = pairOrdinal(i);
      if (shows(part, ordinal)) completeScore(ordinal, score, optional);
    }
  }
}

/** Moves to a place behind the one at hand, and to the next block if it ends this one and `end` is behind it. */
function moveTo(c: Cursor, place: u32, end: u32): void {
  stepTo(c, place);
  if (place >= c.end && c.ordinal < end) advance(c, c.ordinal);
}

/**
 * Adds to a score what the cursors before index `optional` contribute, as long as it can still reach the threshold, and offers the hit
 * if it does.
 */
function completeScore(ordinal: u32, scoreSoFar: i64, optional: u32): void {
  let score = scoreSoFar;
  for (let i = optional; i > 0; i--) {
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
    const last = scoreBatch(part, c, end);
    let at = c.at;
    for (let from = contributions; at < last; at += 4) {
      const index = load<u32>(c.ordinals + at) - base;
      const place = scores + ((<usize>index) << 3);
      store<i64>(place, load<i64>(place) + load<i64>(from));
      from += 8;
      const word = touched + ((<usize>(index >>> 6)) << 3);
      store<u64>(word, load<u64>(word) | ((<u64>1) << (index & 63)));
    }
    moveTo(c, last, end);
  }
}

function completeRange(base: u32): void {
  const optional = sumBefore(firstEssential);
  for (let at: usize = 0; at < TOUCHED_BYTES; at += 8) {
    let word = load<u64>(touched + at);
    if (word == 0) continue;
    store<u64>(touched + at, 0);
    for (; word != 0; word &= word - 1) {
      const index = ((<u32>at) << 3) + <u32>ctz<u64>(word);
      const place = scores + ((<usize>index) << 3);
      const score = load<i64>(place);
      store<i64>(place, 0);
      documentsScored++;
      if (score + optional >= threshold && shows(part, base + index))
        completeScore(base + index, score, firstEssential);
    }
  }
}
