import { memtableRow } from "../segment/memtable-columns";
import { PAGE_BITS, PAGE_BYTES } from "../segment/page-frames";
import { pageAddress } from "../segment/pages";
import { Segment, sectionPlace } from "../segment/reader";
import { Section } from "../segment/sections";
import { contribute } from "./bm25";
import { Cursor } from "./cursor";
import { PartView, partSegmentOf } from "./part-view";

/** Scoring the postings of a block together: the lengths of their documents are gathered, then two are scored at a time. */

/** Postings that are scored together at most. */
export const BATCH: u32 = 128;
export const BATCH_BYTES: u32 = 512;

/** What each posting contributes, i64, in their order. */
export const contributions: usize = memory.data(1040, 16);
/** Lengths of the documents gathered last, u32 each. */
export const titleLengths: usize = memory.data(528, 16);
export const bodyLengths: usize = memory.data(528, 16);

/**
 * Scores the postings from `c.at` on whose ordinals are below `end`, at most `BATCH` and of the decoded block, into `contributions`.
 * There is one at least. Returns the place behind the last one (4 bytes a posting).
 */
export function scoreBatch(part: PartView, c: Cursor, end: u32): u32 {
  const first = c.at;
  let last = min<u32>(c.end, first + BATCH_BYTES);
  if (load<u32>(c.ordinals + last - 4) >= end) last = placeOfOrdinal(c, first, last, end);
  const bytes = last - first;
  const ordinals = c.ordinals + first;
  const titleTfs = c.titleTfs + first;
  const hasTitles = anyNonZero(titleTfs, bytes);
  gatherDocuments(part, ordinals, bytes, hasTitles);
  contribute(c.weight, hasTitles, titleTfs, titleLengths, c.bodyTfs + first, bodyLengths, bytes, contributions);
  return last;
}

/** Finds the lengths of documents, by u32 ordinals of `bytes` bytes: of their bodies, and if `hasTitles`, of their titles. */
export function gatherDocuments(part: PartView, ordinals: usize, bytes: u32, hasTitles: bool): void {
  if (part.segment == 0) {
    gatherOfMemtable(ordinals, bytes);
    return;
  }
  const segment = partSegmentOf(part);
  if (hasTitles) gatherLengths(segment, Section.TITLE_LENGTHS, ordinals, bytes, titleLengths);
  gatherLengths(segment, Section.BODY_LENGTHS, ordinals, bytes, bodyLengths);
}

/** Place of the first ordinal that isn't below `end`, between two places. */
function placeOfOrdinal(c: Cursor, low: u32, high: u32, end: u32): u32 {
  while (low < high) {
    const middle = ((low + high) >>> 3) << 2;
    if (load<u32>(c.ordinals + middle) < end) low = middle + 4;
    else high = middle;
  }
  return low;
}

/** Whether some of the u32 in `bytes` isn't 0. May look at up to three more, and so say yes without need. */
export function anyNonZero(numbers: usize, bytes: u32): bool {
  let all = v128.load(numbers);
  for (let at: usize = 16; at < <usize>bytes; at += 16) all = v128.or(all, v128.load(numbers + at));
  return v128.any_true(all);
}

function gatherOfMemtable(ordinals: usize, bytes: u32): void {
  for (let at: usize = 0; at < <usize>bytes; at += 4) {
    const row = memtableRow(load<u32>(ordinals + at));
    store<u32>(titleLengths + at, row.titleLength);
    store<u32>(bodyLengths + at, row.bodyLength);
  }
}

/** Copies the lengths of documents, by ascending ordinals, from a column to u32s. A failure is left in `segmentStatus`. */
function gatherLengths(segment: Segment, tag: u32, ordinals: usize, bytes: u32, lengths: usize): void {
  const place = sectionPlace(segment, tag);
  const widthBits = place.widthBits;
  const offset = place.offset;
  // Of the page at hand: the offset in the data at which it begins, and its address. No other page is accessed meanwhile.
  let pageStart: u64 = u64.MAX_VALUE - PAGE_BYTES;
  let page: usize = 0;
  for (let at: usize = 0; at < <usize>bytes; at += 4) {
    const byte = offset + ((<u64>load<u32>(ordinals + at)) << widthBits);
    if (byte - pageStart >= PAGE_BYTES) {
      page = pageAddress(segment, <u32>(byte >> PAGE_BITS));
      if (page == 0) return;
      pageStart = byte & ~(<u64>(PAGE_BYTES - 1));
    }
    const address = page + <usize>(byte - pageStart);
    let length: u32;
    if (widthBits == 0) length = load<u8>(address);
    else length = widthBits == 1 ? load<u16>(address) : load<u32>(address);
    store<u32>(lengths + at, length);
  }
}
