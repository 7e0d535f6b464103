import { writeVarint32, writeVarint64 } from "../bytes/varint";
import { Cause, failNumbers } from "../failure";
import { COUNTERS, Counter } from "../format/commit";
import { FrameKind, MAX_BODY_BYTES, MarkKind } from "../format/item";
import {
  appendCommitFrame,
  appendMark,
  batchFrames,
  batchStart,
  finishBatchDigest,
  lastFrameHash,
  lastFrameOffset,
} from "../log/append";
import {
  addToCounter,
  branchCount,
  counters,
  dictionaryHash,
  dictionaryOffset,
  forgetDeadTail,
  headEnd,
  headNotesEnd,
  headOffset,
  headRoot,
  headSequence,
  lastTrailerEnd,
  segmentEntries,
  setDurable,
  setHead,
  setTail,
  settleCounters,
  tailPacks,
  tailUnits,
} from "../log/head";
import { releasePacks } from "../log/pack-writer";
import { flushOutput, isPoisoned, nextOffset, releaseOutput } from "../log/source";
import { Buffer } from "../memory/buffer";
import { memtableFirstRecord } from "../segment/memtable";
import { LIMIT_EXCEEDED, OK, OUT_OF_MEMORY, POISONED, WRONG_STATE } from "../status";
import {
  batchRecords,
  batchTailPacks,
  endBatch,
  finishPack,
  nextRecord,
  nextSequence,
  openBatch,
  segmentsChanged,
} from "./batch";
import { releaseContentWriter } from "./content-writer";
import { cutSegment } from "./cut";
import { textBytes } from "./index-record";
import { segmentAt, segmentCount } from "./segments";

/** Committing the batch: docs/format.md part 5. Appending is one call, becoming the head another: between them the host syncs. */

/** The tail's limits: units (records, at least one for each commit), and bytes of document text. */
export const MAX_TAIL_UNITS: u32 = 64;
const MAX_TAIL_TEXT_BYTES: u64 = 65536;
/** A batch above this gets a durable note as soon as its barrier has returned. */
const NOTE_ABOVE_BYTES: u64 = 65536;

const body: Buffer = Buffer.create();
const digest: usize = memory.data(32, 16);

/** The commit that was appended and waits for its barrier. */
let isAppended: bool = false;
let appendedListed: bool = false;
let appendedUnits: u32 = 0;
let appendedAt: u64 = 0;

/** Whether the head was committed through this handle and surely isn't a batch of signatures: then nothing need be read to tell. */
export let headIsContent: bool = false;

let isIndexDeferred: bool = false;

/**
 * Whether commits leave the index to a later one, so that it isn't written again and again: for a file that nobody opens before its
 * last commit, which must not defer it. Only a full memtable writes a segment then.
 */
export function deferIndex(deferred: bool): void {
  isIndexDeferred = deferred;
}

/** Appends everything of the batch, the commit frame and its trailer. An empty batch makes an empty commit. */
export function appendCommit(at: u64): i32 {
  if (isPoisoned()) return POISONED;
  if (isAppended) return WRONG_STATE;
  let status = openBatch();
  if (status == OK) status = finishPack();
  if (status != OK) return status;
  const units = max<u32>(batchRecords, 1);
  const isDue = tailUnits + units >= MAX_TAIL_UNITS || textBytes >= MAX_TAIL_TEXT_BYTES;
  const isFull = (isDue && !isIndexDeferred) || segmentsChanged;
  if (isFull) {
    status = cutSegment();
    if (status != OK) return status;
  }
  addToCounter(Counter.FRAMES, batchFrames + 1);
  finishBatchDigest(digest);
  status = buildBody(at, isFull);
  if (status == OK) status = appendCommitFrame(FrameKind.COMMIT, body.data, <u32>body.length);
  if (status == OK) status = flushOutput();
  body.release();
  if (status != OK) return status;
  isAppended = true;
  appendedListed = isFull;
  appendedUnits = units;
  appendedAt = at;
  return OK;
}

/** Room for the fixed fields, counters and the dictionary. */
const HEAD_BYTES: usize = 96 + 10 * 13 + 42 + 64;
/** Room for one tail pack, one dead range, and one segment without its masked extents. */
const ENTRY_BYTES: usize = 64;
const SEGMENT_BYTES: usize = 96;
const MASKED_BYTES: usize = 9;

function buildBody(at: u64, isListed: bool): i32 {
  let room = HEAD_BYTES + (batchTailPacks.length / 40) * ENTRY_BYTES;
  for (let i: u32 = 0; i < segmentCount; i++) room += SEGMENT_BYTES + MASKED_BYTES * <usize>segmentAt(i).maskCount;
  body.clear();
  const start = body.extend(room);
  if (start == 0) return OUT_OF_MEMORY;
  let to = writeFixed(start, at);
  to = writeVarint32(to, branchCount);
  to = writeDeadRange(to);
  to = writeTailPacks(to);
  store<u8>(to, isListed ? 1 : 0);
  to++;
  if (isListed) to = writeSegments(to);
  body.length = to - start;
  if (body.length > MAX_BODY_BYTES) {
    return failNumbers(LIMIT_EXCEEDED, Cause.COMMIT_BODY, nextOffset(), MAX_BODY_BYTES, body.length);
  }
  return OK;
}

function writeFixed(start: usize, at: u64): usize {
  store<u64>(start, nextSequence());
  store<u64>(start, at, 8);
  store<u64>(start, batchStart(), 16);
  store<u64>(start, headOffset, 24);
  memory.copy(start + 32, headRoot, 32);
  memory.copy(start + 64, digest, 32);
  let to = writeVarint32(start + 96, nextRecord());
  for (let i: u32 = 0; i < COUNTERS; i++) to = writeVarint64(to, load<u64>(counters + ((<usize>i) << 3)));
  to = writeVarint64(to, dictionaryOffset);
  if (dictionaryOffset == 0) return to;
  memory.copy(to, dictionaryHash, 32);
  return to + 32;
}

function writeDeadRange(to: usize): usize {
  if (lastTrailerEnd <= headNotesEnd) return writeVarint32(to, 0);
  to = writeVarint32(to, 1);
  to = writeVarint64(to, headNotesEnd);
  return writeVarint64(to, lastTrailerEnd);
}

function writeTailPacks(to: usize): usize {
  to = writeVarint32(to, <u32>(batchTailPacks.length / 40));
  for (let at: usize = 0; at < batchTailPacks.length; at += 40) {
    to = writeVarint64(to, load<u64>(batchTailPacks.data + at));
    memory.copy(to, batchTailPacks.data + at + 8, 32);
    to += 32;
  }
  return to;
}

function writeSegments(to: usize): usize {
  to = writeVarint32(to, segmentCount);
  for (let i: u32 = 0; i < segmentCount; i++) {
    const segment = segmentAt(i);
    to = writeVarint64(to, segment.firstExtent);
    to = writeVarint64(to, segment.dataLength);
    to = writeVarint32(to, segment.firstRecord);
    to = writeVarint32(to, segment.recordCount);
    memory.copy(to, segment.root, 32);
    to = writeVarint32(to + 32, segment.maskCount);
    for (let k: usize = 0; k < <usize>segment.maskCount; k++) {
      to = writeVarint32(to, load<u32>(segment.masks + (k << 3)));
      store<u32>(to, load<u32>(segment.masks + (k << 3), 4));
      to += 4;
    }
  }
  return to;
}

/** The barrier has returned: the commit is the head. A big batch gets its durable note, unsynced; failing to write that is no harm. */
export function commitSynced(): i32 {
  if (!isAppended) return WRONG_STATE;
  isAppended = false;
  const bytes = nextOffset() - batchStart();
  if (appendedListed) tailPacks.clear();
  if (!tailPacks.append(batchTailPacks.data, batchTailPacks.length)) return OUT_OF_MEMORY;
  segmentEntries.release();
  setHead(lastFrameOffset, nextOffset(), nextSequence(), lastFrameHash, appendedAt, nextRecord());
  settleCounters();
  setTail(memtableFirstRecord, appendedListed ? 0 : tailUnits + appendedUnits);
  forgetDeadTail();
  headIsContent = batchRecords != 0 || appendedListed;
  endBatch();
  releasePacks();
  releaseContentWriter();
  if (bytes > NOTE_ABOVE_BYTES) appendNote();
  releaseOutput();
  return OK;
}

/** Another head was found in the file. */
export function forgetHeadKind(): void {
  headIsContent = false;
}

/** Appends a durable note behind the head: at a clean close. 1 if it was written, 0 if there was nothing to note. */
export function closeNote(): i32 {
  if (headSequence == 0 || headNotesEnd > headEnd || nextOffset() != headEnd) return 0;
  const status = appendNote();
  return status == OK ? 1 : status;
}

function appendNote(): i32 {
  let status = appendMark(MarkKind.NOTE, headOffset, load<u64>(headRoot));
  if (status == OK) status = flushOutput();
  if (status == OK) setDurable(nextOffset());
  return status;
}
