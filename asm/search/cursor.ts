import { Arena } from "../memory/arena";
import { segmentStatus } from "../segment/pages";
import { BLOCK_POSTINGS } from "../segment/postings";
import { decodeFullBlock, decodeRemainder, hasEmptyPosting } from "../segment/postings-decode";
import { bytesAt, Segment } from "../segment/reader";
import { OK } from "../status";
import { failTerm } from "./term-places";

/**
 * A cursor over the postings of a term in one part, in ascending order of ordinals. Blocks are decoded when they are needed, into arrays
 * of the cursor: pages may go meanwhile.
 */
@unmanaged
export class Cursor {
  /** At the posting at hand, if `at` is below `end`: its ordinal. Otherwise no posting with a smaller ordinal is left. */
  ordinal: u32;
  /** Place of that posting in the arrays, 4 bytes each, and the end of the decoded block. */
  at: u32;
  end: u32;
  /** The decoded block, and how many there are. */
  block: u32;
  blocks: u32;
  /** The block with the greatest bound. */
  bestBlock: u32;
  /** The block in which the window at hand begins. */
  windowBlock: u32;
  /** Number of the query's term. */
  term: u32;
  df: u32;
  /** Addresses of the decoded block: u32 each. Behind the ordinals stands the greatest u32. */
  ordinals: usize;
  titleTfs: usize;
  bodyTfs: usize;
  /** What is known of each block, `BlockEntry`. */
  entries: usize;
  /** Weight of the term in scores. */
  weight: f64;
  /** The most that the term can contribute, in the part and in the window at hand. */
  bound: i64;
  windowBound: i64;
  /** Where the blocks lie in the segment's data. */
  blocksOffset: u64;
  blocksLength: u32;
  /** Records of the part: ordinals are below. */
  recordCount: u32;
  /** Address of the `Segment`; 0 for the memtable, of which everything is decoded at once. */
  segment: usize;
  /** Arrays of one block that the cursor keeps whatever part it is in. */
  blockArrays: usize;
}

/** A block of postings. */
@unmanaged
export class BlockEntry {
  /** Ordinal of its last posting. */
  last: u32;
  /** Where it begins, from the first block on. */
  offset: u32;
  /** The most that a posting of it can contribute to a score. */
  bound: i64;
}
const ENTRY_BITS: usize = 4;

/** No block is decoded. */
export const NO_BLOCK: u32 = 0xffffffff;
/** Behind all postings. */
export const NO_MORE: u32 = 0xffffffff;

/** Bytes of an array of ordinals of one block: behind them room for what ends a search. */
const BLOCK_BYTES: usize = 512;
const PADDED_BYTES: usize = 576;
/** The longest that the format makes a block: full, or a remainder. */
const MAX_BLOCK_BYTES: u32 = 2048;

/** Why the last move of a cursor failed, since it was set to OK. */
export let cursorStatus: i32 = OK;
/** Blocks decoded since the instance started: what pruning saves can be seen in it. */
export let blocksDecoded: u32 = 0;

export function clearCursorStatus(): void {
  cursorStatus = OK;
}

/** Makes `count` cursors in an arena; address of the first, 0 when memory is exhausted. */
export function createCursors(arena: Arena, count: u32): usize {
  const size = offsetof<Cursor>();
  const cursors = arena.allocZeroed(<usize>count * size);
  if (cursors == 0) return 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const arrays = arena.alloc(PADDED_BYTES + 2 * BLOCK_BYTES);
    if (arrays == 0) return 0;
    changetype<Cursor>(cursors + i * size).blockArrays = arrays;
  }
  return cursors;
}

export function cursorAt(cursors: usize, index: u32): Cursor {
  return changetype<Cursor>(cursors + <usize>index * offsetof<Cursor>());
}

/** What is known of block `index` of a cursor's list. */
export function blockEntry(c: Cursor, index: u32): BlockEntry {
  return changetype<BlockEntry>(c.entries + ((<usize>index) << ENTRY_BITS));
}

/** Moves to the first posting whose ordinal is `target` or greater; `c.ordinal` is NO_MORE then if there is none, or on failure. */
export function advance(c: Cursor, target: u32): void {
  if (c.at < c.end) {
    if (c.ordinal >= target) return;
  } else if (target < c.ordinal) {
    target = c.ordinal;
  }
  if (c.block != NO_BLOCK && target <= blockEntry(c, c.block).last) {
    seekInBlock(c, target);
    return;
  }
  let block = c.block == NO_BLOCK ? c.windowBlock : max<u32>(c.block + 1, c.windowBlock);
  while (block < c.blocks && blockEntry(c, block).last < target) block++;
  if (block >= c.blocks || decodeBlock(c, block) != OK) {
    endCursor(c);
    return;
  }
  seekInBlock(c, target);
}

/** Stands at a place of the decoded block, behind the one at hand: at the end of the block before the next one. */
export function stepTo(c: Cursor, place: u32): void {
  c.at = place;
  c.ordinal = place < c.end ? load<u32>(c.ordinals + place) : load<u32>(c.ordinals + c.end - 4) + 1;
}

/**
 * Number of the block that holds the first posting at or behind `target`, which is in the window at hand and never before the last one
 * asked for; the number of blocks if there is none. Nothing is decoded.
 */
export function blockOf(c: Cursor, target: u32): u32 {
  let block = c.windowBlock;
  while (block < c.blocks && blockEntry(c, block).last < target) block++;
  c.windowBlock = block;
  return block;
}

/** Stands behind all postings. */
function endCursor(c: Cursor): void {
  c.ordinal = NO_MORE;
  c.at = c.end;
  c.windowBlock = c.blocks;
}

/** Goes back before the first posting, for another walk. */
export function restart(c: Cursor): void {
  c.windowBlock = 0;
  c.at = 0;
  // The decoded block may be all that there is: a list of the memtable can't be decoded again.
  if (c.block == 0) {
    c.ordinal = load<u32>(c.ordinals);
  } else {
    c.ordinal = 0;
    c.end = 0;
    c.block = NO_BLOCK;
  }
}

/** Moves within the decoded block, whose last ordinal is `target` or greater, from the place at hand on. */
function seekInBlock(c: Cursor, target: u32): void {
  const wanted = i32x4.splat(<i32>target);
  let place = c.ordinals + c.at;
  // Behind the last ordinal stands one that is greater than all.
  while (true) {
    const less = i32x4.bitmask(i32x4.lt_u(v128.load(place), wanted));
    if (less != 15) {
      place += (<usize>popcnt<i32>(less)) << 2;
      break;
    }
    place += 16;
  }
  c.at = <u32>(place - c.ordinals);
  c.ordinal = load<u32>(place);
}

/** Decodes a block into the cursor's arrays and stands before its first posting. OK or a status, which `cursorStatus` keeps. */
export function decodeBlock(c: Cursor, block: u32): i32 {
  const status = readBlock(c, block);
  if (status != OK) {
    cursorStatus = status;
    return status;
  }
  c.block = block;
  c.at = 0;
  c.ordinal = load<u32>(c.ordinals);
  return OK;
}

function readBlock(c: Cursor, block: u32): i32 {
  blocksDecoded++;
  const segment = changetype<Segment>(c.segment);
  const entry = blockEntry(c, block);
  const from = entry.offset;
  const isLast = block + 1 == c.blocks;
  const length = (isLast ? c.blocksLength : blockEntry(c, block + 1).offset) - from;
  const before = block == 0 ? NO_MORE : blockEntry(c, block - 1).last;
  const offset = c.blocksOffset + from;
  if (length > MAX_BLOCK_BYTES) return failTerm(segment, offset);
  const bytes = bytesAt(segment, offset, length);
  if (bytes == 0) return segmentStatus;
  const count = isLast ? c.df - block * BLOCK_POSTINGS : BLOCK_POSTINGS;
  const limit = c.recordCount;
  let end: usize;
  if (count == BLOCK_POSTINGS) {
    end = decodeFullBlock(bytes, bytes + length, before, limit, c.ordinals, c.titleTfs, c.bodyTfs);
    if (end != 0 && hasEmptyPosting(c.titleTfs, c.bodyTfs)) end = 0;
  } else {
    end = decodeRemainder(bytes, bytes + length, count, before, limit, c.ordinals, c.titleTfs, c.bodyTfs);
  }
  c.end = count << 2;
  if (end != bytes + length) return failTerm(segment, offset);
  // Of a list without a skip table, the last ordinal is known only now.
  if (c.df < BLOCK_POSTINGS) entry.last = load<u32>(c.ordinals + c.end - 4);
  else if (load<u32>(c.ordinals + c.end - 4) != entry.last) return failTerm(segment, offset);
  const behind = c.ordinals + c.end;
  v128.store(behind, i32x4.splat(-1));
  return OK;
}
