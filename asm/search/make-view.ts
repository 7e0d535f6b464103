import { Arena } from "../memory/arena";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRunOf } from "../segment/memtable-columns";
import { segmentStatus } from "../segment/pages";
import { loadRun, runCount, runSequence, runStart } from "../segment/runs";
import { OK, OUT_OF_MEMORY } from "../status";
import { bitmapBytes } from "./bitmap";
import { applyExceptions, applyMemtableExceptions, newestSequence } from "./exceptions";
import { greatestLimit, LINEAGE_ENTRY_BYTES, lineageCount, lineageEntries } from "./lineage-limits";
import { applyRuns, PartView } from "./part-view";
import { partAt, partCount, partSegment, partsGeneration } from "./parts";
import { MAX_VIEWS, View, viewAt } from "./view-list";

/** Making a view: from nothing, or from an older one. */

let lastVisibility: u32 = 0;

/** Makes `view` that of the lineage that is set; `source` shows the same branches at an earlier time. OK or a status. */
export function makeView(view: View, source: View | null): i32 {
  if (changetype<usize>(view.arena) == 0) view.arena = Arena.create(14);
  view.generation = partsGeneration;
  view.memtableFirst = memtableFirstRecord;
  view.memtableCount = memtableRecordCount();
  view.partCount = partCount() + 1;
  view.lineageCount = lineageCount;
  memory.copy(view.lineage(), lineageEntries, <usize>lineageCount * LINEAGE_ENTRY_BYTES);
  view.parts = view.arena.allocZeroed(<usize>view.partCount * offsetof<PartView>());
  if (view.parts == 0) return OUT_OF_MEMORY;
  let status = findEndRecord(view);
  for (let i: u32 = 0; i < view.partCount && status == OK; i++) status = makePartView(view, i, source);
  if (status == OK) sumUp(view);
  return status;
}

function sumUp(view: View): void {
  view.documents = 0;
  view.titleTotal = 0;
  view.bodyTotal = 0;
  for (let i: u32 = 0; i < view.partCount; i++) {
    const part = view.part(i);
    view.documents += part.documents;
    view.titleTotal += part.titleTotal;
    view.bodyTotal += part.bodyTotal;
  }
}

/** Sequences ascend with record numbers: finds where those begin that are beyond all limits. OK or a status. */
function findEndRecord(view: View): i32 {
  const limit = greatestLimit();
  let records = memtableRecordCount();
  while (records != 0 && <i64>load<u64>(memtableRunOf(records - 1), 8) > limit) records = memtableRunStart(records - 1);
  view.endRecord = memtableFirstRecord + records;
  if (records != 0) return OK;
  for (let i = partCount(); i > 0; i--) {
    const part = partAt(i - 1);
    const segment = partSegment(part);
    if (newestSequence(segment) <= limit) return segmentStatus;
    for (let run = runCount(segment); run > 0; run--) {
      const status = loadRun(segment, run - 1);
      if (status != OK) return status;
      if (<i64>runSequence <= limit) return OK;
      view.endRecord = part.firstRecord + runStart;
    }
  }
  return segmentStatus;
}

function memtableRunStart(ordinal: u32): u32 {
  return load<u32>(memtableRunOf(ordinal));
}

function makePartView(view: View, index: u32, source: View | null): i32 {
  const part = view.part(index);
  const isMemtable = index == partCount();
  if (isMemtable) {
    part.firstRecord = memtableFirstRecord;
    part.recordCount = memtableRecordCount();
  } else {
    const listed = partAt(index);
    part.uid = listed.uid;
    part.segment = listed.segment;
    part.firstRecord = listed.firstRecord;
    part.recordCount = listed.recordCount;
  }
  const old = isMemtable || source == null ? changetype<PartView>(0) : completePart(source, part);
  const isNew = changetype<usize>(old) == 0;
  const firstCause: u32 = isNew || source == null ? 0 : source.endRecord;
  let status = isNew ? applyRuns(part, view.arena) : copyPart(part, old, view.arena);
  const firstSegment = max<u32>(index, firstPartWith(firstCause));
  for (let i = firstSegment; i < partCount() && status == OK; i++) {
    status = applyExceptions(part, view.arena, partSegment(partAt(i)), firstCause);
  }
  if (status == OK) status = applyMemtableExceptions(part, view.arena, firstCause);
  if (status == OK) settleBits(part);
  return status;
}

/** The part as the source saw it, if it saw it whole; else 0. */
function completePart(source: View, part: PartView): PartView {
  for (let i: u32 = 0; i + 1 < source.partCount; i++) {
    const old = source.part(i);
    if (old.uid == part.uid) {
      return old.firstRecord + old.recordCount <= source.endRecord ? old : changetype<PartView>(0);
    }
  }
  return changetype<PartView>(0);
}

function copyPart(part: PartView, old: PartView, arena: Arena): i32 {
  part.allDocuments = old.allDocuments;
  part.documents = old.documents;
  part.titleTotal = old.titleTotal;
  part.bodyTotal = old.bodyTotal;
  if (old.bits == 0) return OK;
  const bytes = bitmapBytes(part.recordCount);
  part.bits = arena.alloc(bytes);
  if (part.bits == 0) return OUT_OF_MEMORY;
  memory.copy(part.bits, old.bits, bytes);
  return OK;
}

/** Index of the part that holds a record, or of the first one behind it. */
function firstPartWith(record: u32): u32 {
  let index: u32 = 0;
  while (index < partCount() && partAt(index).firstRecord + partAt(index).recordCount <= record) index++;
  return index;
}

/** Gives the set of documents that show a number: that of an equal set, if a view has one. */
function settleBits(part: PartView): void {
  if (part.documents == part.allDocuments || part.documents == 0) part.bits = 0;
  if (part.bits == 0) return;
  const bytes = bitmapBytes(part.recordCount);
  for (let i: u32 = 0; i < MAX_VIEWS && part.segment != 0; i++) {
    const view = viewAt(i);
    for (let j: u32 = 0; view.used != 0 && j + 1 < view.partCount; j++) {
      const other = view.part(j);
      if (other.uid != part.uid || other.bits == 0) continue;
      if (memory.compare(other.bits, part.bits, bytes) != 0) continue;
      part.visibility = other.visibility;
      return;
    }
  }
  part.visibility = ++lastVisibility;
}
