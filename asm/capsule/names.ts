import { readFailed, readVarint32, startReading } from "../bytes/varint";
import { memtableFindName } from "../segment/memtable-uris";
import { segmentStatus } from "../segment/pages";
import { failContent } from "../segment/reader";
import { Section } from "../segment/sections";
import { tableFind, tableValueLength, tableValueOffset } from "../segment/table";
import { NOT_FOUND, OK } from "../status";
import { segmentAt, segmentCount } from "./segments";

/** Finding a checkpoint by its id or label: docs/format.md 7.1, section 13. */

/** The record that `findName` found. */
export let namedRecord: u32 = 0;

/** Finds the newest record with a name. */
export function findName(key: usize, length: u32): i32 {
  const entry = memtableFindName(key, length);
  if (entry != null) {
    namedRecord = entry.record;
    return OK;
  }
  for (let i = segmentCount; i > 0; i--) {
    const segment = segmentAt(i - 1);
    const value = tableFind(segment, Section.NAMES, key, length);
    if (value == 0) {
      if (segmentStatus != OK) return segmentStatus;
      continue;
    }
    startReading(value, tableValueLength);
    namedRecord = readVarint32();
    return readFailed() ? failContent(segment, tableValueOffset) : OK;
  }
  return NOT_FOUND;
}
