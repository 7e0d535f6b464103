import { RecordKind } from "../format/record";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { beginNumbers, flushNumbers, putNumber, putU8, putU32, putU64, widthFor } from "./build-numbers";
import { buildTerms, builtTerms, releaseTermBuilder } from "./build-terms";
import { buildNames, buildUris, builtUris, releaseUriBuilder } from "./build-uris";
import { memtableBodyTotal, memtableDocuments, memtableFirstRecord, memtableTitleTotal } from "./memtable";
import { memtableExceptions, memtablePacks, memtableRecordCount, memtableRow, memtableRuns } from "./memtable-columns";
import { CONTENT_BYTES, memtableContents } from "./memtable-contents";
import { ITEM_BYTES, sortItems } from "./memtable-sort";
import { EXCEPTION_BYTES, Section } from "./sections";
import { sectionBegin, sectionBytes, sectionEnd, segmentAbort, segmentBegin, segmentFinish } from "./writer";

/** Makes a segment of the memtable (docs/format.md, part 7), section by section. */

const items: Buffer = Buffer.create();

/**
 * Writes the memtable, which holds at least one record, as a segment. On OK `writtenFirstExtent` and its kin describe it, and
 * the memtable is as it was: `memtableReset` is the caller's.
 */
export function buildSegment(): i32 {
  segmentBegin(memtableFirstRecord, memtableRecordCount());
  beginNumbers();
  const status = buildSections();
  items.release();
  releaseUriBuilder();
  releaseTermBuilder();
  if (status == OK) {
    return segmentFinish(memtableDocuments, memtableTitleTotal, memtableBodyTotal, builtUris(), builtTerms);
  }
  segmentAbort();
  return status;
}

function buildSections(): i32 {
  buildColumns();
  let status = buildExceptions();
  if (status == OK) status = buildUris();
  if (status == OK) status = buildTerms();
  if (status == OK) status = buildContents();
  if (status != OK) return status;
  copySection(Section.PACKS, memtablePacks);
  status = buildNames();
  if (status != OK) return status;
  buildCheckpoints();
  return buildEvents();
}

/** Sections 1 to 5. */
function buildColumns(): void {
  const count = memtableRecordCount();
  sectionBegin(Section.ADDRESSES);
  for (let i: u32 = 0; i < count; i++) putU64(memtableRow(i).address);
  endNumbers(0);
  sectionBegin(Section.KINDS);
  for (let i: u32 = 0; i < count; i++) putU8(memtableRow(i).kind);
  endNumbers(0);
  copySection(Section.RUNS, memtableRuns);
  let longestTitle: u32 = 0;
  let longestBody: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    longestTitle = max<u32>(longestTitle, memtableRow(i).titleLength);
    longestBody = max<u32>(longestBody, memtableRow(i).bodyLength);
  }
  const titleWidth = widthFor(longestTitle);
  sectionBegin(Section.TITLE_LENGTHS);
  for (let i: u32 = 0; i < count; i++) putNumber(memtableRow(i).titleLength, titleWidth);
  endNumbers(titleWidth);
  const bodyWidth = widthFor(longestBody);
  sectionBegin(Section.BODY_LENGTHS);
  for (let i: u32 = 0; i < count; i++) putNumber(memtableRow(i).bodyLength, bodyWidth);
  endNumbers(bodyWidth);
}

function endNumbers(parameter: u32): i32 {
  flushNumbers();
  return sectionEnd(parameter, 0, 0);
}

function copySection(tag: u32, bytes: Buffer): void {
  sectionBegin(tag);
  sectionBytes(bytes.data, bytes.length);
  sectionEnd(0, 0, 0);
}

/** An item to sort: what it is sorted by, and what goes with it. False when memory is exhausted. */
function addItem(order: u64, companion: u32): bool {
  const item = items.extend(ITEM_BYTES);
  if (item == 0) return false;
  store<u64>(item, order);
  store<u32>(item, companion, 8);
  store<u32>(item, 0, 12);
  return true;
}

/** Exceptions were added by ascending cause, and equal items stay in order: it is enough to sort by document. */
function buildExceptions(): i32 {
  items.clear();
  const end = memtableExceptions.data + memtableExceptions.length;
  for (let at = memtableExceptions.data; at < end; at += EXCEPTION_BYTES) {
    if (!addItem(load<u32>(at), <u32>at)) return OUT_OF_MEMORY;
  }
  if (!sortItems(items)) return OUT_OF_MEMORY;
  sectionBegin(Section.EXCEPTIONS);
  for (let at: usize = 0; at < items.length; at += ITEM_BYTES) {
    const exception = <usize>load<u32>(items.data + at, 8);
    putU64(load<u64>(exception));
    putU64(load<u64>(exception, 8));
  }
  return endNumbers(0);
}

/** Contents were added by ascending ordinal. */
function buildContents(): i32 {
  items.clear();
  const end = memtableContents.data + memtableContents.length;
  for (let at = memtableContents.data; at < end; at += CONTENT_BYTES) {
    if (!addItem(load<u64>(at), load<u32>(at, 8))) return OUT_OF_MEMORY;
  }
  if (!sortItems(items)) return OUT_OF_MEMORY;
  sectionBegin(Section.CONTENTS);
  for (let at: usize = 0; at < items.length; at += ITEM_BYTES) putU64(load<u64>(items.data + at));
  flushNumbers();
  for (let at: usize = 0; at < items.length; at += ITEM_BYTES) putU32(load<u32>(items.data + at, 8));
  return endNumbers(0);
}

function buildCheckpoints(): void {
  const count = memtableRecordCount();
  sectionBegin(Section.CHECKPOINTS);
  for (let i: u32 = 0; i < count; i++) {
    if (memtableRow(i).kind == RecordKind.CHECKPOINT) putU32(i);
  }
  endNumbers(0);
}

function buildEvents(): i32 {
  const count = memtableRecordCount();
  sectionBegin(Section.EVENTS);
  for (let i: u32 = 0; i < count; i++) {
    if (memtableRow(i).isEvent != 0) putU32(i);
  }
  flushNumbers();
  for (let i: u32 = 0; i < count; i++) {
    if (memtableRow(i).isEvent != 0) putU8(memtableRow(i).tag);
  }
  return endNumbers(0);
}
