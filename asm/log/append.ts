import {
  ANCHOR_DISTANCE,
  buildMark,
  FRAME_HEADER_BYTES,
  frameBytes,
  frameMask,
  MARK_BYTES,
  MarkKind,
  sealFrame,
} from "../format/item";
import { blake3Finish, blake3Start, blake3Update } from "../hash/blake3";
import { OK, OUT_OF_MEMORY, POISONED } from "../status";
import { extendOutput, flushOutputIfLarge, isPoisoned, nextOffset } from "./source";

/** Appending items to the batch that is being written: docs/format.md 4.3. */

/** Offset, hash (32 bytes) and mask of the frame that was appended last. */
export let lastFrameOffset: u64 = 0;
export const lastFrameHash: usize = memory.data(32, 16);
export let lastFrameMask: u32 = 0;

/** Frames appended since `beginBatch`. */
export let batchFrames: u32 = 0;

const digestState: usize = memory.data(2832, 16);
const rangeBytes: usize = memory.data(16, 8);
let batchStartOffset: u64 = 0;
let lastMarkEnd: u64 = 0;
let headOffset: u64 = 0;
let headHash: u64 = 0;

/**
 * Begins a batch at `start`, the end of the head's trailer, behind which the notes and dead ranges of `skipMark` and
 * `skipDeadRange` may follow. Anchors will name the head.
 */
export function beginBatch(start: u64, headCommitOffset: u64, headCommitHash: u64): void {
  batchStartOffset = start;
  lastMarkEnd = start;
  headOffset = headCommitOffset;
  headHash = headCommitHash;
  batchFrames = 0;
  blake3Start(digestState);
}

export function batchStart(): u64 {
  return batchStartOffset;
}

/** Takes a mark that stands in the file already (a durable note) into the batch. */
export function skipMark(mark: usize): void {
  blake3Update(digestState, mark, MARK_BYTES);
}

/** Takes a dead range, which the commit frame will declare, into the batch. */
export function skipDeadRange(start: u64, end: u64): void {
  store<u64>(rangeBytes, start);
  store<u64>(rangeBytes, end, 8);
  blake3Update(digestState, rangeBytes, 16);
  lastMarkEnd = end;
}

/** Appends a frame with a copy of `body`. */
export function appendFrame(kind: u8, codec: u8, flags: u8, body: usize, bodyLength: u32, decodedLength: u32): i32 {
  const frame = beginFrame(bodyLength);
  if (frame == 0) return isPoisoned() ? POISONED : OUT_OF_MEMORY;
  memory.copy(frame + FRAME_HEADER_BYTES, body, bodyLength);
  return endFrame(frame, kind, codec, flags, bodyLength, decodedLength);
}

/** Room for a frame whose body the caller writes at `+ FRAME_HEADER_BYTES` before `endFrame`. 0 on failure. */
function beginFrame(bodyLength: u32): usize {
  if (isPoisoned()) return 0;
  return extendOutput(frameBytes(bodyLength));
}

function endFrame(frame: usize, kind: u8, codec: u8, flags: u8, bodyLength: u32, decodedLength: u32): i32 {
  const total = frameBytes(bodyLength);
  const offset = nextOffset() - total;
  sealFrame(frame, kind, codec, flags, bodyLength, decodedLength, offset);
  memory.copy(lastFrameHash, frame, 32);
  lastFrameOffset = offset;
  lastFrameMask = frameMask(frame);
  batchFrames++;
  blake3Update(digestState, frame, 32);
  if (<u64>total > ANCHOR_DISTANCE || offset + total - lastMarkEnd > ANCHOR_DISTANCE) {
    const status = appendMark(MarkKind.ANCHOR, headOffset, headHash);
    if (status != OK) return status;
  }
  return flushOutputIfLarge();
}

/** The batch digest over all items so far: what the commit frame states. */
export function finishBatchDigest(out: usize): void {
  blake3Finish(digestState, out);
}

/** Appends the commit frame and its trailer. `lastFrameOffset` and `lastFrameHash` are the new head's afterwards. */
export function appendCommitFrame(kind: u8, body: usize, bodyLength: u32): i32 {
  const frame = beginFrame(bodyLength);
  if (frame == 0) return isPoisoned() ? POISONED : OUT_OF_MEMORY;
  memory.copy(frame + FRAME_HEADER_BYTES, body, bodyLength);
  const offset = nextOffset() - frameBytes(bodyLength);
  sealFrame(frame, kind, 0, 0, bodyLength, bodyLength, offset);
  memory.copy(lastFrameHash, frame, 32);
  lastFrameOffset = offset;
  batchFrames++;
  return appendMark(MarkKind.TRAILER, offset, load<u64>(lastFrameHash));
}

/** Appends a mark that names a commit. */
export function appendMark(kind: u8, commitOffset: u64, commitHash: u64): i32 {
  if (isPoisoned()) return POISONED;
  const offset = nextOffset();
  const mark = extendOutput(MARK_BYTES);
  if (mark == 0) return OUT_OF_MEMORY;
  buildMark(mark, kind, offset, commitOffset, commitHash);
  if (kind == MarkKind.ANCHOR) blake3Update(digestState, mark, MARK_BYTES);
  lastMarkEnd = offset + MARK_BYTES;
  return OK;
}
