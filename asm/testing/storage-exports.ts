import { FilterBuilder } from "../segment/filter";
import { segmentStatus } from "../segment/pages";
import { Segment } from "../segment/reader";
import { runBranch, runEnd, runSequence, runStart } from "../segment/runs";
import { tableValueLength, tableValueOffset } from "../segment/table";
import { TableBuilder } from "../segment/table-builder";
import { TableCursor } from "../segment/table-cursor";
import { sectionEnd, writtenDataLength, writtenFirstExtent, writtenMaskCount, writtenRoot } from "../segment/writer";

/** What the tests of segments call: the modules' functions, methods as functions, globals as answers. */

export { failurePointer } from "../failure";
export { appendFrame, beginBatch } from "../log/append";
export { flushOutput, releaseOutput, sourceReset } from "../log/source";
export { chunkBytesInUse, takeChunk } from "../memory/chunks";
export * from "../segment/columns";
export { contentCount, contentOrdinal, contentPrefix, lowerContentIndex } from "../segment/content-prefixes";
export { loadDirectory } from "../segment/directory";
export { filterMayHold, hash64 } from "../segment/filter";
export { configurePages, pageCacheBytes, releasePages } from "../segment/page-frames";
export { packCount, packHash, packOffset } from "../segment/pinned-packs";
export { bytesAt, closeSegment, openSegment, readBytes, startSegmentReading } from "../segment/reader";
export { loadRun, runCount, runOf } from "../segment/runs";
export { tableFind, tableLocate } from "../segment/table";
export {
  sectionBegin,
  sectionBytes,
  sectionEnd,
  sectionOffset,
  sectionU8,
  sectionU16,
  sectionU32,
  sectionU64,
  segmentAbort,
  segmentBegin,
  segmentFinish,
  writtenMasks,
} from "../segment/writer";

export function status(): i32 {
  return segmentStatus;
}
export function firstExtent(): u64 {
  return writtenFirstExtent;
}
export function dataLength(): u64 {
  return writtenDataLength;
}
export function root(): usize {
  return writtenRoot;
}
export function maskCount(): u32 {
  return writtenMaskCount;
}
export function foundLength(): u32 {
  return tableValueLength;
}
export function foundOffset(): u64 {
  return tableValueOffset;
}
export function foundRunBranch(): u32 {
  return runBranch;
}
export function foundRunSequence(): u64 {
  return runSequence;
}
export function foundRunStart(): u32 {
  return runStart;
}
export function foundRunEnd(): u32 {
  return runEnd;
}
export function documents(segment: Segment): u32 {
  return segment.documents;
}
export function titleTotal(segment: Segment): u64 {
  return segment.titleTotal;
}
export function bodyTotal(segment: Segment): u64 {
  return segment.bodyTotal;
}
export function uris(segment: Segment): u32 {
  return segment.uris;
}
export function terms(segment: Segment): u32 {
  return segment.terms;
}

export function cursorOpen(segment: Segment, tag: u32): TableCursor | null {
  return TableCursor.openOn(segment, tag);
}
export function cursorFirst(cursor: TableCursor): i32 {
  return cursor.first();
}
export function cursorSeek(cursor: TableCursor, key: usize, keyLength: u32): i32 {
  return cursor.seek(key, keyLength);
}
export function cursorNext(cursor: TableCursor): i32 {
  return cursor.next();
}
export function cursorKey(cursor: TableCursor): usize {
  return cursor.key;
}
export function cursorKeyLength(cursor: TableCursor): u32 {
  return cursor.keyLength;
}
export function cursorValue(cursor: TableCursor): usize {
  return cursor.value();
}
export function cursorValueLength(cursor: TableCursor): u32 {
  return cursor.valueLength;
}
export function cursorClose(cursor: TableCursor): void {
  cursor.close();
}

const tables: TableBuilder = TableBuilder.create();
const otherTables: TableBuilder = TableBuilder.create();
/** One of two builders, so that they can be seen not to disturb each other. */
export function builder(index: i32): TableBuilder {
  return index == 0 ? tables : otherTables;
}
export function builderBegin(table: TableBuilder, streamed: bool): void {
  table.begin(streamed);
}
export function builderAdd(table: TableBuilder, key: usize, keyLength: u32, value: usize, valueLength: u32): i32 {
  return table.add(key, keyLength, value, valueLength);
}
export function builderFinish(table: TableBuilder): i32 {
  return table.finish();
}
export function builderLevels(table: TableBuilder): u32 {
  return table.levels;
}
export function builderEndSection(table: TableBuilder): i32 {
  return sectionEnd(table.levels, table.rootLength, table.rootOffset);
}
export function builderWriteSection(table: TableBuilder, tag: u32): i32 {
  return table.writeSection(tag);
}

const filter: FilterBuilder = FilterBuilder.create();
export function filterAdd(hash: u64): i32 {
  return filter.add(hash);
}
export function filterWrite(): i32 {
  return filter.writeTo();
}
