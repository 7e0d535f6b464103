import { Arena } from "../memory/arena";
import { sectionBytesAt, sectionLength } from "../segment/columns";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableExceptions, memtableRunOf } from "../segment/memtable-columns";
import { failSegment, segmentStatus } from "../segment/pages";
import { failContent, Segment, sectionPlace } from "../segment/reader";
import { loadRun, runCount, runOf, runSequence } from "../segment/runs";
import { EXCEPTION_BYTES, Section } from "../segment/sections";
import { OK } from "../status";
import { limitOfBranch } from "./lineage-limits";
import { PartView, setShown } from "./part-view";

/**
 * Exceptions (docs/format.md 7.1, section 6): which documents stopped to show on a branch, and which were promoted to it. Applied in the
 * order of their causes, the last one decides.
 */

/**
 * Applies to `part` what a segment, itself or a later one, says of its documents, as far as the causes' numbers are `firstCause` or
 * greater and lie within the lineage.
 */
export function applyExceptions(part: PartView, arena: Arena, segment: Segment, firstCause: u32): i32 {
  const count = <u32>(sectionLength(segment, Section.EXCEPTIONS) / EXCEPTION_BYTES);
  if (segmentStatus != OK) return segmentStatus;
  if (count == 0) return OK;
  const lastSequence = newestSequence(segment);
  if (segmentStatus != OK) return segmentStatus;
  const end = <u64>part.firstRecord + part.recordCount;
  for (let i = firstExceptionOf(segment, count, part.firstRecord); i < count; i++) {
    const entry = sectionBytesAt(segment, Section.EXCEPTIONS, <u64>i * EXCEPTION_BYTES, EXCEPTION_BYTES);
    if (entry == 0) return segmentStatus;
    const document = load<u32>(entry);
    if (<u64>document >= end) break;
    const limit = limitOfBranch(load<u32>(entry, 4));
    const cause = load<u64>(entry, 8) >> 1;
    const shown = (load<u8>(entry, 8) & 1) != 0;
    // Files may lie: without order, the search for the first one may have ended anywhere.
    if (document < part.firstRecord || cause - segment.firstRecord >= segment.recordCount)
      return failExceptions(segment);
    if (limit < 0 || cause < firstCause) continue;
    if (lastSequence > limit && sequenceOf(segment, <u32>cause) > limit) continue;
    const status = setShown(part, arena, document - part.firstRecord, shown);
    if (status != OK) return status;
  }
  return segmentStatus;
}

/** As `applyExceptions`, for what the memtable says. */
export function applyMemtableExceptions(part: PartView, arena: Arena, firstCause: u32): i32 {
  const end = memtableExceptions.data + memtableExceptions.length;
  for (let entry = memtableExceptions.data; entry < end; entry += EXCEPTION_BYTES) {
    const ordinal = load<u32>(entry) - part.firstRecord;
    const cause = <u32>(load<u64>(entry, 8) >> 1);
    if (ordinal >= part.recordCount || cause < firstCause) continue;
    const limit = limitOfBranch(load<u32>(entry, 4));
    if (limit < 0 || <i64>load<u64>(memtableRunOf(cause - memtableFirstRecord), 8) > limit) continue;
    const status = setShown(part, arena, ordinal, (load<u8>(entry, 8) & 1) != 0);
    if (status != OK) return status;
  }
  return OK;
}

/** Index of the first exception about record `record` or a later one. */
function firstExceptionOf(segment: Segment, count: u32, record: u32): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    const entry = sectionBytesAt(segment, Section.EXCEPTIONS, <u64>middle * EXCEPTION_BYTES, 4);
    if (entry == 0) return count;
    if (load<u32>(entry) < record) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sequence of a segment's newest record. */
export function newestSequence(segment: Segment): i64 {
  const runs = runCount(segment);
  return runs != 0 && loadRun(segment, runs - 1) == OK ? <i64>runSequence : 0;
}

function sequenceOf(segment: Segment, record: u32): i64 {
  return runOf(segment, record - segment.firstRecord) == OK ? <i64>runSequence : 0;
}

function failExceptions(segment: Segment): i32 {
  const status = failContent(segment, sectionPlace(segment, Section.EXCEPTIONS).offset);
  failSegment(status);
  return status;
}
