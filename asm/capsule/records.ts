import { Cause, fail } from "../failure";
import { PackView } from "../format/pack";
import { addressIndex, addressPackOffset, parseRecord, Record } from "../format/record";
import { frameStatus, loadPack } from "../log/frames";
import { tailPackCount, tailPackHash, tailPackOffset } from "../log/head";
import { openPackFirstRecord, openPackRecords, viewOpenPack } from "../log/pack-writer";
import { recordAddress } from "../segment/columns";
import { memtableFirstRecord } from "../segment/memtable";
import { memtableRecordCount, memtableRow } from "../segment/memtable-columns";
import { segmentStatus } from "../segment/pages";
import { packHash } from "../segment/pinned-packs";
import { CORRUPT, NOT_FOUND, OK, OUT_OF_MEMORY } from "../status";
import { segmentOfRecord } from "./segments";

/** From a record's number to the record: through the index to its pack, which the index pins by its hash. */

/** The pack of the record that was loaded last, and its index there. */
export let recordPack: PackView = changetype<PackView>(0);
export let recordIndex: u32 = 0;

/** Loads record `number`. NOT_FOUND if there is none. Its payload's pointers are valid until the next record is loaded. */
export function loadRecord(record: Record, number: u32): i32 {
  let pack: PackView | null;
  if (openPackRecords != 0 && number >= openPackFirstRecord) {
    if (number - openPackFirstRecord >= openPackRecords) return NOT_FOUND;
    pack = viewOpenPack();
    if (pack == null) return OUT_OF_MEMORY;
    recordIndex = number - openPackFirstRecord;
  } else {
    const status = findPack(number);
    if (status != OK) return status;
    pack = loadPack(foundOffset, foundHash);
    if (pack == null) return frameStatus;
  }
  if (recordIndex >= pack.count || pack.firstRecord + recordIndex != number) {
    return fail(CORRUPT, Cause.RECORD, pack.frameOffset);
  }
  if (!parseRecord(record, pack, recordIndex)) return fail(CORRUPT, Cause.RECORD, pack.frameOffset);
  recordPack = pack;
  return OK;
}

/** Parses record `index` of a pack that is at hand, as if it had been loaded. */
export function takeRecord(record: Record, pack: PackView, index: u32): i32 {
  if (!parseRecord(record, pack, index)) return fail(CORRUPT, Cause.RECORD, pack.frameOffset);
  recordPack = pack;
  recordIndex = index;
  return OK;
}

let foundOffset: u64 = 0;
let foundHash: usize = 0;

/** Finds the pack of a record in the index, and the hash that pins it (0 for what this instance wrote itself just now). */
function findPack(number: u32): i32 {
  let address: u64;
  if (number >= memtableFirstRecord) {
    const ordinal = number - memtableFirstRecord;
    if (ordinal >= memtableRecordCount()) return NOT_FOUND;
    address = memtableRow(ordinal).address;
    foundOffset = addressPackOffset(address);
    foundHash = pinOfTailPack(foundOffset);
  } else {
    const segment = segmentOfRecord(number);
    if (segment == null) return NOT_FOUND;
    address = recordAddress(segment, number - segment.firstRecord);
    if (segmentStatus != OK) return segmentStatus;
    foundOffset = addressPackOffset(address);
    foundHash = packHash(segment, foundOffset);
    if (segmentStatus != OK) return segmentStatus;
    if (foundHash == 0) return fail(CORRUPT, Cause.SEGMENT_CONTENT, foundOffset);
  }
  recordIndex = addressIndex(address);
  return OK;
}

function pinOfTailPack(offset: u64): usize {
  for (let i: u32 = 0; i < tailPackCount(); i++) if (tailPackOffset(i) == offset) return tailPackHash(i);
  return 0;
}
