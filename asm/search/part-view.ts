import { RecordKind } from "../format/record";
import { Arena } from "../memory/arena";
import { fieldLength, recordKind, sectionBytesAt } from "../segment/columns";
import { loadDirectory } from "../segment/directory";
import { memtableBodyTotal, memtableDocuments, memtableTitleTotal } from "../segment/memtable";
import { memtableRow, memtableRuns } from "../segment/memtable-columns";
import { failSegment, segmentStatus } from "../segment/pages";
import { failContent, Segment, sectionPlace } from "../segment/reader";
import { loadRun, runBranch, runCount, runEnd, runSequence, runStart } from "../segment/runs";
import { RUN_BYTES, Section } from "../segment/sections";
import { OK, OUT_OF_MEMORY } from "../status";
import { bitmapBytes, clearBit, hasBit, setBit } from "./bitmap";
import { limitOfBranch } from "./lineage-limits";

/** Which documents of a part (a segment or the memtable) a view shows. */
@unmanaged
export class PartView {
  /** Number of the part, 0 for the memtable. */
  uid: u32;
  /** Address of the `Segment`, 0 for the memtable. */
  segment: u32;
  firstRecord: u32;
  /** Records that were looked at: what the memtable gets later doesn't show. */
  recordCount: u32;
  /** Bitmap of the ordinals that show; 0 if all documents do, or none. */
  bits: usize;
  /** Documents that the part has, and that show. */
  allDocuments: u32;
  documents: u32;
  /** Tokens of those that show. */
  titleTotal: u64;
  bodyTotal: u64;
  /** Equal numbers mean: the same documents of the same part. 0 if all show. */
  visibility: u32;
  /** The documents that don't show, ascending: address, and number of them; address 0 while nobody asked. */
  hidden: usize;
  hiddenCount: u32;
}

/** Whether a document of the part shows; the ordinal is below `recordCount`, and that of a document. */
export function shows(part: PartView, ordinal: u32): bool {
  return part.bits == 0 || hasBit(part.bits, ordinal);
}

export function partSegmentOf(part: PartView): Segment {
  return changetype<Segment>(<usize>part.segment);
}

/** Finds the documents that are of the lineage's own branches and times, before exceptions. OK or a status. */
export function applyRuns(part: PartView, arena: Arena): i32 {
  if (part.segment == 0) return applyMemtableRuns(part, arena);
  const segment = partSegmentOf(part);
  let status = loadDirectory(segment);
  if (status != OK) return status;
  part.allDocuments = segment.documents;
  const runs = runCount(segment);
  let seen: u32 = 0;
  for (let i: u32 = 0; i < runs; i++) {
    status = loadRun(segment, i);
    if (status != OK) return status;
    if (<i64>runSequence <= limitOfBranch(runBranch)) seen++;
  }
  if (seen == runs) {
    part.documents = segment.documents;
    part.titleTotal = segment.titleTotal;
    part.bodyTotal = segment.bodyTotal;
    return OK;
  }
  if (seen == 0) return OK;
  part.bits = arena.allocZeroed(bitmapBytes(part.recordCount));
  if (part.bits == 0) return OUT_OF_MEMORY;
  for (let i: u32 = 0; i < runs && status == OK; i++) {
    status = loadRun(segment, i);
    if (status != OK) return status;
    if (<i64>runSequence <= limitOfBranch(runBranch)) status = showRange(part, runStart, runEnd);
  }
  return status;
}

function applyMemtableRuns(part: PartView, arena: Arena): i32 {
  part.allDocuments = memtableDocuments;
  const runsEnd = memtableRuns.length;
  let seen: usize = 0;
  for (let at: usize = 0; at < runsEnd; at += RUN_BYTES) if (memtableRunIsSeen(at)) seen += RUN_BYTES;
  if (seen == runsEnd) {
    part.documents = memtableDocuments;
    part.titleTotal = memtableTitleTotal;
    part.bodyTotal = memtableBodyTotal;
    return OK;
  }
  if (seen == 0) return OK;
  part.bits = arena.allocZeroed(bitmapBytes(part.recordCount));
  if (part.bits == 0) return OUT_OF_MEMORY;
  for (let at: usize = 0; at < runsEnd; at += RUN_BYTES) {
    if (!memtableRunIsSeen(at)) continue;
    const next = at + RUN_BYTES;
    const end = next < runsEnd ? load<u32>(memtableRuns.data + next) : part.recordCount;
    showRange(part, load<u32>(memtableRuns.data + at), end);
  }
  return OK;
}

function memtableRunIsSeen(at: usize): bool {
  const run = memtableRuns.data + at;
  return <i64>load<u64>(run, 8) <= limitOfBranch(load<u32>(run, 4));
}

/** Shows all documents of a range of ordinals. */
function showRange(part: PartView, start: u32, end: u32): i32 {
  for (let ordinal = start; ordinal < end; ordinal++) {
    let status = OK;
    if (isDocument(part, ordinal)) {
      setBit(part.bits, ordinal);
      status = countDocument(part, ordinal, 1);
    } else {
      status = statusOf(part);
    }
    if (status != OK) return status;
  }
  return OK;
}

function isDocument(part: PartView, ordinal: u32): bool {
  const kind = part.segment == 0 ? <u32>memtableRow(ordinal).kind : recordKind(partSegmentOf(part), ordinal);
  return (kind & RecordKind.DOCUMENT) != 0;
}

/** Tokens of a document's title (field 0) or body (field 1); 0 on failure, with the reason in `segmentStatus`. */
export function documentLength(part: PartView, field: u32, ordinal: u32): u32 {
  if (part.segment != 0) return fieldLength(partSegmentOf(part), field, ordinal);
  const row = memtableRow(ordinal);
  return field == 0 ? row.titleLength : row.bodyLength;
}

/** Adds a document to what the view counts, or takes it away (`sign` 1 or -1). OK or a status. */
function countDocument(part: PartView, ordinal: u32, sign: i64): i32 {
  part.documents += <u32>sign;
  part.titleTotal += <u64>(sign * <i64>documentLength(part, 0, ordinal));
  part.bodyTotal += <u64>(sign * <i64>documentLength(part, 1, ordinal));
  // A segment whose directory tells another number of documents than its records do.
  if (part.segment != 0 && part.documents > part.allDocuments) return failPart(part, Section.KINDS);
  return statusOf(part);
}

/** A section of a segment contradicts another one. Answers CORRUPT. */
export function failPart(part: PartView, tag: u32): i32 {
  const segment = partSegmentOf(part);
  const status = failContent(segment, sectionPlace(segment, tag).offset);
  failSegment(status);
  return status;
}

/** Makes a document show or not, whatever it did before; what isn't a document never shows. OK or a status. */
export function setShown(part: PartView, arena: Arena, ordinal: u32, shown: bool): i32 {
  const isShown = part.bits != 0 ? hasBit(part.bits, ordinal) : part.documents != 0;
  if (isShown == shown) return OK;
  if (!isDocument(part, ordinal)) return statusOf(part);
  if (part.bits == 0) {
    const status = makeBits(part, arena);
    if (status != OK) return status;
  }
  if (shown) setBit(part.bits, ordinal);
  else clearBit(part.bits, ordinal);
  return countDocument(part, ordinal, shown ? 1 : -1);
}

/** Whether the accesses to the part so far went well. */
function statusOf(part: PartView): i32 {
  return part.segment == 0 ? OK : segmentStatus;
}

/** Gives a part whose documents all show, or none, a bitmap that says so. */
function makeBits(part: PartView, arena: Arena): i32 {
  const bits = arena.allocZeroed(bitmapBytes(part.recordCount));
  if (bits == 0) return OUT_OF_MEMORY;
  if (part.documents != 0) {
    const status = documentBits(part, bits);
    if (status != OK) return status;
  }
  part.bits = bits;
  return OK;
}

/** Sets the bits of all documents of a part in a cleared bitmap. OK or a status. */
export function documentBits(part: PartView, bits: usize): i32 {
  if (part.segment == 0) {
    for (let i: u32 = 0; i < part.recordCount; i++) if (isDocument(part, i)) setBit(bits, i);
    return OK;
  }
  const segment = partSegmentOf(part);
  let ordinal: u32 = 0;
  for (; ordinal + 16 <= part.recordCount; ordinal += 16) {
    const kinds = sectionBytesAt(segment, Section.KINDS, ordinal, 16);
    if (kinds == 0) return segmentStatus;
    // The sign bit of a kind marks a document.
    store<u16>(bits + (ordinal >>> 3), <u16>i8x16.bitmask(v128.load(kinds)));
  }
  for (; ordinal < part.recordCount; ordinal++) if (isDocument(part, ordinal)) setBit(bits, ordinal);
  return segmentStatus;
}
