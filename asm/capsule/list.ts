import { compareBytes, equalBytes } from "../bytes/search";
import { MAX_URI_BYTES, Record, RecordKind } from "../format/record";
import { Buffer } from "../memory/buffer";
import { memtableUris, seekUri, sortedUri, sortUris, URI_KEY, What } from "../segment/memtable-uris";
import { segmentStatus } from "../segment/pages";
import { Section } from "../segment/sections";
import { TableCursor } from "../segment/table-cursor";
import { OK, OUT_OF_MEMORY } from "../status";
import { loadRecord } from "./records";
import { appendEntry } from "./results";
import { segmentAt, segmentCount } from "./segments";
import {
  beginVersionSearch,
  considerEntry,
  considerValue,
  versionIsSettled,
  versionRecord,
  versionWasFound,
  versionWhat,
} from "./versions";

/**
 * Listing the URIs that a view holds, in the order of their bytes: the memtable and the segments' tables are merged, and of each URI the
 * version is looked for among the sources that have it.
 */

const record: Record = Record.create();
/** A cursor each for the segments, oldest first; 0 where it has come to its end. */
const cursors: Buffer = Buffer.create();
const current: usize = memory.data(1024, 16);
let currentLength: u32 = 0;
let memtableIndex: u32 = 0;

/** Whether the last listing ended because nothing more has the prefix. */
export let listIsComplete: bool = false;

/**
 * Appends up to `limit` entries with URIs that begin with `prefix` and come behind `after` (empty: from the start) to the result.
 * Answers their number or a status.
 */
export function listUris(prefix: usize, prefixLength: u32, after: usize, afterLength: u32, limit: u32): i32 {
  listIsComplete = false;
  const fromAfter = afterLength != 0 && compareBytes(after, afterLength, prefix, prefixLength) >= 0;
  const start = fromAfter ? after : prefix;
  const startLength = fromAfter ? afterLength : prefixLength;
  let status = openCursors(start, startLength);
  let count: u32 = 0;
  while (status == OK && count < limit) {
    if (!findSmallest()) {
      listIsComplete = true;
      break;
    }
    if (currentLength < prefixLength || !equalBytes(current, prefix, prefixLength)) {
      listIsComplete = true;
      break;
    }
    const isAfter = fromAfter && currentLength == afterLength && equalBytes(current, after, afterLength);
    status = takeCurrent();
    if (status != OK || isAfter || !versionWasFound() || versionWhat == What.REMOVAL) continue;
    status = loadRecord(record, versionRecord);
    if (status == OK && record.kind == RecordKind.BRANCH) continue;
    if (status == OK) status = appendEntry(record, 0, versionWhat);
    count++;
  }
  closeCursors();
  return status == OK ? <i32>count : status;
}

function cursorAt(index: u32): usize {
  return <usize>load<u32>(cursors.data + ((<usize>index) << 2));
}
function setCursor(index: u32, cursor: usize): void {
  store<u32>(cursors.data + ((<usize>index) << 2), <u32>cursor);
}

function openCursors(start: usize, startLength: u32): i32 {
  cursors.clear();
  if (!sortUris()) return OUT_OF_MEMORY;
  memtableIndex = seekUri(start, startLength);
  if (segmentCount == 0) return OK;
  const list = cursors.extend((<usize>segmentCount) << 2);
  if (list == 0) return OUT_OF_MEMORY;
  memory.fill(list, 0, (<usize>segmentCount) << 2);
  for (let i: u32 = 0; i < segmentCount; i++) {
    const cursor = TableCursor.openOn(segmentAt(i), Section.URIS);
    if (cursor == null) return segmentStatus;
    setCursor(i, changetype<usize>(cursor));
    const status = startLength == 0 ? cursor.first() : cursor.seek(start, startLength);
    if (status < 0) return status;
    if (status == 0) endCursor(i);
  }
  return OK;
}

function endCursor(index: u32): void {
  changetype<TableCursor>(cursorAt(index)).close();
  setCursor(index, 0);
}

function closeCursors(): void {
  for (let i: u32 = 0; i < <u32>(cursors.length >> 2); i++) if (cursorAt(i) != 0) endCursor(i);
  cursors.clear();
}

/** Copies the smallest URI that any source stands at to `current`. False if all have come to their ends. */
function findSmallest(): bool {
  let key: usize = 0;
  let length: u32 = 0;
  if (memtableIndex < memtableUris.count) {
    const entry = sortedUri(memtableIndex);
    key = changetype<usize>(entry) + URI_KEY;
    length = entry.length;
  }
  for (let i: u32 = 0; i < <u32>(cursors.length >> 2); i++) {
    if (cursorAt(i) == 0) continue;
    const cursor = changetype<TableCursor>(cursorAt(i));
    if (key != 0 && compareBytes(cursor.key, cursor.keyLength, key, length) >= 0) continue;
    key = cursor.key;
    length = cursor.keyLength;
  }
  if (key == 0 || length > MAX_URI_BYTES) return false;
  memory.copy(current, key, length);
  currentLength = length;
  return true;
}

function isCurrent(key: usize, length: u32): bool {
  return length == currentLength && equalBytes(key, current, length);
}

/** Looks for the version of the current URI, newest source first, and moves all sources that stand at it on. */
function takeCurrent(): i32 {
  beginVersionSearch();
  if (memtableIndex < memtableUris.count) {
    const entry = sortedUri(memtableIndex);
    if (isCurrent(changetype<usize>(entry) + URI_KEY, entry.length)) {
      considerEntry(entry);
      memtableIndex++;
    }
  }
  for (let i = <u32>(cursors.length >> 2); i > 0; i--) {
    if (cursorAt(i - 1) == 0) continue;
    const cursor = changetype<TableCursor>(cursorAt(i - 1));
    if (!isCurrent(cursor.key, cursor.keyLength)) continue;
    if (!versionIsSettled()) {
      const value = cursor.value();
      if (value == 0) return segmentStatus;
      const status = considerValue(segmentAt(i - 1), value, cursor.valueLength, cursor.valueOffset);
      if (status != OK) return status;
    }
    const more = cursor.next();
    if (more < 0) return more;
    if (more == 0) endCursor(i - 1);
  }
  return OK;
}
