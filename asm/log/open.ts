import { readBytes, readVarint32, readVarint64, startReading } from "../bytes/varint";
import { Cause, fail, failNumbers } from "../failure";
import { COUNTERS } from "../format/commit";
import {
  MARK_BYTES,
  MarkKind,
  markCommitHash,
  markCommitOffset,
  markIsWhole,
  markKind,
  setRoot0,
} from "../format/item";
import { checkSuperblock, SUPERBLOCK_BYTES, superblock, superblockHash } from "../format/superblock";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { beginBatchCheck, continueBatchCheck, MORE } from "./batch-check";
import { commitEnd, commitHash, commitView, loadCommit } from "./commit-frame";
import { findMarkBefore, foundMark, foundMarkOffset } from "./find-mark";
import {
  counters,
  coveredRecords,
  headNotesEnd,
  headOffset,
  maskedExtents,
  notePassedOver,
  noteTrailerEnd,
  recordCount,
  resetHead,
  SEGMENT_ENTRY_BYTES,
  SegmentEntry,
  segmentEntries,
  setBranchCount,
  setDeadTail,
  setDictionary,
  setDurable,
  setHead,
  setTail,
  settleCounters,
  TAIL_PACK_BYTES,
  tailPacks,
} from "./head";
import { fileEnd, openWindow, readAt, sourceReset } from "./source";

/** Opening: from the end of the file to the newest commit, and back to its base. docs/format.md 8.1. */

/** The walk back to the base is at most this long. */
const MAX_TAIL_COMMITS: u32 = 64;

const note: usize = memory.data(64, 16);
const previousRoot: usize = memory.data(32, 16);

/** Opens a file of `fileBytes` bytes: afterwards `head.ts` holds its newest commit. The window stays open for the tail's packs. */
export function openLog(fileBytes: u64): i32 {
  sourceReset(fileBytes);
  let status = readSuperblock(fileBytes);
  if (status != OK) return status;
  resetHead(SUPERBLOCK_BYTES, superblockHash());
  status = openWindow(fileBytes);
  if (status == OK) status = findHead(fileBytes);
  if (status == OK && headOffset != 0) status = walkToBase();
  if (status != OK) return status;
  if (headNotesEnd < fileBytes) setDeadTail(headNotesEnd, fileBytes);
  return OK;
}

function readSuperblock(fileBytes: u64): i32 {
  const length: u32 = fileBytes < SUPERBLOCK_BYTES ? <u32>fileBytes : SUPERBLOCK_BYTES;
  memory.fill(superblock, 0, SUPERBLOCK_BYTES);
  const status = readAt(0, length, superblock);
  if (status != OK) return status;
  const checked = checkSuperblock(length);
  if (checked != OK) return checked;
  setRoot0(superblockHash());
  return OK;
}

/** `tryTrailer` passes its commit over: the search goes on below the mark, or with the commit before, which is durable. */
const PASS_BELOW: i32 = 1;
const PASS_TO_PREVIOUS: i32 = 2;

/** Finds the newest commit that counts, passing over a batch that never was acknowledged for sure. */
function findHead(fileBytes: u64): i32 {
  let searchEnd = fileBytes;
  while (true) {
    const status = findMarkBefore(searchEnd);
    if (status != OK) return status;
    if (foundMarkOffset == 0) return OK;
    const named = markCommitOffset(foundMark);
    if (markKind(foundMark) != MarkKind.TRAILER) return named == 0 ? OK : takeDurable(named, foundMarkOffset);
    noteTrailerEnd(foundMarkOffset + MARK_BYTES);
    const taken = tryTrailer(named);
    if (taken <= OK) return taken;
    notePassedOver(named);
    if (taken == PASS_TO_PREVIOUS) return takePrevious();
    searchEnd = foundMarkOffset;
  }
}

/** Takes a commit that a note or an anchor at `markOffset` says is durable: anything wrong with it is corruption. */
function takeDurable(offset: u64, markOffset: u64): i32 {
  if (offset >= markOffset) return failNumbers(CORRUPT, Cause.MARK, markOffset, markOffset, offset);
  const hashStart = markCommitHash(foundMark);
  const status = loadCommit(offset, 0);
  if (status != OK) return status;
  if (load<u64>(commitHash) != hashStart) return fail(CORRUPT, Cause.MARK, markOffset);
  takeHead(offset);
  setDurable(commitEnd);
  return passNotes(offset);
}

/** Takes the commit that a trailer names if its frame and its whole batch are right; otherwise says how it is passed over. */
function tryTrailer(offset: u64): i32 {
  let status = loadCommit(offset, 0);
  if (status != OK) return status == CORRUPT ? PASS_BELOW : status;
  if (commitEnd != foundMarkOffset + MARK_BYTES) return PASS_BELOW;
  // A note behind the trailer says that the batch was durable: then whatever is wrong in it shows when it is read.
  const noted = noteFollows(commitEnd, offset);
  if (noted < 0) return noted;
  if (noted == 1) return takeNoted(offset);
  status = beginBatchCheck(commitView, offset);
  if (status == OK) {
    do status = continueBatchCheck(u64.MAX_VALUE);
    while (status == MORE);
  }
  if (status != OK) return status == CORRUPT ? PASS_TO_PREVIOUS : status;
  // The batch before was durable when this one was begun: from here on what is wrong is corruption.
  status = checkLink(offset);
  if (status != OK) return status;
  takeHead(offset);
  return OK;
}

/** Takes the commit before the one at hand, whose batch is damaged but which could only be begun when that commit was durable. */
function takePrevious(): i32 {
  if (commitView.sequence == 1) return OK;
  const offset = commitView.previousOffset;
  memory.copy(previousRoot, commitView.previousRoot, 32);
  const status = loadCommit(offset, previousRoot);
  return status == OK ? takeNoted(offset) : status;
}

function takeNoted(offset: u64): i32 {
  takeHead(offset);
  setDurable(commitEnd);
  return passNotes(offset);
}

function takeHead(offset: u64): void {
  setHead(offset, commitEnd, commitView.sequence, commitHash, commitView.at, commitView.recordCount);
  memory.copy(counters, commitView.counters, 8 * COUNTERS);
  settleCounters();
  setBranchCount(commitView.branchCount);
  setDictionary(commitView.dictionaryOffset, commitView.dictionaryHash);
}

/** 1 if the 64 bytes at `at` are a note that names the commit at `offset`, 0 if not, or a status. */
function noteFollows(at: u64, offset: u64): i32 {
  if (at + MARK_BYTES > fileEnd()) return 0;
  const status = readAt(at, MARK_BYTES, note);
  if (status != OK) return status;
  return markIsWhole(note, at) && markKind(note) == MarkKind.NOTE && markCommitOffset(note) == offset ? 1 : 0;
}

/** Passes over the durable notes behind the head's trailer. */
function passNotes(offset: u64): i32 {
  let at = headNotesEnd;
  let follows = noteFollows(at, offset);
  while (follows == 1) {
    at += MARK_BYTES;
    follows = noteFollows(at, offset);
  }
  setDurable(at);
  return follows;
}

/** Checks that the commit at hand continues the one that it names as the previous. Leaves `commitView` as it was. */
function checkLink(offset: u64): i32 {
  if (commitView.sequence == 1) return OK;
  const sequence = commitView.sequence;
  const batchStart = commitView.batchStart;
  memory.copy(previousRoot, commitView.previousRoot, 32);
  let status = loadCommit(commitView.previousOffset, previousRoot);
  if (status != OK) return status;
  if (commitView.sequence + 1 != sequence)
    return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, sequence - 1, commitView.sequence);
  if (commitEnd > batchStart) return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, batchStart, commitEnd);
  status = loadCommit(offset, 0);
  return status;
}

/** Walks from the head back to the base, gathering the tail's packs and the live segments. `commitView` is the head's. */
function walkToBase(): i32 {
  let offset = headOffset;
  let units: u32 = 0;
  let expectedRecords = commitView.recordCount;
  for (let steps: u32 = 0; steps < MAX_TAIL_COMMITS; steps++) {
    if (!gatherTailPacks()) return OUT_OF_MEMORY;
    if (commitView.hasSegmentList) return finishWalk(takeSegmentList(offset), units);
    const sequence = commitView.sequence;
    const batchStart = commitView.batchStart;
    if (sequence == 1) return finishWalk(OK, units + max<u32>(expectedRecords, 1));
    memory.copy(previousRoot, commitView.previousRoot, 32);
    const previous = commitView.previousOffset;
    const status = loadCommit(previous, previousRoot);
    if (status != OK) return status;
    if (commitView.sequence + 1 != sequence || commitEnd > batchStart || commitView.recordCount > expectedRecords) {
      return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, sequence - 1, commitView.sequence);
    }
    units += max<u32>(expectedRecords - commitView.recordCount, 1);
    expectedRecords = commitView.recordCount;
    offset = previous;
  }
  return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, MAX_TAIL_COMMITS, MAX_TAIL_COMMITS + 1);
}

function finishWalk(status: i32, units: u32): i32 {
  if (status != OK) return status;
  if (recordCount < coveredRecords)
    return failNumbers(CORRUPT, Cause.COMMIT_BODY, headOffset, coveredRecords, recordCount);
  setTail(coveredRecords, units);
  return OK;
}

/** Puts this commit's tail packs before those of the commits after it. */
function gatherTailPacks(): bool {
  const count = <usize>commitView.tailPackCount * TAIL_PACK_BYTES;
  const had = tailPacks.length;
  if (count == 0) return true;
  if (tailPacks.extend(count) == 0) return false;
  const data = tailPacks.data;
  memory.copy(data + count, data, had);
  startReading(commitView.tailPacks, commitView.end - commitView.tailPacks);
  for (let at: usize = 0; at < count; at += TAIL_PACK_BYTES) {
    store<u64>(data + at, readVarint64());
    memory.copy(data + at + 8, readBytes(32), 32);
  }
  return true;
}

/** Takes the base's list of live segments, which must cover the records from 0 on without a gap. */
function takeSegmentList(offset: u64): i32 {
  let covered: u64 = 0;
  startReading(commitView.segments, commitView.end - commitView.segments);
  for (let i: u32 = 0; i < commitView.segmentCount; i++) {
    const space = segmentEntries.extend(SEGMENT_ENTRY_BYTES);
    if (space == 0) return OUT_OF_MEMORY;
    const entry = changetype<SegmentEntry>(space);
    entry.firstExtent = readVarint64();
    entry.dataLength = readVarint64();
    entry.firstRecord = readVarint32();
    entry.recordCount = readVarint32();
    memory.copy(entry.root(), readBytes(32), 32);
    entry.maskedCount = readVarint32();
    entry.maskedFirst = <u32>(maskedExtents.length >> 3);
    for (let k: u32 = 0; k < entry.maskedCount; k++) {
      const pair = maskedExtents.extend(8);
      if (pair == 0) return OUT_OF_MEMORY;
      store<u32>(pair, readVarint32());
      store<u32>(pair, load<u32>(readBytes(4)), 4);
    }
    const end = entry.firstExtent + entry.dataLength;
    if (<u64>entry.firstRecord != covered || end > offset || end < entry.firstExtent || entry.dataLength == 0) {
      return failNumbers(CORRUPT, Cause.COMMIT_BODY, offset, covered, entry.firstRecord);
    }
    covered += entry.recordCount;
  }
  if (covered > <u64>recordCount) return failNumbers(CORRUPT, Cause.COMMIT_BODY, offset, recordCount, covered);
  setTail(<u32>covered, 0);
  return OK;
}
