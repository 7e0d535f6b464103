import { compareBytes } from "../bytes/search";
import { OK } from "../status";
import { MAX_SOURCES, sourceAt, sourceCount } from "./merge-sources";
import { segmentStatus } from "./pages";
import { TableCursor } from "./table-cursor";

/**
 * The keys of one table of all sources, in order, each once. Cursors answer CORRUPT for keys out of order, so that every
 * step is forward.
 */

const cursors: usize = memory.data(256, 8);
/** A u8 for each source: whether its cursor has an entry, and whether that is an entry of the key at hand. */
const isLive: usize = memory.data(64, 8);
const isMatch: usize = memory.data(64, 8);
let opened: u32 = 0;

/** The key at hand, in some cursor's buffer: valid until the next call. */
export let mergedKey: usize = 0;
export let mergedKeyLength: u32 = 0;

export function cursorOf(source: u32): TableCursor {
  return changetype<TableCursor>(<usize>load<u32>(cursors + ((<usize>source) << 2)));
}

/** Whether a source has the key at hand: then its cursor stands there. */
export function hasMergedKey(source: u32): bool {
  return load<u8>(isMatch + source) != 0;
}

/** Opens a cursor on a table of each source, before the first key. OK or a status; `closeMergedKeys` is due either way. */
export function openMergedKeys(tag: u32): i32 {
  memory.fill(isLive, 1, MAX_SOURCES);
  memory.fill(isMatch, 1, MAX_SOURCES);
  for (opened = 0; opened < sourceCount; opened++) {
    const cursor = TableCursor.openOn(sourceAt(opened), tag);
    if (cursor == null) return segmentStatus;
    store<u32>(cursors + ((<usize>opened) << 2), <u32>changetype<usize>(cursor));
  }
  return OK;
}

export function closeMergedKeys(): void {
  for (; opened > 0; opened--) cursorOf(opened - 1).close();
}

/** Goes to the next key. 1, or 0 at the end, or a status. */
export function nextMergedKey(): i32 {
  for (let i: u32 = 0; i < sourceCount; i++) {
    if (!hasMergedKey(i)) continue;
    const status = cursorOf(i).next();
    if (status < 0) return status;
    store<u8>(isLive + i, <u8>status);
  }
  return findLeast();
}

function findLeast(): i32 {
  memory.fill(isMatch, 0, MAX_SOURCES);
  let found = 0;
  for (let i: u32 = 0; i < sourceCount; i++) {
    if (load<u8>(isLive + i) == 0) continue;
    const cursor = cursorOf(i);
    const order = found == 0 ? -1 : compareBytes(cursor.key, cursor.keyLength, mergedKey, mergedKeyLength);
    if (order > 0) continue;
    if (order < 0) {
      memory.fill(isMatch, 0, i);
      mergedKey = cursor.key;
      mergedKeyLength = cursor.keyLength;
      found = 1;
    }
    store<u8>(isMatch + i, 1);
  }
  return found;
}
