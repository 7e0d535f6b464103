import { maskedExtents, segmentEntry, segmentEntryCount } from "../log/head";
import { segmentStatus } from "../segment/pages";
import { closeSegment, openSegment, Segment } from "../segment/reader";
import { LIMIT_EXCEEDED, OK } from "../status";

/** The segments that are read: those of the head's list, and behind them those that the batch at hand has written. */

/** The tiers keep a list far below this. */
const MAX_SEGMENTS: u32 = 4096;

const list: usize = memory.data(16384, 16);
export let segmentCount: u32 = 0;

export function segmentAt(index: u32): Segment {
  return changetype<Segment>(<usize>load<u32>(list + ((<usize>index) << 2)));
}

/** Address of the list from segment `index` on: a u32 pointer each. */
export function segmentsFrom(index: u32): usize {
  return list + ((<usize>index) << 2);
}

/** Puts a segment at the end of the list. */
export function pushSegment(segment: Segment): i32 {
  if (segmentCount == MAX_SEGMENTS) return LIMIT_EXCEEDED;
  store<u32>(list + ((<usize>segmentCount) << 2), <u32>changetype<usize>(segment));
  segmentCount++;
  return OK;
}

/** Replaces the last `count` segments, which are closed, by one. */
export function replaceLastSegments(count: u32, merged: Segment): void {
  for (let i: u32 = 0; i < count; i++) closeSegment(segmentAt(segmentCount - 1 - i));
  segmentCount -= count;
  pushSegment(merged);
}

/** Opens the segments of the head's list. Nothing is read yet. */
export function openListedSegments(): i32 {
  closeSegments();
  for (let i: u32 = 0; i < segmentEntryCount(); i++) {
    const segment = openListedSegment(i);
    if (segment == null) return segmentStatus;
    const status = pushSegment(segment);
    if (status != OK) return status;
  }
  return OK;
}

/** Opens segment `index` of the head's list; null on failure. */
export function openListedSegment(index: u32): Segment | null {
  const entry = segmentEntry(index);
  return openSegment(
    entry.firstExtent,
    entry.dataLength,
    entry.firstRecord,
    entry.recordCount,
    entry.root(),
    maskedExtents.data + ((<usize>entry.maskedFirst) << 3),
    entry.maskedCount,
  );
}

export function closeSegments(): void {
  for (let i: u32 = 0; i < segmentCount; i++) closeSegment(segmentAt(i));
  segmentCount = 0;
}

/** The segment that covers a record, null if none does. */
export function segmentOfRecord(record: u32): Segment | null {
  let low: u32 = 0;
  let high = segmentCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segmentAt(middle);
    if (record < segment.firstRecord) high = middle;
    else if (record - segment.firstRecord >= segment.recordCount) low = middle + 1;
    else return segment;
  }
  return null;
}
