import { Record, RecordKind } from "../format/record";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRunOf } from "../segment/memtable-columns";
import { Segment } from "../segment/reader";
import { loadRun, runBranch, runCount, runEnd, runSequence, runStart } from "../segment/runs";
import { OK, OUT_OF_MEMORY } from "../status";
import { lineageBranch, lineageLimit } from "./lineage";
import { loadRecord } from "./records";
import { appendEntry, result } from "./results";
import { segmentAt, segmentCount } from "./segments";
import { findVersion, versionRecord, versionWhat } from "./versions";

/** What a branch itself has changed: what a merge may promote. */

const record: Record = Record.create();
let count: u32 = 0;
let wanted: u32 = 0;
/** Number of the record that the last call stopped before, to go on from. */
export let changesStoppedAt: u32 = 0;

/**
 * Appends, of the branch whose own lineage is set, the record that is the newest version of each URI on it, up to `limit`, in the order of
 * the records that made them, from number `from` on. Answers their number or a status.
 */
export function listChanges(from: u32, limit: u32): i32 {
  count = 0;
  wanted = limit;
  changesStoppedAt = from;
  for (let i: u32 = 0; i < segmentCount && count < wanted; i++) {
    const segment = segmentAt(i);
    if (from >= segment.firstRecord + segment.recordCount) continue;
    const status = takeRuns(segment, from);
    if (status != OK) return status;
  }
  const status = takeMemtable(from);
  return status == OK ? <i32>count : status;
}

function isOwn(branch: u32, sequence: u64): bool {
  return branch == lineageBranch(0) && sequence <= lineageLimit(0);
}

function takeRuns(segment: Segment, from: u32): i32 {
  const runs = runCount(segment);
  for (let i: u32 = 0; i < runs && count < wanted; i++) {
    const status = loadRun(segment, i);
    if (status != OK) return status;
    if (!isOwn(runBranch, runSequence)) continue;
    const end = segment.firstRecord + runEnd;
    for (let number = max<u32>(from, segment.firstRecord + runStart); number < end && count < wanted; number++) {
      const taken = take(number);
      if (taken != OK) return taken;
    }
  }
  return OK;
}

function takeMemtable(from: u32): i32 {
  const first = from > memtableFirstRecord ? from - memtableFirstRecord : 0;
  for (let ordinal = first; ordinal < memtableRecordCount() && count < wanted; ordinal++) {
    const run = memtableRunOf(ordinal);
    if (!isOwn(load<u32>(run, 4), load<u64>(run, 8))) continue;
    const status = take(memtableFirstRecord + ordinal);
    if (status != OK) return status;
  }
  return OK;
}

/** Appends what record `number` stands for, unless a later record of the branch replaced it. */
function take(number: u32): i32 {
  changesStoppedAt = number + 1;
  let status = loadRecord(record, number);
  if (status != OK) return status;
  if (record.kind == RecordKind.BRANCH) return OK;
  const stands = record.kind == RecordKind.PROMOTION ? record.sameAs : number;
  const found = findVersion(record.uri, record.uriLength);
  if (found < 0) return found;
  if (found == 0 || versionRecord != stands) return OK;
  status = loadRecord(record, stands);
  if (status == OK) status = appendEntry(record, 0, versionWhat);
  count++;
  return status;
}

/** Bytes of a row of `listTotals`. */
const TOTAL_BYTES: usize = 24;

/**
 * Appends a row for each record from number `from` on, up to `limit`, of the newest commit or what waits: u32 branch, u32 kind,
 * u64 sequence, f64 content length (0 for a promotion or branch). Answers how many.
 */
export function listTotals(from: u32, limit: u32, end: u32): i32 {
  let rows: i32 = 0;
  for (let number = from; number < end && <u32>rows < limit; number++) {
    const status = loadRecord(record, number);
    if (status != OK) return status;
    const row = result.extend(TOTAL_BYTES);
    if (row == 0) return OUT_OF_MEMORY;
    store<u32>(row, record.branch);
    store<u32>(row, record.kind, 4);
    store<u64>(row, record.sequence, 8);
    store<f64>(row, record.kind >= RecordKind.PROMOTION ? 0 : <f64>record.contentLength, 16);
    rows++;
  }
  return rows;
}
