import { Record, RecordKind } from "../format/record";
import { recordKind, sectionBytesAt, sectionLength, u32At } from "../segment/columns";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRow, memtableRunOf } from "../segment/memtable-columns";
import { segmentStatus } from "../segment/pages";
import { Segment } from "../segment/reader";
import { runBranch, runOf, runSequence } from "../segment/runs";
import { Section } from "../segment/sections";
import { OK } from "../status";
import { lineageHolds } from "./lineage";
import { loadRecord } from "./records";
import { appendEntry } from "./results";
import { segmentAt, segmentCount } from "./segments";

/** Going through the records of one kind that a view holds, in the order of their numbers. */

/** Tags above this share 255 in the index. */
const MAX_INDEXED_TAG: u32 = 254;

const record: Record = Record.create();
let wantedKind: u32 = 0;
let wantedTag: u32 = 0;
let left: u32 = 0;
let count: u32 = 0;

/** Number of the record at which the last scan stopped, to go on from. */
export let scanStoppedAt: u32 = 0;

/** Appends the records of `kind` (and event type `tag`, unless 0) from number `from` on, up to `limit`. Answers their number or a status. */
export function scanRecords(kind: u32, tag: u32, from: u32, limit: u32): i32 {
  wantedKind = kind;
  wantedTag = tag;
  left = limit;
  count = 0;
  scanStoppedAt = from;
  for (let i: u32 = 0; i < segmentCount && left != 0; i++) {
    const segment = segmentAt(i);
    if (from >= segment.firstRecord + segment.recordCount) continue;
    const status = scanSegment(segment, from);
    if (status != OK) return status;
  }
  const status = left != 0 ? scanMemtable(from) : OK;
  return status == OK ? <i32>count : status;
}

function scanSegment(segment: Segment, from: u32): i32 {
  if (wantedKind == RecordKind.EVENT) return scanListed(segment, Section.EVENTS, from, 5);
  if (wantedKind == RecordKind.CHECKPOINT) return scanListed(segment, Section.CHECKPOINTS, from, 4);
  const first = from > segment.firstRecord ? from - segment.firstRecord : 0;
  for (let ordinal = first; ordinal < segment.recordCount && left != 0; ordinal++) {
    const kind = recordKind(segment, ordinal);
    if (segmentStatus != OK) return segmentStatus;
    if ((kind & 0x7f) != wantedKind) continue;
    const status = take(segment, ordinal);
    if (status != OK) return status;
  }
  return OK;
}

/** Goes through a section that lists ordinals; `bytesEach` of them, with the event types that follow in one. */
function scanListed(segment: Segment, tag: u32, from: u32, bytesEach: u64): i32 {
  const length = sectionLength(segment, tag);
  if (segmentStatus != OK) return segmentStatus;
  const listed = <u32>(length / bytesEach);
  let low: u32 = 0;
  let high = listed;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const number = segment.firstRecord + u32At(segment, tag, middle);
    if (segmentStatus != OK) return segmentStatus;
    if (number < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < listed && left != 0; i++) {
    if (wantedKind == RecordKind.EVENT && wantedTag != 0) {
      const type = sectionBytesAt(segment, tag, ((<u64>listed) << 2) + i, 1);
      if (type == 0) return segmentStatus;
      if (load<u8>(type) != <u8>min<u32>(wantedTag, MAX_INDEXED_TAG + 1)) continue;
    }
    const ordinal = u32At(segment, tag, i);
    if (segmentStatus != OK) return segmentStatus;
    const status = take(segment, ordinal);
    if (status != OK) return status;
  }
  return OK;
}

function take(segment: Segment, ordinal: u32): i32 {
  const status = runOf(segment, ordinal);
  if (status != OK) return status;
  if (!lineageHolds(runBranch, runSequence)) return OK;
  return emit(segment.firstRecord + ordinal);
}

function emit(number: u32): i32 {
  let status = loadRecord(record, number);
  // An event that was merged is told where it became visible: at its promotion.
  if (status == OK && record.kind == RecordKind.PROMOTION) status = loadRecord(record, record.sameAs);
  if (status != OK) return status;
  if (wantedTag != 0 && record.tag != wantedTag) return OK;
  status = appendEntry(record, 0, 0);
  if (status != OK) return status;
  count++;
  left--;
  scanStoppedAt = number + 1;
  return OK;
}

/** Whether a record of the memtable is of the kind at hand. */
function isWanted(ordinal: u32): bool {
  const row = memtableRow(ordinal);
  return wantedKind == RecordKind.EVENT ? row.isEvent != 0 : (<u32>row.kind & 0x7f) == wantedKind;
}

function scanMemtable(from: u32): i32 {
  const first = from > memtableFirstRecord ? from - memtableFirstRecord : 0;
  for (let ordinal = first; ordinal < memtableRecordCount() && left != 0; ordinal++) {
    if (!isWanted(ordinal)) continue;
    const run = memtableRunOf(ordinal);
    if (!lineageHolds(load<u32>(run, 4), load<u64>(run, 8))) continue;
    const status = emit(memtableFirstRecord + ordinal);
    if (status != OK) return status;
  }
  return OK;
}
