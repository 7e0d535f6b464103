import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRunOf } from "../segment/memtable-columns";
import { OK } from "../status";
import { greatestLimit, LINEAGE_ENTRY_BYTES, lineageCount, lineageEntries } from "./lineage-limits";
import { makeView } from "./make-view";
import { partsGeneration } from "./parts";
import { forgetRecordUris } from "./record-uri";
import { MAX_VIEWS, View, viewAt } from "./view-list";

/**
 * Views: the documents that a lineage shows, part by part, with their number and lengths. Eight are kept. A new one is made from an
 * older one where that can be: of the parts that both have, only what came since is looked at.
 */

let clock: u32 = 0;
/** Why `openView` gave none. */
export let viewStatus: i32 = OK;

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

/**
 * Forgets all views, whose memory is given back, and what was kept of records. To be called when another capsule is opened, and when
 * records are taken back: when a batch is given up.
 */
export function dropViews(): void {
  forgetRecordUris();
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
