/** Test entry: segments built of the memtable, and merged. */
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

export { failurePointer } from "../failure";
export { beginBatch } from "../log/append";
export { flushOutput, releaseOutput, sourceReset } from "../log/source";
export { chunkBytesInUse, takeChunk } from "../memory/chunks";
export { buildSegment } from "../segment/build";
export { loadDirectory } from "../segment/directory";
export {
  memtableAddContent,
  memtableAddException,
  memtableAddName,
  memtableAddPack,
  memtableAddRecord,
  memtableIndexDocument,
  memtableReset,
} from "../segment/memtable";
export { memtableBytes } from "../segment/memtable-memory";
export { mergeSegments, planMerge, segmentLevel } from "../segment/merge";
export { configurePages, pageCacheBytes, releasePages } from "../segment/page-frames";
export { closeSegment, openSegment, readBytes, startSegmentReading } from "../segment/reader";

/** Opens the segment that was written last; 0 on failure. */
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
export function writtenLength(): f64 {
  return <f64>writtenDataLength;
}
export function root(): usize {
  return writtenRoot;
}
/** Stands in for a segment of this size where nothing else of it is looked at. */
export function setDataLength(segment: Segment, length: f64): void {
  segment.dataLength = <u64>length;
}
