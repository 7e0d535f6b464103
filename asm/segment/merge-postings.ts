import { readableBytes, readFailed, readPosition, readVarint32, readVarint64, startReading } from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { OK } from "../status";
import { addTerm, beginTerms, endTerms } from "./build-terms";
import { fieldLength } from "./columns";
import {
  closeMergedKeys,
  cursorOf,
  hasMergedKey,
  mergedKey,
  mergedKeyLength,
  nextMergedKey,
  openMergedKeys,
} from "./merge-keys";
import { failSource, MAX_SOURCES, sourceAt, sourceBase, sourceCount } from "./merge-sources";
import { segmentStatus } from "./pages";
import {
  addPostings,
  BLOCK_POSTINGS,
  beginPostings,
  blockCount,
  endPostings,
  packLengths,
  SKIP_ENTRY_BYTES,
  SKIP_OFFSET,
  skipTableBytes,
} from "./postings";
import { decodeFullBlock, decodeRemainder, hasEmptyPosting } from "./postings-decode";
import { bytesAt, sectionPlace } from "./reader";
import { Section } from "./sections";

/**
 * Merging sections 9 and 10: terms and their postings. Ordinals shift and blocks begin elsewhere, so all is decoded, a block at
 * a time, and encoded again; what is held is the new list of one term.
 */

/** Where a source has the postings of the term at hand. */
@unmanaged
class List {
  df: u32;
  /** Length, and offset in the source's data. */
  length: u32;
  offset: u64;
  /** Where in the postings section the list of the last term ended that had one there. */
  nextOffset: u64;
}
const lists: usize = memory.data(1536, 8);

/** The largest encoding of a block: 128 values of 32 + 16 + 16 bits, or 127 postings of a remainder. */
const BLOCK_MAX_BYTES: u32 = 1536;

const merged: Buffer = Buffer.create();
const ordinals: usize = memory.data(512, 16);
const titleTfs: usize = memory.data(512, 16);
const bodyTfs: usize = memory.data(512, 16);
const lengths: usize = memory.data(512, 16);
/** Whether the new list has a skip table, for which the documents' lengths have to be known. */
let needsLengths: bool = false;

function listOf(source: u32): List {
  return changetype<List>(lists + <usize>source * offsetof<List>());
}

/** Sections 9 and 10. OK or a status. */
export function mergeTerms(): i32 {
  beginTerms();
  let status = openMergedKeys(Section.TERMS);
  if (status == OK) status = mergeAllTerms();
  closeMergedKeys();
  merged.release();
  return status == OK ? endTerms() : status;
}

function mergeAllTerms(): i32 {
  memory.fill(lists, 0, <usize>MAX_SOURCES * offsetof<List>());
  while (true) {
    const more = nextMergedKey();
    if (more < 0) return more;
    if (more == 0) break;
    const status = mergeTerm();
    if (status != OK) return status;
  }
  for (let i: u32 = 0; i < sourceCount; i++) {
    const isUsedUp = listOf(i).nextOffset == sectionPlace(sourceAt(i), Section.POSTINGS).length;
    if (!isUsedUp) return failSource(sourceAt(i), Section.POSTINGS);
  }
  return OK;
}

function mergeTerm(): i32 {
  let df: u32 = 0;
  for (let i: u32 = 0; i < sourceCount; i++) {
    if (!hasMergedKey(i)) continue;
    const status = locateList(i);
    if (status != OK) return status;
    // No more than the records of all sources together, which are numbered with 32 bits.
    df += listOf(i).df;
  }
  needsLengths = df >= BLOCK_POSTINGS;
  merged.clear();
  beginPostings(merged, df);
  let status = OK;
  for (let i: u32 = 0; i < sourceCount && status == OK; i++) {
    if (hasMergedKey(i)) status = addList(i);
  }
  if (status == OK) status = endPostings();
  return status == OK ? addTerm(mergedKey, mergedKeyLength, df, merged) : status;
}

/** Reads the value of a source's term. */
function locateList(index: u32): i32 {
  const source = sourceAt(index);
  const cursor = cursorOf(index);
  const list = listOf(index);
  const value = cursor.value();
  if (value == 0) return segmentStatus;
  startReading(value, cursor.valueLength);
  const head = readVarint32();
  list.df = head >> 1;
  if (head & 1) {
    list.offset = cursor.valueOffset + (readPosition() - value);
    list.length = <u32>readableBytes();
  } else {
    const place = sectionPlace(source, Section.POSTINGS);
    const offset = readVarint64();
    list.length = readVarint32();
    // One list follows the other. Were one list for many terms, there would be no end of what is decoded and written.
    if (readableBytes() != 0 || offset != list.nextOffset || <u64>list.length > place.length - offset) {
      return failSource(source, Section.TERMS);
    }
    list.offset = place.offset + offset;
    list.nextOffset = offset + list.length;
  }
  const isPossible = !readFailed() && list.df != 0 && list.df <= source.recordCount && list.length != 0;
  return isPossible ? OK : failSource(source, Section.TERMS);
}

/** Adds a source's postings to the new list. */
function addList(index: u32): i32 {
  const source = sourceAt(index);
  const list = listOf(index);
  if (list.df < BLOCK_POSTINGS) return addBlock(index, list.offset, list.length, list.df, 0xffffffff);
  const tableBytes = skipTableBytes(list.df);
  if (list.length < tableBytes) return failSource(source, Section.POSTINGS);
  const blocksStart = list.offset + tableBytes;
  const blocksBytes = list.length - tableBytes;
  const blocks = blockCount(list.df);
  let previous: u32 = 0xffffffff;
  for (let block: u32 = 0; block < blocks; block++) {
    const isLast = block + 1 == blocks;
    const entry = bytesAt(source, list.offset + block * SKIP_ENTRY_BYTES, SKIP_ENTRY_BYTES * (isLast ? 1 : 2));
    if (entry == 0) return segmentStatus;
    const last = load<u32>(entry);
    const from = load<u32>(entry, SKIP_OFFSET);
    const to = isLast ? blocksBytes : load<u32>(entry + SKIP_ENTRY_BYTES, SKIP_OFFSET);
    if (from > to || to > blocksBytes) return failSource(source, Section.POSTINGS);
    const count = min<u32>(list.df - block * BLOCK_POSTINGS, BLOCK_POSTINGS);
    const status = addBlock(index, blocksStart + from, to - from, count, previous);
    if (status != OK) return status;
    previous = lastOrdinal;
    if (previous != last) return failSource(source, Section.POSTINGS);
  }
  return OK;
}

/** The last ordinal, in its source, of the block that `addBlock` added. */
let lastOrdinal: u32 = 0;

/** Adds a block of `count` postings that lies in `length` bytes at `offset` of the source's data and fills them. */
function addBlock(index: u32, offset: u64, length: u32, count: u32, previous: u32): i32 {
  const source = sourceAt(index);
  if (length > BLOCK_MAX_BYTES) return failSource(source, Section.POSTINGS);
  const bytes = bytesAt(source, offset, length);
  if (bytes == 0) return segmentStatus;
  const end = bytes + length;
  const limit = source.recordCount;
  let decodedEnd: usize = 0;
  if (count < BLOCK_POSTINGS) {
    decodedEnd = decodeRemainder(bytes, end, count, previous, limit, ordinals, titleTfs, bodyTfs);
  } else {
    decodedEnd = decodeFullBlock(bytes, end, previous, limit, ordinals, titleTfs, bodyTfs);
    if (decodedEnd != 0 && hasEmptyPosting(titleTfs, bodyTfs)) decodedEnd = 0;
  }
  if (decodedEnd != end) return failSource(source, Section.POSTINGS);
  lastOrdinal = load<u32>(ordinals + ((<usize>count - 1) << 2));
  for (let i: usize = 0; needsLengths && i < (<usize>count) << 2; i += 4) {
    const ordinal = load<u32>(ordinals + i);
    store<u32>(lengths + i, packLengths(fieldLength(source, 0, ordinal), fieldLength(source, 1, ordinal)));
  }
  addPostings(count, sourceBase(index), ordinals, titleTfs, bodyTfs, lengths);
  return segmentStatus;
}
