import { equalBytes } from "../bytes/search";
import { readVarint64, startReading } from "../bytes/varint";
import { Cause, fail, failHashes, failNumbers } from "../failure";
import { CommitView } from "../format/commit";
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  frameBodyLength,
  frameBytes,
  frameFlags,
  frameHeaderIsSane,
  frameKind,
  frameOffset,
  framePaddingIsZero,
  hashFrame,
  MARK_BYTES,
  MAX_BODY_BYTES,
  MarkKind,
  markIsWhole,
  markKind,
  SKIPPABLE,
  startsWithMagic,
} from "../format/item";
import { MAX_SIGNATURE_BATCH_BYTES, SIGNATURE_BYTES } from "../format/signature";
import { blake3Finish, blake3Start, blake3Update } from "../hash/blake3";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { readAt } from "./source";

/**
 * Checking every item of a batch: hashes, tiling, marks, the batch digest. Resumable, so that a verification of gigabytes can
 * report and be cancelled: `beginBatchCheck`, then `continueBatchCheck` until it answers OK or fails.
 */

/** `continueBatchCheck` has more to do. */
export const MORE: i32 = 1;

const digestState: usize = memory.data(2832, 16);
const digest: usize = memory.data(32, 16);
const expectedDigest: usize = memory.data(32, 16);
const computed: usize = memory.data(32, 16);
const rangeBytes: usize = memory.data(16, 8);
/** Bytes of the batch, read ahead: most items lie in it whole and are checked where they are. */
const WINDOW_BYTES: u32 = 1 << 18;
const window: Buffer = Buffer.create();
let windowStart: u64 = 0;
/** The item at hand, in the window. */
let item: usize = 0;
const deadRanges: Buffer = Buffer.create();

/** Where the check stands, and where the batch's commit frame begins. */
export let checkPosition: u64 = 0;
let checkEnd: u64 = 0;
let nextDeadRange: usize = 0;
/** Frames seen, for the caller to compare with the commit's counter. */
export let checkedFrames: u64 = 0;
/** Signature frames among them. A batch that has one has no other frames, and its commit frame names nothing. */
export let checkedSignatures: u64 = 0;
let maySign: bool = false;

/** Starts the check of the batch of a commit frame at `commitOffset`. */
export function beginBatchCheck(commit: CommitView, commitOffset: u64): i32 {
  blake3Start(digestState);
  memory.copy(expectedDigest, commit.batchDigest, 32);
  checkPosition = commit.batchStart;
  checkEnd = commitOffset;
  checkedFrames = 1;
  checkedSignatures = 0;
  maySign = mayHoldSignatures(commit, commitOffset);
  nextDeadRange = 0;
  window.clear();
  deadRanges.clear();
  startReading(commit.deadRanges, commit.end - commit.deadRanges);
  for (let i: u32 = 0; i < commit.deadRangeCount; i++) {
    const range = deadRanges.extend(16);
    if (range == 0) return OUT_OF_MEMORY;
    store<u64>(range, readVarint64());
    store<u64>(range, readVarint64(), 8);
  }
  return OK;
}

/** Whether a batch can be one of signatures, judged by its commit frame alone. */
export function mayHoldSignatures(commit: CommitView, commitOffset: u64): bool {
  return (
    commit.deadRangeCount == 0 &&
    commit.tailPackCount == 0 &&
    !commit.hasSegmentList &&
    commitOffset - commit.batchStart <= MAX_SIGNATURE_BATCH_BYTES
  );
}

/** Checks items of about `budgetBytes` bytes. MORE, OK when the batch is done, or what is wrong with it. */
export function continueBatchCheck(budgetBytes: u64): i32 {
  let left = budgetBytes;
  while (checkPosition < checkEnd) {
    const before = checkPosition;
    const status = checkItem();
    if (status != OK) return finish(status);
    const size = checkPosition - before;
    if (size >= left) return MORE;
    left -= size;
  }
  if (checkPosition != checkEnd || nextDeadRange != deadRanges.length) {
    return finish(failNumbers(CORRUPT, Cause.BATCH_TILING, checkPosition, checkEnd, checkPosition));
  }
  blake3Finish(digestState, digest);
  if (!equalBytes(digest, expectedDigest, 32)) {
    return finish(failHashes(CORRUPT, Cause.BATCH_DIGEST, checkEnd, expectedDigest, digest));
  }
  return finish(OK);
}

/** Passes over the item at hand after it was reported, if its length can be told. False if the batch can't be gone through. */
export function skipBadItem(): bool {
  if (checkPosition + FRAME_HEADER_BYTES > checkEnd || locate(FRAME_HEADER_BYTES) != OK) return false;
  const frame = item;
  if (!frameHeaderIsSane(frame) || frameOffset(frame) != checkPosition) return false;
  const total = frameBytes(frameBodyLength(frame));
  if (checkPosition + total > checkEnd) return false;
  blake3Update(digestState, frame, 32);
  checkPosition += total;
  return true;
}

function finish(status: i32): i32 {
  if (status == OK) window.release();
  return status;
}

function checkItem(): i32 {
  if (nextDeadRange < deadRanges.length) {
    const range = deadRanges.data + nextDeadRange;
    if (load<u64>(range) == checkPosition) return passDeadRange(range);
  }
  const available = checkEnd - checkPosition;
  if (available < FRAME_HEADER_BYTES)
    return failNumbers(CORRUPT, Cause.BATCH_TILING, checkPosition, checkEnd, checkPosition);
  const first: u32 = available < MARK_BYTES ? FRAME_HEADER_BYTES : MARK_BYTES;
  const status = locate(first);
  if (status != OK) return status;
  return startsWithMagic(item) && first == MARK_BYTES ? checkMark() : checkFrame(available);
}

/** Sees to it that `length` bytes of the item at hand are in the window, at `item`. */
function locate(length: u32): i32 {
  const inWindow = checkPosition - windowStart;
  if (checkPosition >= windowStart && inWindow + length <= <u64>window.length) {
    item = window.data + <usize>inWindow;
    return OK;
  }
  const ahead = <u32>min<u64>(max<u32>(length, WINDOW_BYTES), checkEnd - checkPosition);
  window.clear();
  if (window.extend(ahead) == 0) return OUT_OF_MEMORY;
  const status = readAt(checkPosition, ahead, window.data);
  if (status != OK) {
    window.clear();
    return status;
  }
  windowStart = checkPosition;
  item = window.data;
  return OK;
}

function passDeadRange(range: usize): i32 {
  const end = load<u64>(range, 8);
  if (end <= checkPosition || end > checkEnd || (end & 7) != 0) return fail(CORRUPT, Cause.BATCH_TILING, checkPosition);
  store<u64>(rangeBytes, checkPosition);
  store<u64>(rangeBytes, end, 8);
  blake3Update(digestState, rangeBytes, 16);
  nextDeadRange += 16;
  checkPosition = end;
  return OK;
}

function checkMark(): i32 {
  if (!markIsWhole(item, checkPosition) || markKind(item) == MarkKind.TRAILER) {
    return fail(CORRUPT, Cause.MARK, checkPosition);
  }
  blake3Update(digestState, item, MARK_BYTES);
  checkPosition += MARK_BYTES;
  return OK;
}

function checkFrame(available: u64): i32 {
  const header = item;
  const known = frameKind(header) >= FrameKind.PACK && frameKind(header) <= FrameKind.SIGNATURES;
  const skippable = !known && frameFlags(header) == SKIPPABLE && frameBodyLength(header) <= MAX_BODY_BYTES;
  if (!skippable && (!known || !frameHeaderIsSane(header))) return fail(CORRUPT, Cause.FRAME_HEADER, checkPosition);
  if (frameOffset(header) != checkPosition) {
    return failNumbers(CORRUPT, Cause.FRAME_OFFSET, checkPosition, checkPosition, frameOffset(header));
  }
  if (frameKind(header) == FrameKind.COMMIT) return fail(CORRUPT, Cause.FRAME_KIND, checkPosition);
  const total = frameBytes(frameBodyLength(header));
  if (<u64>total > available) return fail(CORRUPT, Cause.BEYOND_END, checkPosition);
  const status = locate(total);
  if (status != OK) return status;
  const frame = item;
  hashFrame(frame, computed);
  if (!equalBytes(frame, computed, 32)) return failHashes(CORRUPT, Cause.FRAME_HASH, checkPosition, frame, computed);
  if (!framePaddingIsZero(frame)) return fail(CORRUPT, Cause.FRAME_PADDING, checkPosition);
  if (!fitsSignatures(frame)) return fail(CORRUPT, Cause.SIGNATURE_BATCH, checkPosition);
  blake3Update(digestState, frame, 32);
  checkedFrames++;
  checkPosition += total;
  return OK;
}

/** Counts a signature frame; whether it may stand among the frames before it, and any other behind signatures. */
function fitsSignatures(frame: usize): bool {
  if (frameKind(frame) != FrameKind.SIGNATURES) return checkedSignatures == 0;
  checkedSignatures++;
  return maySign && checkedSignatures == checkedFrames && frameBodyLength(frame) == SIGNATURE_BYTES;
}
