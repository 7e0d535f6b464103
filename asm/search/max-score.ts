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
import {
  cursorCount,
  cursorOf,
  findWindow,
  firstEssential,
  startWindows,
  sumBefore,
  windowEnd,
  windowStart,
} from "./window";

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

/** So many terms, those that may contribute most, raise the threshold before the first window. */
const MAX_PRIMING_TERMS: u32 = 3;

let part: PartView = changetype<PartView>(0);
/** The first failure to take a hit. */
let offerStatus: i32 = OK;
/** Documents scored since the instance started: what pruning saves can be seen in it. */
export let documentsScored: u32 = 0;

/**
 * Offers the best hits of a part. `cursors` are the addresses (u32) of `count` open cursors; `boundSums` has room for an i64 for each and
 * one more. OK or a status.
 */
export function collectHits(view: PartView, cursors: usize, count: u32, boundSums: usize): i32 {
  part = view;
  offerStatus = OK;
  clearCursorStatus();
  startWindows(cursors, count, boundSums, part.recordCount);
  if (hitCount < hitCapacity) {
    for (let i = count - min<u32>(count, MAX_PRIMING_TERMS); i < count; i++) prime(part, cursorOf(i));
    if (cursorStatus != OK) return cursorStatus;
  }
  while (findWindow()) {
    if (firstEssential + 1 == cursorCount) scanSingle();
    else if (firstEssential < cursorCount) scanSeveral();
    const status = statusSoFar();
    if (status != OK) {
      clearRange();
      return status;
    }
  }
  return statusSoFar();
}

function statusSoFar(): i32 {
  if (cursorStatus != OK) return cursorStatus;
  return offerStatus != OK ? offerStatus : segmentStatus;
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
    for (let i = firstEssential; i < cursorCount; i++) addPostings(cursorOf(i), base, end);
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
