import { commonPrefix } from "../bytes/search";
import {
  readableBytes,
  readFailed,
  readVarint32,
  readVarint64,
  startReading,
  VARINT32_MAX_BYTES,
  VARINT64_MAX_BYTES,
} from "../bytes/varint";
import { OK } from "../status";
import { loadDirectory } from "./directory";
import { segmentStatus } from "./pages";
import { bytesAt, SectionPlace, Segment, sectionPlace } from "./reader";
import {
  entryRest,
  entryRestLength,
  entryShared,
  entryValueLength,
  entryValueOffset,
  failTable,
  nextEntry,
  passSharing,
  walkEntries,
} from "./table-entries";

/** Looking up one key in a table of a segment (docs/format.md 7.2). `table-cursor.ts` goes through many in order. */

/** Where the value lies that was found last: offset in the segment's data, and length. */
export let tableValueOffset: u64 = 0;
export let tableValueLength: u32 = 0;

/** The block that the descent has reached: offset in the section, and length. */
export let blockOffset: u64 = 0;
let blockLength: u32 = 0;

/** Bytes of the key sought that are equal to the beginning of the entry before. */
let matched: u32 = 0;

/**
 * Address of the value of a key, valid until the next access to any segment; its length is `tableValueLength`. 0 if
 * there is no such key, or on failure, with the reason in `segmentStatus`.
 */
export function tableFind(segment: Segment, tag: u32, key: usize, keyLength: u32): usize {
  if (tableLocate(segment, tag, key, keyLength) != 1) return 0;
  return bytesAt(segment, tableValueOffset, tableValueLength);
}

/**
 * Finds a key without reading its value, which may be long. 1 and `tableValueOffset`, `tableValueLength`; 0 if there is
 * none; or a status.
 */
export function tableLocate(segment: Segment, tag: u32, key: usize, keyLength: u32): i32 {
  const status = loadDirectory(segment);
  if (status != OK) return status;
  const place = sectionPlace(segment, tag);
  if (place.length == 0) return 0;
  const found = descend(segment, place, key, keyLength, false);
  if (found != 1) return found;
  const start = place.offset + blockOffset;
  walkEntries(segment, start, start + blockLength);
  matched = 0;
  while (true) {
    const more = nextEntry();
    if (more != 1) return more;
    const order = compareEntry(key, keyLength);
    if (order > 0) return 0;
    if (order == 0) break;
    passSharing(matched);
  }
  tableValueOffset = entryValueOffset;
  tableValueLength = entryValueLength;
  return 1;
}

/**
 * Goes down from the root to the leaf block that holds `key` if any does. 1, or a status; if the key is before all
 * others 0, or with `orFirst` the first leaf.
 */
export function descend(segment: Segment, place: SectionPlace, key: usize, keyLength: u32, orFirst: bool): i32 {
  startAtRoot(place);
  for (let level = place.parameter; level > 1; level--) {
    const status = enterChild(segment, place, key, keyLength, orFirst);
    if (status != 1) return status;
  }
  return 1;
}

/**
 * Finds where the leaf blocks of a table end, and notes it in `place`: where the first index block above them begins.
 * OK or a status.
 */
export function findLeavesEnd(segment: Segment, place: SectionPlace): i32 {
  if (place.leavesEnd != 0) return OK;
  if (place.parameter == 1) {
    place.leavesEnd = place.length;
    return OK;
  }
  startAtRoot(place);
  for (let level = place.parameter; level > 2; level--) {
    const status = enterChild(segment, place, 0, 0, true);
    if (status != 1) return status;
  }
  place.leavesEnd = blockOffset;
  return OK;
}

function startAtRoot(place: SectionPlace): void {
  blockOffset = place.auxiliaryOffset;
  blockLength = place.auxiliaryLength;
}

/** Steps from an index block to the child that begins at or before the key. */
function enterChild(segment: Segment, place: SectionPlace, key: usize, keyLength: u32, orFirst: bool): i32 {
  const start = place.offset + blockOffset;
  walkEntries(segment, start, start + blockLength);
  matched = 0;
  let child: u64 = 0;
  let childBytes: u32 = 0;
  while (true) {
    const more = nextEntry();
    if (more < 0) return more;
    if (more == 0) break;
    const isBehind = compareEntry(key, keyLength) > 0;
    if (isBehind && (child != 0 || !orFirst)) break;
    if (!isBehind) passSharing(matched);
    child = entryValueOffset;
    childBytes = entryValueLength;
    if (isBehind) break;
  }
  return child == 0 ? 0 : readChild(segment, place, child, childBytes);
}

/** Reads an index entry's value. Each block lies before those that point at it: no descent goes round in circles. */
function readChild(segment: Segment, place: SectionPlace, valueOffset: u64, valueLength: u32): i32 {
  if (valueLength > <u32>(VARINT64_MAX_BYTES + VARINT32_MAX_BYTES)) return failTable(segment, valueOffset);
  const value = bytesAt(segment, valueOffset, valueLength);
  if (value == 0) return segmentStatus;
  startReading(value, valueLength);
  const offset = readVarint64();
  const length = readVarint32();
  const isWhole = !readFailed() && readableBytes() == 0 && length != 0;
  if (!isWhole || offset >= blockOffset || <u64>length > blockOffset - offset) {
    return failTable(segment, place.offset + blockOffset);
  }
  blockOffset = offset;
  blockLength = length;
  return 1;
}

/**
 * Order of the entry at hand against the key sought: -1 before, 0 equal, 1 behind. All entries before it were before
 * the key, the last of them with `matched` equal bytes: what an entry shares with it decides mostly.
 */
function compareEntry(key: usize, keyLength: u32): i32 {
  if (entryShared > matched) return -1;
  if (entryShared < matched) return 1;
  const common = <u32>commonPrefix(entryRest, key + matched, min<u32>(entryRestLength, keyLength - matched));
  matched += common;
  if (common == entryRestLength) return matched == keyLength ? 0 : -1;
  if (matched == keyLength) return 1;
  return load<u8>(entryRest + common) < load<u8>(key + matched) ? -1 : 1;
}
