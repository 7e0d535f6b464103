import { validUtf8 } from "../bytes/utf8";
import { Cause, fail, failNumbers } from "../failure";
import { Counter } from "../format/commit";
import {
  ContentMode,
  INLINE_BELOW_BYTES,
  MAX_ATTRIBUTES_BYTES,
  MAX_TITLE_BYTES,
  Record,
  RecordKind,
} from "../format/record";
import { analyzerId } from "../format/superblock";
import { blake3 } from "../hash/blake3";
import { addToCounter, branchCount } from "../log/head";
import { addRecord, draft, storedPayloadLength } from "../log/pack-writer";
import { isPoisoned } from "../log/source";
import { Buffer } from "../memory/buffer";
import { memtableAddContent, memtableAddRecord, memtableIndexDocument, memtableIsFull } from "../segment/memtable";
import { What } from "../segment/memtable-uris";
import { INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND, OK, OUT_OF_MEMORY, POISONED, WRONG_STATE } from "../status";
import { checkUri } from "../uri/grammar";
import { countRecord, nextRecord, nextSequence, openBatch, preparePack } from "./batch";
import { addBranchNames, setBranchLineage } from "./branches";
import {
  beginBlobs,
  beginRepeat,
  blobCount,
  blobList,
  blobStoredBytes,
  endStream,
  isRepeat,
  isStreaming,
  repeatedRecord,
  streamed,
  streamedLength,
  writeBlob,
  writeBlobs,
} from "./content-writer";
import { cutSegment } from "./cut";
import { duplicateOf, findDuplicate } from "./duplicates";
import { addNames, countText, indexRecord, LEAST_DUPLICATE_BYTES, noteHidden } from "./index-record";
import { loadRecord } from "./records";
import { findVersion, uriExists, versionWhat } from "./versions";

/** Putting a record: checked, its content stored, written into the open pack, entered in the index. */

/** What the caller of `putRecord` may ask for. */
export namespace PutFlag {
  export const DOCUMENT: u32 = 1;
  export const NO_DEDUPLICATION: u32 = 2;
  export const STREAMED: u32 = 4;
  /** A removal is stored also where nothing is to be removed. */
  export const UNCONDITIONAL: u32 = 8;
}

/** Number of the record put last, and whether its content was there already. */
export let putNumber: u32 = 0;
export let putIsDuplicate: bool = false;

const contentHash: usize = memory.data(32, 16);
const joined: Buffer = Buffer.create();
const stored: Record = Record.create();
let hasHash: bool = false;

/** The arguments at hand: URI ‖ title ‖ attributes ‖ content, one behind the other. */
let uri: usize = 0;
let uriLength: u32 = 0;
let titleLength: u32 = 0;
let attributesLength: u32 = 0;
let contentLength: u32 = 0;

/** Puts a record at the end of the batch. Nothing was changed if it answers anything but OK, OUT_OF_MEMORY or a write's failure. */
export function putRecord(
  kind: u32,
  tag: u32,
  flags: u32,
  branch: u32,
  at: u64,
  source: usize,
  uriBytes: u32,
  titleBytes: u32,
  attributesBytes: u32,
  contentBytes: u32,
): i32 {
  uri = source;
  uriLength = uriBytes;
  titleLength = titleBytes;
  attributesLength = attributesBytes;
  contentLength = contentBytes;
  let status = checkArguments(kind, flags);
  if (status == OK) status = openBatch();
  if (status != OK) return status;
  status = setBranchLineage(branch, nextSequence());
  if (status != OK) return status;
  const found = findVersion(uri, uriLength);
  if (found < 0) return found;
  const isThere = found != 0 && versionWhat != What.REMOVAL;
  if (kind == RecordKind.REMOVAL && !isThere && (flags & PutFlag.UNCONDITIONAL) == 0) return NOT_FOUND;
  const number = nextRecord();
  if (number == u32.MAX_VALUE) return fail(LIMIT_EXCEEDED, Cause.RECORD_COUNT, 0);
  let isNewUri = found == 0;
  // Without branches, what isn't found on main is nowhere.
  if (isNewUri && branchCount != 0) {
    const exists = uriExists(uri, uriLength);
    if (exists < 0) return exists;
    isNewUri = exists == 0;
  }
  status = storeContent(kind, flags);
  if (status == OK) status = preparePack(branch, at);
  if (status != OK) return status;
  if (found == 1) {
    // Storing the content has looked into other segments: find the version once more.
    findVersion(uri, uriLength);
    status = noteHidden(branch, number);
    if (status != OK) return status;
  }
  return writeRecord(kind, tag, flags, branch, at, number, isNewUri);
}

function checkArguments(kind: u32, flags: u32): i32 {
  if (isPoisoned()) return POISONED;
  if (kind == 0 || (kind > RecordKind.CHECKPOINT && kind != RecordKind.BRANCH)) return INVALID_ARGUMENT;
  // A stream that nothing refused may still have to fork its branch.
  if (((flags & PutFlag.STREAMED) != 0) != isStreaming && kind != RecordKind.BRANCH) return WRONG_STATE;
  const status = checkUri(uri, uriLength);
  if (status != OK) return status;
  if (titleLength > MAX_TITLE_BYTES)
    return failNumbers(LIMIT_EXCEEDED, Cause.TITLE_LENGTH, 0, MAX_TITLE_BYTES, titleLength);
  if (attributesLength > MAX_ATTRIBUTES_BYTES) {
    return failNumbers(LIMIT_EXCEEDED, Cause.ATTRIBUTES_LENGTH, 0, MAX_ATTRIBUTES_BYTES, attributesLength);
  }
  return validUtf8(uri + uriLength, titleLength + attributesLength) ? OK : INVALID_ARGUMENT;
}

/** Decides where the content goes, writes its blobs, and fills in the draft's part of it. */
function storeContent(kind: u32, flags: u32): i32 {
  const content = uri + uriLength + titleLength + attributesLength;
  beginPayload(uri + uriLength, 0);
  hasHash = false;
  putIsDuplicate = false;
  if ((flags & PutFlag.STREAMED) != 0) return storeStream(kind, flags);
  if (!isStreaming) beginBlobs();
  if (kind == RecordKind.REMOVAL || kind == RecordKind.CHECKPOINT) {
    draft.contentMode = ContentMode.NONE;
    draft.contentLength = 0;
    return OK;
  }
  draft.contentLength = contentLength;
  if (kind == RecordKind.REVISION && <u64>contentLength >= LEAST_DUPLICATE_BYTES) {
    blake3(content, contentLength, contentHash);
    hasHash = true;
    const status = lookForDuplicate(flags, contentLength);
    if (status != OK || putIsDuplicate) return status;
  }
  if (contentLength < INLINE_BELOW_BYTES) {
    draft.contentMode = ContentMode.INLINE;
    beginPayload(uri + uriLength, contentLength);
    return OK;
  }
  return describeBlobs(writeBlobs(content, contentLength));
}

function beginPayload(address: usize, inlineLength: u32): void {
  draft.payload = address;
  draft.payloadLength = titleLength + attributesLength + inlineLength;
}

function lookForDuplicate(flags: u32, length: u64): i32 {
  if ((flags & PutFlag.NO_DEDUPLICATION) != 0) return OK;
  const found = findDuplicate(contentHash, length);
  if (found < 0) return found;
  if (found == 1) {
    putIsDuplicate = true;
    draft.contentMode = ContentMode.SAME_AS;
    draft.sameAs = duplicateOf;
  }
  return OK;
}

function describeBlobs(status: i32): i32 {
  draft.contentMode = ContentMode.BLOBS;
  draft.blobCount = blobCount;
  draft.contentHash = contentHash;
  draft.blobs = blobList.data;
  draft.blobsLength = <u32>blobList.length;
  return status;
}

/** Begins the content with this hash, if a record has it: 1, else 0, or a status. The record put next has it without its bytes. */
export function repeatContent(hash: usize, length: u64): i32 {
  if (length < LEAST_DUPLICATE_BYTES) return 0;
  const found = findDuplicate(hash, length);
  if (found == 1) beginRepeat(duplicateOf, length);
  return found;
}

/** Ends a streamed content. One that fits in a blob is stored as if it had come whole; a longer one isn't looked up for duplicates. */
function storeStream(kind: u32, flags: u32): i32 {
  if (kind != RecordKind.REVISION) return WRONG_STATE;
  const repeats = isRepeat;
  endStream(contentHash);
  if (repeats) {
    putIsDuplicate = true;
    draft.contentLength = streamedLength;
    draft.contentMode = ContentMode.SAME_AS;
    draft.sameAs = repeatedRecord;
    return OK;
  }
  hasHash = streamedLength >= LEAST_DUPLICATE_BYTES;
  draft.contentLength = streamedLength;
  const rest = <u32>streamed.length;
  if (blobCount == 0) {
    if (hasHash) {
      const status = lookForDuplicate(flags, streamedLength);
      if (status != OK || putIsDuplicate) return status;
    }
    if (rest < INLINE_BELOW_BYTES) return joinInline(rest);
  }
  return describeBlobs(writeBlob(streamed.data, rest));
}

/** Puts title, attributes and a streamed content side by side. */
function joinInline(length: u32): i32 {
  const own = titleLength + attributesLength;
  joined.clear();
  if (!joined.append(uri + uriLength, own) || !joined.append(streamed.data, length)) return OUT_OF_MEMORY;
  draft.contentMode = ContentMode.INLINE;
  beginPayload(joined.data, length);
  return OK;
}

function writeRecord(kind: u32, tag: u32, flags: u32, branch: u32, at: u64, number: u32, isNewUri: bool): i32 {
  const isDocument = kind == RecordKind.REVISION && (flags & PutFlag.DOCUMENT) != 0;
  const kindByte = isDocument ? kind | RecordKind.DOCUMENT : kind;
  draft.kind = kindByte;
  draft.tag = tag;
  draft.uri = uri;
  draft.uriLength = uriLength;
  draft.at = at;
  draft.titleLength = titleLength;
  draft.attributesLength = attributesLength;
  if (draft.contentMode != ContentMode.BLOBS) draft.blobsLength = 0;
  let status = addRecord();
  if (status != OK) return status;
  const ordinal = memtableAddRecord(uri, uriLength, kindByte, tag, branch, nextSequence(), 0, 0);
  if (ordinal < 0) return ordinal;
  countRecord();
  countPut(kind, isNewUri);
  putNumber = number;
  if (hasHash && !putIsDuplicate) status = memtableAddContent(load<u64>(contentHash), <u32>ordinal);
  if (status == OK && kind == RecordKind.CHECKPOINT) {
    status = addNames(uri, uriLength, uri + uriLength, titleLength, branch, number);
  }
  if (status == OK && kind == RecordKind.BRANCH) status = addBranchNames(uri + uriLength, titleLength, branch, number);
  if (status == OK && isDocument) status = indexDocument(<u32>ordinal, number);
  if (status == OK && memtableIsFull()) status = cutSegment();
  return status;
}

function indexDocument(ordinal: u32, number: u32): i32 {
  const length = draft.contentLength;
  countText(titleLength, length);
  // A streamed content is gone except for what was stored of it.
  if (length != <u64>contentLength) {
    const status = loadRecord(stored, number);
    return status == OK ? indexRecord(stored, ordinal) : status;
  }
  const title = uri + uriLength;
  const body = title + titleLength + attributesLength;
  return memtableIndexDocument(ordinal, analyzerId(), title, titleLength, body, contentLength);
}

function countPut(kind: u32, isNewUri: bool): void {
  if (isNewUri) addToCounter(Counter.URIS, 1);
  if (kind == RecordKind.REVISION) addToCounter(Counter.REVISIONS, 1);
  else if (kind == RecordKind.REMOVAL) addToCounter(Counter.REMOVALS, 1);
  else if (kind == RecordKind.EVENT) addToCounter(Counter.EVENTS, 1);
  else if (kind == RecordKind.CHECKPOINT) addToCounter(Counter.CHECKPOINTS, 1);
  addToCounter(Counter.BYTES_PUT, draft.contentLength);
  const inBlobs = draft.contentMode == ContentMode.BLOBS ? blobStoredBytes : 0;
  addToCounter(Counter.BYTES_STORED, <u64>storedPayloadLength + inBlobs);
  addToCounter(Counter.PAYLOAD_BYTES, draft.payloadLength);
  if (draft.contentMode == ContentMode.SAME_AS) addToCounter(Counter.BYTES_REPEATED, draft.contentLength);
}
