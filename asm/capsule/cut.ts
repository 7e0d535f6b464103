import { buildSegment } from "../segment/build";
import { memtableReset } from "../segment/memtable";
import { memtableRecordCount } from "../segment/memtable-columns";
import { mergeSegments } from "../segment/merge";
import { segmentStatus } from "../segment/pages";
import { openSegment, Segment } from "../segment/reader";
import {
  writtenDataLength,
  writtenFirstExtent,
  writtenFirstRecord,
  writtenMaskCount,
  writtenMasks,
  writtenRecordCount,
  writtenRoot,
} from "../segment/writer";
import { OK } from "../status";
import { finishPack, nextRecord, packsAreCovered } from "./batch";
import { resetText } from "./index-record";
import { pushSegment, replaceLastSegments, segmentAt, segmentCount, segmentsFrom } from "./segments";
import { tailIsComplete } from "./tail";

/** Turning the memtable into a segment, and merging segments in tiers: docs/format.md 7.5. */

const FIRST_TIER_BYTES: u64 = 32768;
const TIER_FACTOR_BITS: u64 = 3;
/** So many segments of a tier become one. */
const TIER_SEGMENTS: u32 = 8;
const MAX_MERGED_BYTES: u64 = 64 << 20;

/** Writes the memtable as a segment and empties it. */
export function cutSegment(): i32 {
  let status = finishPack();
  if (status != OK) return status;
  if (memtableRecordCount() != 0) {
    status = buildSegment();
    if (status != OK) return status;
    const segment = openWritten();
    if (segment == null) return segmentStatus;
    status = pushSegment(segment);
    if (status != OK) return status;
    status = mergeTiers();
    if (status != OK) return status;
  }
  packsAreCovered();
  memtableReset(nextRecord());
  resetText();
  tailIsComplete();
  return OK;
}

function openWritten(): Segment | null {
  return openSegment(
    writtenFirstExtent,
    writtenDataLength,
    writtenFirstRecord,
    writtenRecordCount,
    writtenRoot,
    writtenMasks(),
    writtenMaskCount,
  );
}

/** Tier of a segment: 0 below 32 KiB of data, and one more for each factor of eight. */
function tierOf(segment: Segment): u32 {
  let tier: u32 = 0;
  for (let bytes = segment.dataLength; bytes >= FIRST_TIER_BYTES; bytes >>= TIER_FACTOR_BITS) tier++;
  return tier;
}

/** Merges the newest segments while a tier is full. */
function mergeTiers(): i32 {
  for (let count = segmentsToMerge(); count != 0; count = segmentsToMerge()) {
    const status = mergeSegments(segmentsFrom(segmentCount - count), count);
    if (status != OK) return status;
    const merged = openWritten();
    if (merged == null) return segmentStatus;
    replaceLastSegments(count, merged);
  }
  return OK;
}

/** How many of the newest segments the tier rule makes one of now; 0 for none. */
function segmentsToMerge(): u32 {
  let highest: u32 = 0;
  for (let i: u32 = 0; i < segmentCount; i++) highest = max<u32>(highest, tierOf(segmentAt(i)));
  for (let tier: u32 = 0; tier <= highest; tier++) {
    let count: u32 = 0;
    let ofTier: u32 = 0;
    let bytes: u64 = 0;
    while (count < segmentCount) {
      const segment = segmentAt(segmentCount - 1 - count);
      if (tierOf(segment) > tier) break;
      if (tierOf(segment) == tier) ofTier++;
      bytes += segment.dataLength;
      count++;
    }
    if (ofTier >= TIER_SEGMENTS && bytes <= MAX_MERGED_BYTES) return count;
  }
  return 0;
}
