import { Cause, fail, failNumbers } from "../failure";
import { ContentMode, parseRecord, Record, RecordKind } from "../format/record";
import { frameStatus, loadPack } from "../log/frames";
import { coveredRecords, recordCount, tailPackCount, tailPackHash, tailPackOffset } from "../log/head";
import { decodePayload, payload } from "../log/payload";
import { memtableAddPack, memtableAddRecord, memtableReset } from "../segment/memtable";
import { CORRUPT, OK } from "../status";
import { addBranchNames } from "./branches";
import { addNames, countText, indexRecord, noteContent, noteSuperseded, resetText } from "./index-record";
import { loadRecord } from "./records";

/**
 * The tail in the memtable. Opening puts in what resolving and listing need; what searching and writing need besides (text, contents,
 * exceptions) costs reads all over the capsule and is put in when first asked for.
 */

const record: Record = Record.create();
let isComplete: bool = false;

/** Puts the tail's records, their versions and names in the memtable. */
export function loadTail(): i32 {
  isComplete = coveredRecords == recordCount;
  return fillMemtable(false);
}

/** Sees to it that the memtable holds all of the tail. */
export function completeTail(): i32 {
  if (isComplete) return OK;
  const status = fillMemtable(true);
  isComplete = status == OK;
  return status;
}

/** The tail was covered by a segment, or holds what this instance put in itself. */
export function tailIsComplete(): void {
  isComplete = true;
}

function fillMemtable(completely: bool): i32 {
  memtableReset(coveredRecords);
  resetText();
  let next = coveredRecords;
  for (let i: u32 = 0; i < tailPackCount(); i++) {
    const offset = tailPackOffset(i);
    const pack = loadPack(offset, tailPackHash(i));
    if (pack == null) return frameStatus;
    if (pack.firstRecord != next || pack.count > recordCount - next) {
      return failNumbers(CORRUPT, Cause.PACK_BODY, offset, next, pack.firstRecord);
    }
    let status = memtableAddPack(offset, tailPackHash(i));
    // By number, and not from `pack`: reading a content may push the pack out of the cache.
    for (let end = next + pack.count; next < end && status == OK; next++) {
      status = addPackRecord(offset, tailPackHash(i), next, completely);
    }
    if (status != OK) return status;
  }
  return next == recordCount ? OK : failNumbers(CORRUPT, Cause.COMMIT_BODY, 0, recordCount, next);
}

/** Names of the record that was decoded last, a checkpoint or a branch. */
function addRecordNames(record: Record, number: u32): i32 {
  if (record.kind == RecordKind.BRANCH) return addBranchNames(payload, record.titleLength, record.branch, number);
  return addNames(record.uri, record.uriLength, payload, record.titleLength, record.branch, number);
}

/** Puts a record of a pack in the memtable, behind the records before it; `completely`: with all that searching and writing need. */
export function addPackRecord(packOffset: u64, packHash: usize, number: u32, completely: bool): i32 {
  let pack = loadPack(packOffset, packHash);
  if (pack == null) return frameStatus;
  if (!parseRecord(record, pack, number - pack.firstRecord)) return fail(CORRUPT, Cause.RECORD, packOffset);
  let status = OK;
  // The record that makes a branch replaces nothing, and its branch isn't known yet.
  if (completely && record.kind != RecordKind.BRANCH) {
    status = noteSuperseded(record);
    if (status != OK) return status;
    // Finding the branch may have pushed the pack out of the cache.
    pack = loadPack(packOffset, packHash);
    if (pack == null) return frameStatus;
    if (!parseRecord(record, pack, number - pack.firstRecord)) return fail(CORRUPT, Cause.RECORD, packOffset);
  }
  const kind = record.document ? record.kind | RecordKind.DOCUMENT : record.kind;
  const promoted = record.contentMode == ContentMode.SAME_AS ? record.sameAs : 0;
  const ordinal = memtableAddRecord(
    record.uri,
    record.uriLength,
    kind,
    record.tag,
    record.branch,
    record.sequence,
    record.address,
    promoted,
  );
  if (ordinal < 0) return ordinal;
  if (record.kind == RecordKind.CHECKPOINT || record.kind == RecordKind.BRANCH) {
    status = decodePayload(record, pack);
    if (status == OK) status = addRecordNames(record, number);
  }
  if (record.document) countText(record.titleLength, record.contentLength);
  if (!completely || status != OK) return status;
  status = loadRecord(record, number);
  if (status == OK) status = noteContent(record, <u32>ordinal);
  if (status == OK && record.document) status = indexRecord(record, <u32>ordinal);
  return status;
}
