import { equalBytes } from "../bytes/search";
import { readVarint64, startReading } from "../bytes/varint";
import { Cause, fail, failHashes, failNumbers } from "../failure";
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  frameBodyLength,
  frameBytes,
  frameKind,
  MARK_BYTES,
  startsWithMagic,
} from "../format/item";
import { beginBatch } from "../log/append";
import { MORE } from "../log/batch-check";
import { commitView, loadCommit } from "../log/commit-frame";
import { frameStatus, loadPack } from "../log/frames";
import { headOffset, headRoot, headSequence, segmentEntry, segmentEntryCount } from "../log/head";
import { dropOutput, fileEnd, holdOutput, readAt } from "../log/source";
import { Buffer } from "../memory/buffer";
import { buildSegment } from "../segment/build";
import { memtableAddPack, memtableIsFull, memtableReset } from "../segment/memtable";
import { mergeSegments } from "../segment/merge";
import { MAX_SOURCES } from "../segment/merge-sources";
import { pageAddress, segmentStatus } from "../segment/pages";
import { writeRootsOnly, writtenDataLength, writtenRoot } from "../segment/writer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { openWritten } from "./cut";
import { fetchRecord } from "./index-fetch";
import {
  closeSegments,
  openListedSegment,
  pushSegment,
  replaceLastSegments,
  segmentAt,
  segmentCount,
  segmentsFrom,
} from "./segments";
import { addPackRecord } from "./tail";

/**
 * Comparing the index with the records that it covers: docs/format.md 8.4. A segment is a pure function of its records, and its root
 * pins its bytes: so the records of all packs are gone through in the order of the file, the segments are built anew as a writer
 * builds them, in pieces of a memtable that are merged at the end, and what is built is not written but only its root compared.
 * Then the segment's own pages are read, against that root.
 *
 * It takes an instance of its own: the memtable, the list of segments and the output are used for it. Versions of earlier records
 * are looked up in the segments that were found right before. What is held is one memtable and the pieces of one segment.
 */

/** A writer makes no larger segments (docs/format.md 7.5). */
const MAX_SEGMENT_BYTES: u64 = 128 * 1024 * 1024;

/** Offsets of all commit frames (u64), newest first, and how many of them have yet to be gone through. */
const commits: Buffer = Buffer.create();
let commitsLeft: usize = 0;
let isCollected: bool = false;
let isDone: bool = false;
const expectedRoot: usize = memory.data(32, 16);

/** The batch at hand: where its commit frame begins, its number, its dead ranges (u64 start, u64 end), and the place in it. */
let commitOffset: u64 = 0;
let commitSequence: u64 = 0;
const deadRanges: Buffer = Buffer.create();
let position: u64 = 0;
const header: usize = memory.data(64, 16);

/** The pack at hand, if it was begun: a step may end within it. */
let isInPack: bool = false;
const packHash: usize = memory.data(32, 16);

let nextRecord: u32 = 0;
/** The segment at hand, how many pieces of it lie in the output, and the page of it that is to be read next. */
let segmentIndex: u32 = 0;
let pieces: u32 = 0;
let isComparing: bool = false;
let nextPage: u32 = 0;

/** Starts the comparison, with a capsule that was opened and not used since. */
export function beginIndexCheck(): i32 {
  holdOutput(largestSegmentBytes());
  beginBatch(fileEnd(), headOffset, 0);
  closeSegments();
  memtableReset(0);
  commits.clear();
  isCollected = false;
  isDone = headSequence == 0 || segmentEntryCount() == 0;
  commitOffset = 0;
  position = 0;
  isInPack = false;
  nextRecord = 0;
  segmentIndex = 0;
  pieces = 0;
  isComparing = false;
  return OK;
}

/** The length of the largest segment, as far as the file can hold it. Its pieces take little more. */
function largestSegmentBytes(): usize {
  let largest: u64 = 0;
  for (let i: u32 = 0; i < segmentEntryCount(); i++) largest = max(largest, segmentEntry(i).dataLength);
  return <usize>min(largest + (largest >> 4), min(fileEnd(), MAX_SEGMENT_BYTES));
}

/** How far in the file the comparison has come. */
export function indexCheckedBytes(): u64 {
  return position;
}

/** Goes on for about `budgetBytes` bytes of the file: MORE, OK at the end, or what is wrong. After that there is no more to be had. */
export function continueIndexCheck(budgetBytes: u64): i32 {
  let left = budgetBytes;
  while (!isDone) {
    const before = position;
    const status = advance();
    if (status != OK) {
      isDone = status == CORRUPT;
      return status;
    }
    const passed = position > before ? position - before : 1;
    if (passed >= left) return isDone ? OK : MORE;
    left -= passed;
  }
  return OK;
}

function advance(): i32 {
  if (!isCollected) return collectCommits();
  if (isComparing) return readPages();
  if (position < commitOffset) return passItem();
  if (commitsLeft == 0) return fail(CORRUPT, Cause.INDEX_MISMATCH, segmentEntry(segmentIndex).firstExtent);
  return enterBatch();
}

/** Walks back from the head once: batches are gone through oldest first. */
function collectCommits(): i32 {
  let offset = headOffset;
  memory.copy(expectedRoot, headRoot, 32);
  const collected = commits.length;
  if (collected != 0) {
    const status = loadCommit(load<u64>(commits.data + collected - 8), 0);
    if (status != OK) return status;
    offset = commitView.previousOffset;
    memory.copy(expectedRoot, commitView.previousRoot, 32);
  }
  for (;;) {
    const status = loadCommit(offset, expectedRoot);
    if (status != OK) return status;
    const place = commits.extend(8);
    if (place == 0) return OUT_OF_MEMORY;
    store<u64>(place, offset);
    if (commitView.sequence == 1) break;
    offset = commitView.previousOffset;
    memory.copy(expectedRoot, commitView.previousRoot, 32);
  }
  isCollected = true;
  commitsLeft = commits.length >> 3;
  return OK;
}

function enterBatch(): i32 {
  const offset = load<u64>(commits.data + ((commitsLeft - 1) << 3));
  const status = loadCommit(offset, 0);
  if (status != OK) return status;
  deadRanges.clear();
  startReading(commitView.deadRanges, commitView.end - commitView.deadRanges);
  for (let i: u32 = 0; i < commitView.deadRangeCount; i++) {
    const range = deadRanges.extend(16);
    if (range == 0) return OUT_OF_MEMORY;
    store<u64>(range, readVarint64());
    store<u64>(range, readVarint64(), 8);
  }
  position = commitView.batchStart;
  commitOffset = offset;
  commitSequence = commitView.sequence;
  commitsLeft--;
  return OK;
}

/** Goes past one item of the batch, which was verified before. */
function passItem(): i32 {
  for (let at: usize = 0; at < deadRanges.length; at += 16) {
    if (load<u64>(deadRanges.data + at) != position) continue;
    position = load<u64>(deadRanges.data + at, 8);
    return OK;
  }
  const status = readAt(position, FRAME_HEADER_BYTES, header);
  if (status != OK) return status;
  if (startsWithMagic(header)) {
    position += MARK_BYTES;
    return OK;
  }
  if (frameKind(header) == FrameKind.PACK) {
    const replayed = replayPack();
    if (replayed != OK) return replayed;
  }
  position += frameBytes(frameBodyLength(header));
  return OK;
}

/** Puts the records of a pack in the memtable. After a PENDING it goes on with the record that it had come to. */
function replayPack(): i32 {
  const pack = loadPack(position, 0);
  if (pack == null) return frameStatus;
  const end = pack.firstRecord + pack.count;
  if (!isInPack) {
    if (pack.firstRecord != nextRecord) {
      return failNumbers(CORRUPT, Cause.PACK_BODY, position, nextRecord, pack.firstRecord);
    }
    if (pack.sequence != commitSequence) return fail(CORRUPT, Cause.PACK_BODY, position);
    // The frame lies before its body, its hash first.
    memory.copy(packHash, pack.body - FRAME_HEADER_BYTES, 32);
    const status = memtableAddPack(position, packHash);
    if (status != OK) return status;
    isInPack = true;
  }
  while (nextRecord < end) {
    let status = fetchRecord(position, packHash, nextRecord);
    if (status == OK) status = addPackRecord(position, packHash, nextRecord, true);
    if (status != OK) return status;
    nextRecord++;
  }
  isInPack = false;
  return endPack();
}

/** A segment ends with a pack, and so does a piece of one. */
function endPack(): i32 {
  const entry = segmentEntry(segmentIndex);
  const segmentEnd = entry.firstRecord + entry.recordCount;
  if (nextRecord > segmentEnd) return fail(CORRUPT, Cause.INDEX_MISMATCH, entry.firstExtent);
  if (nextRecord == segmentEnd) return compareSegment();
  return memtableIsFull() && pieces < MAX_SOURCES - 1 ? writePiece() : OK;
}

function writePiece(): i32 {
  const status = buildSegment();
  if (status != OK) return status;
  const piece = openWritten();
  if (piece == null) return segmentStatus;
  pieces++;
  memtableReset(nextRecord);
  return pushSegment(piece);
}

/** Works out what the root of the segment at hand must be, and puts the segment itself in the place of the pieces. */
function compareSegment(): i32 {
  const entry = segmentEntry(segmentIndex);
  const status = workOutRoot();
  if (status != OK) return status;
  if (writtenDataLength != entry.dataLength || !equalBytes(writtenRoot, entry.root(), 32)) {
    return failHashes(CORRUPT, Cause.INDEX_MISMATCH, entry.firstExtent, writtenRoot, entry.root());
  }
  const segment = openListedSegment(segmentIndex);
  if (segment == null) return segmentStatus;
  replaceLastSegments(pieces, segment);
  pieces = 0;
  dropOutput();
  memtableReset(nextRecord);
  isComparing = true;
  nextPage = 0;
  return OK;
}

function workOutRoot(): i32 {
  if (pieces != 0) {
    const status = writePiece();
    if (status != OK) return status;
  }
  writeRootsOnly(true);
  const status = pieces == 0 ? buildSegment() : mergeSegments(segmentsFrom(segmentCount - pieces), pieces);
  writeRootsOnly(false);
  return status;
}

/** Reads all pages of the segment as it lies in the file: each is checked against the root. */
function readPages(): i32 {
  const segment = segmentAt(segmentCount - 1);
  for (; nextPage < segment.dataPages; nextPage++) if (pageAddress(segment, nextPage) == 0) return segmentStatus;
  isComparing = false;
  segmentIndex++;
  isDone = segmentIndex == segmentEntryCount();
  return OK;
}
