import { ContentMode, Record, RecordKind } from "../format/record";
import { analyzerId } from "../format/superblock";
import { decodePayload, payload } from "../log/payload";
import { Buffer } from "../memory/buffer";
import { recordKind } from "../segment/columns";
import {
  BODY,
  memtableAddContent,
  memtableAddException,
  memtableAddName,
  memtableFirstRecord,
  memtableIndexDocument,
  memtableIndexText,
  memtableStartField,
  TITLE,
} from "../segment/memtable";
import { memtableRow } from "../segment/memtable-columns";
import { What } from "../segment/memtable-uris";
import { segmentStatus } from "../segment/pages";
import { OK, OUT_OF_MEMORY } from "../status";
import { setBranchLineage } from "./branches";
import { hashContent, readContent } from "./content";
import { recordPack } from "./records";
import { segmentOfRecord } from "./segments";
import { findVersion, versionRecord, versionWhat } from "./versions";

/** What the index takes from a record besides its version: exceptions, contents, names, text. */

/** Contents shorter than this aren't looked up for duplicates. */
export const LEAST_DUPLICATE_BYTES: u64 = 32;

/** Sign of an exception: the document no longer shows, or it shows. */
const HIDDEN: u32 = 0;
const SHOWN: u32 = 1;

/** Whether the record with this number is a document: 1, 0, or a status. */
export function isDocument(number: u32): i32 {
  let kind: u32;
  if (number >= memtableFirstRecord) {
    kind = memtableRow(number - memtableFirstRecord).kind;
  } else {
    const segment = segmentOfRecord(number);
    if (segment == null) return 0;
    kind = recordKind(segment, number - segment.firstRecord);
    if (segmentStatus != OK) return segmentStatus;
  }
  return i32((kind & RecordKind.DOCUMENT) != 0);
}

/** Notes which document a record hides, before the record itself is added. Sets the lineage. */
export function noteSuperseded(record: Record): i32 {
  const lined = setBranchLineage(record.branch, record.sequence);
  if (lined != OK) return lined;
  const found = findVersion(record.uri, record.uriLength);
  if (found < 0) return found;
  if (found == 1 && !(record.kind == RecordKind.PROMOTION && versionRecord == record.sameAs)) {
    const status = noteHidden(record.branch, record.number);
    if (status != OK) return status;
  }
  if (record.kind != RecordKind.PROMOTION) return OK;
  return noteShown(record);
}

/** Notes that a promotion shows the document that it names, if it is one. */
export function noteShown(record: Record): i32 {
  const promoted = isDocument(record.sameAs);
  return promoted == 1 ? memtableAddException(record.sameAs, record.branch, record.number, SHOWN) : promoted;
}

/** Notes that the version found last, if it is a document's, is hidden by the record `cause`. */
export function noteHidden(branch: u32, cause: u32): i32 {
  if (versionWhat != What.CONTENT && versionWhat != What.PROMOTION) return OK;
  const hidden = isDocument(versionRecord);
  return hidden == 1 ? memtableAddException(versionRecord, branch, cause, HIDDEN) : hidden;
}

/** Text of the documents in the memtable, in bytes: what decides when a segment is written. */
export let textBytes: u64 = 0;
export function countText(titleLength: u32, bodyLength: u64): void {
  textBytes += titleLength + bodyLength;
}
export function resetText(): void {
  textBytes = 0;
}

const nameKey: Buffer = Buffer.create();

/** Notes the names of a checkpoint: the last component of its URI, and its label. */
export function addNames(uri: usize, uriLength: u32, label: usize, labelLength: u32, branch: u32, record: u32): i32 {
  let start = uriLength;
  while (start > 0 && load<u8>(uri + start - 1) != 0x2f) start--;
  nameKey.clear();
  const id = nameKey.extend(1 + uriLength - start);
  if (id == 0) return OUT_OF_MEMORY;
  store<u8>(id, 0x69);
  memory.copy(id + 1, uri + start, uriLength - start);
  const status = memtableAddName(nameKey.data, <u32>nameKey.length, record);
  if (status != OK || labelLength == 0) return status;
  nameKey.clear();
  const key = nameKey.extend(5 + labelLength);
  if (key == 0) return OUT_OF_MEMORY;
  store<u8>(key, 0x6c);
  store<u32>(key, bswap<u32>(branch), 1);
  memory.copy(key + 5, label, labelLength);
  return memtableAddName(nameKey.data, <u32>nameKey.length, record);
}

const contentHash: usize = memory.data(32, 16);

/** Notes the content of the record that was loaded last, if it is a revision with content of its own that may be met again. */
export function noteContent(record: Record, ordinal: u32): i32 {
  const own = record.contentMode == ContentMode.INLINE || record.contentMode == ContentMode.BLOBS;
  if (record.kind != RecordKind.REVISION || !own || record.contentLength < LEAST_DUPLICATE_BYTES) return OK;
  const status = hashContent(record, contentHash);
  return status == OK ? memtableAddContent(load<u64>(contentHash), ordinal) : status;
}

/** Content is read for indexing in pieces of this size. */
const PIECE_BYTES: u32 = 1 << 18;
/** The tokenizer leaves at most this much of a piece over. */
const MAX_LEFT_OVER_BYTES: u32 = 512;
const text: Buffer = Buffer.create();

/** Indexes the text of a document: the record that was loaded last, which is the last in the memtable. */
export function indexRecord(record: Record, ordinal: u32): i32 {
  let status = decodePayload(record, recordPack);
  if (status != OK) return status;
  if (record.contentMode == ContentMode.INLINE || record.contentMode == ContentMode.NONE) {
    const body = payload + record.titleLength + record.attributesLength;
    return memtableIndexDocument(ordinal, analyzerId(), payload, record.titleLength, body, <u32>record.contentLength);
  }
  status = memtableStartField(ordinal, analyzerId(), TITLE);
  if (status == OK) status = min<i32>(memtableIndexText(payload, record.titleLength, true), OK);
  if (status == OK) status = memtableStartField(ordinal, analyzerId(), BODY);
  if (status == OK) status = indexContent(record);
  text.release();
  return status;
}

function indexContent(record: Record): i32 {
  text.clear();
  if (text.extend(PIECE_BYTES + MAX_LEFT_OVER_BYTES) == 0) return OUT_OF_MEMORY;
  let leftOver: u32 = 0;
  let from: u64 = 0;
  do {
    const length = <u32>min<u64>(record.contentLength - from, PIECE_BYTES);
    const status = readContent(record, from, length, text.data + leftOver);
    if (status != OK) return status;
    from += length;
    const filled = leftOver + length;
    const used = memtableIndexText(text.data, filled, from == record.contentLength);
    if (used < 0) return used;
    leftOver = filled - <u32>used;
    memory.copy(text.data, text.data + <u32>used, leftOver);
  } while (from < record.contentLength);
  return OK;
}
