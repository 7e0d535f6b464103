import { OK, OUT_OF_MEMORY } from "../status";
import { bitmapBytes, countBits, countCommonBits, setBit } from "./bitmap";
import { Cursor, decodeBlock } from "./cursor";
import { queryTermCount } from "./query";
import { openStatus, openTermCursor, partArena, placeOf, view } from "./search-state";

/** Documents that hold some term of the query: of the last `countHits` that was OK. */
export let totalHits: u32 = 0;

/** Counts all hits of the search that was prepared: in each part the union of the terms' postings. OK or a status. */
export function countHits(): i32 {
  totalHits = 0;
  for (let part: u32 = 0; part < view.partCount; part++) {
    partArena.reset();
    const status = countPart(part);
    if (status != OK) return status;
  }
  return OK;
}

function countPart(index: u32): i32 {
  let terms: u32 = 0;
  let only: u32 = 0;
  for (let term: u32 = 0; term < queryTermCount; term++) {
    if (placeOf(index, term).visibleDf == 0) continue;
    terms++;
    only = term;
  }
  if (terms < 2) {
    if (terms == 1) totalHits += placeOf(index, only).visibleDf;
    return OK;
  }
  const part = view.part(index);
  const bytes = bitmapBytes(part.recordCount);
  const union = partArena.allocZeroed(bytes);
  if (union == 0) return OUT_OF_MEMORY;
  for (let term: u32 = 0; term < queryTermCount; term++) {
    if (placeOf(index, term).visibleDf == 0) continue;
    const cursor = openTermCursor(index, term);
    if (cursor == null) return openStatus;
    const status = addPostings(cursor, union);
    if (status != OK) return status;
  }
  totalHits += part.bits == 0 ? countBits(union, bytes) : countCommonBits(union, part.bits, bytes);
  return OK;
}

function addPostings(cursor: Cursor, union: usize): i32 {
  for (let block: u32 = 0; block < cursor.blocks; block++) {
    if (cursor.block != block) {
      const status = decodeBlock(cursor, block);
      if (status != OK) return status;
    }
    for (let at: usize = 0; at < <usize>cursor.end; at += 4) setBit(union, load<u32>(cursor.ordinals + at));
  }
  return OK;
}
