import { Arena } from "../memory/arena";
import { permanent } from "../memory/chunks";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRunOf } from "../segment/memtable-columns";
import { segmentStatus } from "../segment/pages";
import { loadRun, runCount, runSequence, runStart } from "../segment/runs";
import { OK, OUT_OF_MEMORY } from "../status";
import { bitmapBytes } from "./bitmap";
import { applyExceptions, applyMemtableExceptions, newestSequence } from "./exceptions";
import { greatestLimit, LINEAGE_ENTRY_BYTES, lineageCount, lineageEntries, MAX_LINEAGE } from "./lineage-limits";
import { applyRuns, documentBits, PartView } from "./part-view";
import { partAt, partCount, partSegment, partsGeneration } from "./parts";
import { queryArena } from "./query";

/**
 * Views: the documents that a lineage shows, part by part, with their number and lengths. Eight are kept. A new one is made from an
 * older one where that can be: of the parts that both have, only what came since is looked at.
 */

const MAX_VIEWS: u32 = 8;
/** More hidden documents than this are not listed: then a term's postings are counted against the bitmap. */
export const MAX_HIDDEN: u32 = 1024;

@unmanaged
export class View {
  arena: Arena;
  /** Time of the last use; 0 for an empty place. */
  used: u32;
  /** State of the capsule that `parts` stands for. */
  generation: u32;
  memtableFirst: u32;
  memtableCount: u32;
  /** Address of the part views: one for each part, then the memtable's. */
  parts: usize;
  partCount: u32;
  /** Number of the first record that came after the greatest limit, or that wasn't there yet. */
  endRecord: u32;
  documents: u32;
  titleTotal: u64;
  bodyTotal: u64;
  lineageCount: u32;

  /** View of part `index`; the last is the memtable's. */
  part(index: u32): PartView {
    return changetype<PartView>(this.parts + <usize>index * offsetof<PartView>());
  }

  lineage(): usize {
    return changetype<usize>(this) + offsetof<View>();
  }
}

const VIEW_BYTES: usize = offsetof<View>() + <usize>MAX_LINEAGE * LINEAGE_ENTRY_BYTES;
const views: usize = permanent(VIEW_BYTES * MAX_VIEWS);
let clock: u32 = 0;
let lastVisibility: u32 = 0;
/** Why `openView` gave none. */
export let viewStatus: i32 = OK;

function viewAt(index: u32): View {
  return changetype<View>(views + <usize>index * VIEW_BYTES);
}

/** The view of the lineage that is set over the parts that are set; null on failure, with the reason in `viewStatus`. */
export function openView(): View | null {
  const known = findView();
  if (known != null) {
    known.used = ++clock;
    return known;
  }
  const source = closestView();
  const view = freeView(source);
  viewStatus = makeView(view, source);
  if (viewStatus != OK) {
    closeView(view);
    return null;
  }
  // Replaced for good: what it was made from shows the same branch at an earlier time, or an earlier list of parts.
  if (source != null && isSameLineage(source)) closeView(source);
  view.used = ++clock;
  return view;
}

/** Forgets all views and gives their memory back. To be called when records are taken back: when a batch is given up. */
export function dropViews(): void {
  for (let i: u32 = 0; i < MAX_VIEWS; i++) closeView(viewAt(i));
}

function closeView(view: View): void {
  if (changetype<usize>(view.arena) != 0) view.arena.release();
  view.used = 0;
}

function isSameLineage(view: View): bool {
  const bytes = <usize>lineageCount * LINEAGE_ENTRY_BYTES;
  return view.lineageCount == lineageCount && memory.compare(view.lineage(), lineageEntries, bytes) == 0;
}

function findView(): View | null {
  for (let i: u32 = 0; i < MAX_VIEWS; i++) {
    const view = viewAt(i);
    if (view.used != 0 && view.generation == partsGeneration && isSameLineage(view) && memtableIsAsSeenBy(view))
      return view;
  }
  return null;
}

/** Whether the memtable has nothing for the view that it didn't have when the view was made. */
function memtableIsAsSeenBy(view: View): bool {
  if (view.memtableFirst != memtableFirstRecord || view.memtableCount > memtableRecordCount()) return false;
  if (view.memtableCount == memtableRecordCount()) return true;
  return <i64>load<u64>(memtableRunOf(view.memtableCount), 8) > greatestLimit();
}

/** The view of the same branches, their limits but for the first's the same, whose time is the last before the one asked for. */
function closestView(): View | null {
  let closest: View | null = null;
  let limit: i64 = -1;
  for (let i: u32 = 0; i < MAX_VIEWS; i++) {
    const view = viewAt(i);
    if (view.used == 0 || view.lineageCount != lineageCount || lineageCount == 0) continue;
    if (load<u32>(view.lineage()) != load<u32>(lineageEntries)) continue;
    const rest = <usize>(lineageCount - 1) * LINEAGE_ENTRY_BYTES;
    if (memory.compare(view.lineage() + LINEAGE_ENTRY_BYTES, lineageEntries + LINEAGE_ENTRY_BYTES, rest) != 0) continue;
    if (!firstLimitIsGreatest(view)) continue;
    const itsLimit = <i64>load<u64>(view.lineage(), 8);
    if (itsLimit > <i64>load<u64>(lineageEntries, 8) || itsLimit < limit) continue;
    closest = view;
    limit = itsLimit;
  }
  return closest;
}

/** Whether `endRecord` is where the view of its first branch ends: so it is but for lineages that no capsule has. */
function firstLimitIsGreatest(view: View): bool {
  const first = load<u64>(view.lineage(), 8);
  for (let i: u32 = 1; i < view.lineageCount; i++) {
    if (load<u64>(view.lineage() + <usize>i * LINEAGE_ENTRY_BYTES, 8) > first) return false;
  }
  return true;
}

/** An empty place, or that of the view, other than `kept`, that wasn't used for longest. */
function freeView(kept: View | null): View {
  let oldest = viewAt(kept == viewAt(0) ? 1 : 0);
  for (let i: u32 = 0; i < MAX_VIEWS; i++) {
    const view = viewAt(i);
    if (view != kept && view.used < oldest.used) oldest = view;
  }
  closeView(oldest);
  return oldest;
}

function makeView(view: View, source: View | null): i32 {
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

/**
 * Lists the documents of a part that don't show, `MAX_HIDDEN` of them at most: ascending u32 ordinals at `part.hidden`. OK or a status;
 * the list is kept with the view.
 */
export function listHidden(view: View, part: PartView): i32 {
  const bytes = bitmapBytes(part.recordCount);
  const list = view.arena.alloc((<usize>MAX_HIDDEN) << 2);
  const documents = queryArena.allocZeroed(bytes);
  if (list == 0 || documents == 0) return OUT_OF_MEMORY;
  const status = documentBits(part, documents);
  if (status != OK) return status;
  let count: u32 = 0;
  for (let at: usize = 0; at < bytes; at += 8) {
    let word = load<u64>(documents + at) & ~load<u64>(part.bits + at);
    for (; word != 0 && count < MAX_HIDDEN; word &= word - 1) {
      store<u32>(list + ((<usize>count) << 2), <u32>(at << 3) + <u32>ctz<u64>(word));
      count++;
    }
  }
  part.hidden = list;
  part.hiddenCount = count;
  return OK;
}
