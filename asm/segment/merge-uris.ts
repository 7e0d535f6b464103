import {
  failReading,
  readableBytes,
  readFailed,
  readPosition,
  readVarint32,
  readVarint64,
  startReading,
  VARINT64_MAX_BYTES,
  writeVarint64,
} from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { addBuiltName, addUri, beginNames, beginUris, endNames, endUris } from "./build-uris";
import { sectionLength } from "./columns";
import {
  closeMergedKeys,
  cursorOf,
  hasMergedKey,
  mergedKey,
  mergedKeyLength,
  nextMergedKey,
  openMergedKeys,
} from "./merge-keys";
import { failSource, sourceAt, sourceCount } from "./merge-sources";
import { segmentStatus } from "./pages";
import { MAX_VALUE_BYTES, Section } from "./sections";

/** Merging sections 7, 8 and 13: URIs with their versions, the filter, and names. */

const versions: Buffer = Buffer.create();
/** Sequence of the last version appended. */
let oldestSequence: u64 = 0;

/** Sections 7 and 8. OK or a status. */
export function mergeUris(): i32 {
  beginUris();
  let status = openMergedKeys(Section.URIS);
  if (status == OK) status = mergeAllUris();
  closeMergedKeys();
  versions.release();
  return status == OK ? endUris() : status;
}

function mergeAllUris(): i32 {
  while (true) {
    const more = nextMergedKey();
    if (more <= 0) return more;
    versions.clear();
    let status = OK;
    for (let i = sourceCount; i > 0 && status == OK; i--) {
      if (hasMergedKey(i - 1)) status = appendVersions(i - 1);
    }
    if (status == OK) status = addUri(mergedKey, mergedKeyLength, versions);
    if (status != OK) return status;
  }
}

/** Appends the versions that a source has, all older than those before. Only the first is coded anew: as a difference. */
function appendVersions(index: u32): i32 {
  const source = sourceAt(index);
  const cursor = cursorOf(index);
  const length = cursor.valueLength;
  const value = cursor.value();
  if (value == 0) return segmentStatus;
  startReading(value, length);
  const newest = readVarint64();
  const restStart = readPosition();
  const restLength = readableBytes();
  const oldest = checkVersions(newest, <u64>source.firstRecord + source.recordCount);
  const isFirst = versions.length == 0;
  if (readFailed() || (!isFirst && newest > oldestSequence)) return failSource(source, Section.URIS);
  if (!versions.reserve(VARINT64_MAX_BYTES + restLength)) return OUT_OF_MEMORY;
  const start = versions.data + versions.length;
  const rest = writeVarint64(start, isFirst ? newest : oldestSequence - newest);
  memory.copy(rest, restStart, restLength);
  versions.length += rest + restLength - start;
  oldestSequence = oldest;
  return OK;
}

/** Reads on from behind the first version's sequence and answers the last one's. Records have to be below `limit`. */
function checkVersions(sequence: u64, limit: u64): u64 {
  while (true) {
    readVarint32();
    const record = readVarint32();
    if (<u64>record >= limit) return failReading();
    if (readableBytes() == 0) return sequence;
    const step = readVarint64();
    if (step > sequence) return failReading();
    sequence -= step;
  }
}

/** Section 13: of the records with one name, the newest. OK or a status. */
export function mergeNames(): i32 {
  beginNames();
  let status = openMergedKeys(Section.NAMES);
  if (status == OK) status = mergeAllNames();
  closeMergedKeys();
  return status == OK ? endNames() : status;
}

function mergeAllNames(): i32 {
  while (true) {
    const more = nextMergedKey();
    if (more <= 0) return more;
    let newest = sourceCount - 1;
    while (!hasMergedKey(newest)) newest--;
    const status = addNameOf(newest);
    if (status != OK) return status;
  }
}

function addNameOf(index: u32): i32 {
  const source = sourceAt(index);
  const cursor = cursorOf(index);
  const value = cursor.value();
  if (value == 0) return segmentStatus;
  startReading(value, cursor.valueLength);
  const record = readVarint32();
  const isOwn = record >= source.firstRecord && record - source.firstRecord < source.recordCount;
  if (readFailed() || readableBytes() != 0 || !isOwn) return failSource(source, Section.NAMES);
  return addBuiltName(mergedKey, mergedKeyLength, record);
}

/**
 * Whether each URI's versions would fit in a value of the merged table: 1, 0, or a status. They nearly always do, which is
 * told from the tables' sizes.
 */
export function versionsFit(): i32 {
  let bytes: u64 = 0;
  for (let i: u32 = 0; i < sourceCount; i++) bytes += sectionLength(sourceAt(i), Section.URIS);
  if (segmentStatus != OK) return segmentStatus;
  if (bytes <= <u64>MAX_VALUE_BYTES) return 1;
  let status = openMergedKeys(Section.URIS);
  if (status == OK) status = allVersionsFit();
  closeMergedKeys();
  return status;
}

function allVersionsFit(): i32 {
  while (true) {
    const more = nextMergedKey();
    if (more <= 0) return more == 0 ? 1 : more;
    let bytes: u64 = 0;
    for (let i: u32 = 0; i < sourceCount; i++) {
      if (hasMergedKey(i)) bytes += <u64>cursorOf(i).valueLength;
    }
    if (bytes > <u64>MAX_VALUE_BYTES) return 0;
  }
}
