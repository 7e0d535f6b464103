import { buildSegment } from "../segment/build";
import { memtableReset } from "../segment/memtable";
import { memtableRecordCount } from "../segment/memtable-columns";
import { mergeSegments, planMerge } from "../segment/merge";
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
import { pushSegment, replaceLastSegments, segmentCount, segmentsFrom } from "./segments";
import { tailIsComplete } from "./tail";

/** Turning the memtable into a segment, and merging segments in tiers: docs/format.md 7.5. */

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

/** Opens the segment that was written last; null on failure. */
export function openWritten(): Segment | null {
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

/** Merges the newest segments as long as the tier rule asks for it. */
function mergeTiers(): i32 {
  for (
    let count = planMerge(segmentsFrom(0), segmentCount);
    count != 0;
    count = planMerge(segmentsFrom(0), segmentCount)
  ) {
    if (count < 0) return count;
    const status = mergeSegments(segmentsFrom(segmentCount - count), count);
    if (status != OK) return status;
    const merged = openWritten();
    if (merged == null) return segmentStatus;
    replaceLastSegments(count, merged);
  }
  return OK;
}
