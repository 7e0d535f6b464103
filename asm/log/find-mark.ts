import { findBytes16 } from "../bytes/search";
import { MARK_BYTES, MARK_MAGIC, markIsWhole } from "../format/item";
import { SUPERBLOCK_BYTES } from "../format/superblock";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { readAt } from "./source";

/** The search for the newest mark, from the end of the file backward: docs/format.md 8.1. */

const PIECE_BYTES: u64 = 1 << 16;
const piece: Buffer = Buffer.create();

/** The mark that `findMarkBefore` found (64 bytes), and its offset; offset 0 if there is none. */
export const foundMark: usize = memory.data(64, 16);
export let foundMarkOffset: u64 = 0;

/** Finds the last whole mark that ends at or before `end`. Answers OK, also when there is none, or why reading failed. */
export function findMarkBefore(end: u64): i32 {
  foundMarkOffset = 0;
  // `top`: marks that begin at or above it have been looked at.
  let top = end >= SUPERBLOCK_BYTES + MARK_BYTES ? ((end - MARK_BYTES) & ~7) + 8 : 0;
  // Nearly always the file ends in a mark.
  let span: u64 = MARK_BYTES;
  while (top > SUPERBLOCK_BYTES) {
    const bottom = top > SUPERBLOCK_BYTES + span ? top - span : SUPERBLOCK_BYTES;
    const status = searchPiece(bottom, top);
    if (status != OK || foundMarkOffset != 0) return finish(status);
    top = bottom;
    span = PIECE_BYTES;
  }
  return finish(OK);
}

function finish(status: i32): i32 {
  piece.release();
  return status;
}

/** Looks for the last whole mark that begins in [bottom, top). */
function searchPiece(bottom: u64, top: u64): i32 {
  const length = <u32>(top - 8 - bottom) + MARK_BYTES;
  piece.clear();
  const data = piece.extend(length);
  if (data == 0) return OUT_OF_MEMORY;
  const status = readAt(bottom, length, data);
  if (status != OK) return status;
  let at: usize = 0;
  while (at + MARK_BYTES <= <usize>length) {
    const next = findBytes16(data + at, length - at, MARK_MAGIC);
    if (next < 0) break;
    at += <usize>next;
    if (at + MARK_BYTES > <usize>length) break;
    if ((at & 7) == 0 && markIsWhole(data + at, bottom + at)) {
      memory.copy(foundMark, data + at, MARK_BYTES);
      foundMarkOffset = bottom + at;
    }
    at++;
  }
  return OK;
}
