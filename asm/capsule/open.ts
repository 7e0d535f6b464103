import { commitView, loadCommit } from "../log/commit-frame";
import { forgetDictionaries } from "../log/dictionary";
import { forgetPacks } from "../log/frames";
import {
  headEnd,
  headIsDurable,
  headNotesEnd,
  headOffset,
  headSequence,
  lastTrailerEnd,
  setDurable,
} from "../log/head";
import { openLog } from "../log/open";
import { closeWindow, cutFileEnd, fileEnd, readAt, rewrite } from "../log/source";
import { Buffer } from "../memory/buffer";
import { dropViews } from "../search/view";
import { OK, OUT_OF_MEMORY } from "../status";
import { endBatch } from "./batch";
import { forgetBranches } from "./branches";
import { forgetHeadKind } from "./commit";
import { openListedSegments } from "./segments";
import { loadTail } from "./tail";

/** Opening a capsule, and what a writer does first: docs/format.md 8.1 and 8.2. */

export function openCapsuleFile(fileBytes: u64): i32 {
  forgetPacks();
  forgetDictionaries();
  forgetBranches();
  endBatch();
  dropViews();
  forgetHeadKind();
  let status = openLog(fileBytes);
  if (status == OK) status = openListedSegments();
  if (status == OK) status = loadTail();
  closeWindow();
  return status;
}

const PIECE_BYTES: u64 = 1 << 20;
const piece: Buffer = Buffer.create();

/**
 * Writes the head's batch once more, with identical bytes, unless a durable note vouches for it: pages that an earlier failed sync
 * left clean but unwritten reach the disk with the sync that the host does next. 1 if it did, 0 if there was no need.
 */
export function rewriteLastBatch(): i32 {
  if (headSequence == 0 || headIsDurable) return 0;
  let status = loadCommit(headOffset, 0);
  if (status != OK) return status;
  for (let at = commitView.batchStart; at < headEnd; at += PIECE_BYTES) {
    const length = <u32>min<u64>(PIECE_BYTES, headEnd - at);
    piece.clear();
    const target = piece.extend(length);
    if (target == 0) return OUT_OF_MEMORY;
    status = readAt(at, length, target);
    if (status == OK) status = rewrite(at, target, length);
    if (status != OK) return status;
  }
  piece.release();
  setDurable(headNotesEnd);
  return 1;
}

/** Where the host must cut the file off before anything is appended; -1 if nothing has to go. */
export function cutDeadTail(): f64 {
  const end = max<u64>(headNotesEnd, lastTrailerEnd);
  if (end >= fileEnd()) return -1;
  cutFileEnd(end);
  return <f64>end;
}
