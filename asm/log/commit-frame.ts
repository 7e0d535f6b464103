import { equalBytes } from "../bytes/search";
import { Cause, fail, failHashes, failNumbers } from "../failure";
import { CommitView, parseCommit } from "../format/commit";
import { buildMark, FrameKind, getRoot0, MARK_BYTES, MarkKind } from "../format/item";
import { SUPERBLOCK_BYTES } from "../format/superblock";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { frameBodyLength, frameHash, frameStatus, frameTotalBytes, loadFrame } from "./frames";
import { nextOffset, readAt } from "./source";

/** Commit frames, read and checked with their trailers. */

/** The commit frame that was loaded last: parsed, its hash, and its end behind the trailer. */
export const commitView: CommitView = CommitView.create();
export const commitHash: usize = memory.data(32, 16);
export let commitEnd: u64 = 0;

const body: Buffer = Buffer.create();
const trailer: usize = memory.data(64, 16);
const expectedTrailer: usize = memory.data(64, 16);

/** Loads the commit frame at `offset`, which must have `expectedHash` (unless 0), and checks its trailer and its own fields. */
export function loadCommit(offset: u64, expectedHash: usize): i32 {
  const loaded = loadFrame(offset, FrameKind.COMMIT, expectedHash);
  if (loaded == 0) return frameStatus;
  // The body is copied: walking on loads further frames, while this one is still looked at.
  body.clear();
  if (!body.append(loaded, frameBodyLength)) return OUT_OF_MEMORY;
  memory.copy(commitHash, frameHash, 32);
  const trailerOffset = offset + frameTotalBytes;
  commitEnd = trailerOffset + MARK_BYTES;
  if (!parseCommit(commitView, body.data, <u32>body.length)) return fail(CORRUPT, Cause.COMMIT_BODY, offset);
  const status = checkTrailer(trailerOffset, offset);
  return status == OK ? checkFields(offset) : status;
}

function checkTrailer(trailerOffset: u64, offset: u64): i32 {
  if (trailerOffset + MARK_BYTES > nextOffset()) return fail(CORRUPT, Cause.BEYOND_END, trailerOffset);
  const status = readAt(trailerOffset, MARK_BYTES, trailer);
  if (status != OK) return status;
  buildMark(expectedTrailer, MarkKind.TRAILER, trailerOffset, offset, load<u64>(commitHash));
  if (!equalBytes(trailer, expectedTrailer, MARK_BYTES)) return fail(CORRUPT, Cause.TRAILER, trailerOffset);
  return OK;
}

/** What a commit says of itself must be possible: first or not first, and everything it names lies before it. */
function checkFields(offset: u64): i32 {
  const view = commitView;
  if (
    view.sequence == 0 ||
    view.batchStart < SUPERBLOCK_BYTES ||
    view.batchStart > offset ||
    (view.batchStart & 7) != 0
  ) {
    return fail(CORRUPT, Cause.COMMIT_BODY, offset);
  }
  if (view.sequence == 1) {
    if (view.previousOffset != 0 || view.batchStart != SUPERBLOCK_BYTES)
      return fail(CORRUPT, Cause.COMMIT_CHAIN, offset);
    if (!equalBytes(view.previousRoot, getRoot0(), 32)) {
      return failHashes(CORRUPT, Cause.COMMIT_CHAIN, offset, getRoot0(), view.previousRoot);
    }
    return OK;
  }
  if (view.previousOffset < SUPERBLOCK_BYTES || view.previousOffset >= view.batchStart) {
    return failNumbers(CORRUPT, Cause.COMMIT_CHAIN, offset, view.batchStart, view.previousOffset);
  }
  return OK;
}
