import { Arena } from "../memory/arena";
import { Buffer } from "../memory/buffer";
import { appendTermPostings, Term, termDocuments } from "../segment/memtable-terms";
import {
  BLOCK_POSTINGS,
  blockCount,
  SKIP_FIELD_BYTES,
  SKIP_LARGEST_TF,
  SKIP_SMALLEST_LENGTH,
  skipTableBytes,
} from "../segment/postings";
import { decodeRemainder } from "../segment/postings-decode";
import { readBytes, Segment } from "../segment/reader";
import { OK, OUT_OF_MEMORY } from "../status";
import { contribution, saturationBound } from "./bm25";
import { BlockEntry, blockEntry, Cursor, decodeBlock, NO_BLOCK } from "./cursor";
import { PartView, partSegmentOf } from "./part-view";
import { failTerm, TermPlace } from "./term-places";

/** Opening cursors: what has to be known of a list before its postings are read. */

/** Bytes that a full block has at least: its three widths. */
const LEAST_BLOCK_BYTES: u32 = 3;
const ENTRY_BYTES: usize = offsetof<BlockEntry>();

/**
 * Opens a cursor over a term of a part, before the first posting. Its bounds are for a term of this weight. What it needs until the
 * part is done with comes from `arena`. OK or a status.
 */
export function openCursor(c: Cursor, part: PartView, place: TermPlace, weight: f64, arena: Arena): i32 {
  c.recordCount = part.recordCount;
  c.weight = weight;
  c.df = place.df;
  c.segment = <usize>part.segment;
  if (part.segment == 0) return openMemtableCursor(c, place, arena);
  c.ordinals = c.blockArrays;
  c.titleTfs = c.blockArrays + 576;
  c.bodyTfs = c.blockArrays + 1088;
  c.blocks = blockCount(place.df);
  c.entries = arena.alloc(<usize>c.blocks * ENTRY_BYTES);
  if (c.entries == 0) return OUT_OF_MEMORY;
  c.ordinal = 0;
  c.at = 0;
  c.end = 0;
  c.block = NO_BLOCK;
  c.windowBlock = 0;
  c.bestBlock = 0;
  return place.df < BLOCK_POSTINGS ? openShortList(c, place) : openLongList(c, partSegmentOf(part), place);
}

/** Opens a list of less than a block: it is decoded at once. */
function openShortList(c: Cursor, place: TermPlace): i32 {
  c.blocksOffset = place.offset;
  c.blocksLength = place.length;
  const entry = blockEntry(c, 0);
  entry.offset = 0;
  const status = decodeBlock(c, 0);
  if (status != OK) return status;
  entry.bound = boundOfDecoded(c);
  c.bound = entry.bound;
  return OK;
}

/** The most that a posting of the decoded ones can contribute, judged by their frequencies alone. */
function boundOfDecoded(c: Cursor): i64 {
  let titleTf: u32 = 0;
  let bodyTf: u32 = 0;
  for (let at: usize = 0; at < <usize>c.end; at += 4) {
    titleTf = max<u32>(titleTf, load<u32>(c.titleTfs + at));
    bodyTf = max<u32>(bodyTf, load<u32>(c.bodyTfs + at));
  }
  return contribution(c.weight, saturationBound(titleTf, bodyTf, 0, 0));
}

/** Reads the skip table of a list and turns its entries into `BlockEntry`s, which have the same size. */
function openLongList(c: Cursor, segment: Segment, place: TermPlace): i32 {
  const tableBytes = skipTableBytes(place.df);
  if (place.length < tableBytes) return failTerm(segment, place.offset);
  c.blocksOffset = place.offset + tableBytes;
  c.blocksLength = place.length - tableBytes;
  const status = readBytes(segment, place.offset, tableBytes, c.entries);
  if (status != OK) return status;
  c.bound = 0;
  // From one block to the next ordinals ascend by the number of its postings at least, offsets by its least length.
  let leastLast: u64 = BLOCK_POSTINGS - 1;
  let leastOffset: u32 = 0;
  const end = c.entries + <usize>c.blocks * ENTRY_BYTES;
  for (let at = c.entries; at < end; at += ENTRY_BYTES) {
    const entry = changetype<BlockEntry>(at);
    if (at + ENTRY_BYTES == end) leastLast -= BLOCK_POSTINGS - (((c.df - 1) & (BLOCK_POSTINGS - 1)) + 1);
    if (
      <u64>entry.last < leastLast ||
      entry.last >= c.recordCount ||
      entry.offset < leastOffset ||
      entry.offset >= c.blocksLength
    ) {
      return failTerm(segment, place.offset);
    }
    leastLast = <u64>entry.last + BLOCK_POSTINGS;
    leastOffset = entry.offset + LEAST_BLOCK_BYTES;
    entry.bound = boundOfSkipEntry(at, c.weight);
    if (entry.bound > c.bound) {
      c.bound = entry.bound;
      c.bestBlock = <u32>((at - c.entries) / ENTRY_BYTES);
    }
  }
  if (changetype<BlockEntry>(c.entries).offset != 0) return failTerm(segment, place.offset);
  return OK;
}

/** The most that a posting of the block can contribute. */
function boundOfSkipEntry(entry: usize, weight: f64): i64 {
  const s = saturationBound(
    load<u16>(entry, SKIP_LARGEST_TF),
    load<u16>(entry, SKIP_LARGEST_TF + SKIP_FIELD_BYTES),
    load<u16>(entry, SKIP_SMALLEST_LENGTH),
    load<u16>(entry, SKIP_SMALLEST_LENGTH + SKIP_FIELD_BYTES),
  );
  return contribution(weight, s);
}

const postings: Buffer = Buffer.create();

/** Decodes all postings of a term of the memtable, but those of records that came later than the view. */
function openMemtableCursor(c: Cursor, place: TermPlace, arena: Arena): i32 {
  const term = changetype<Term>(<usize>place.offset);
  postings.clear();
  if (!appendTermPostings(term, postings)) return OUT_OF_MEMORY;
  const count = termDocuments(term);
  const bytes = (<usize>count) << 2;
  c.entries = arena.alloc(ENTRY_BYTES);
  c.ordinals = arena.alloc(bytes + 16);
  c.titleTfs = arena.alloc(bytes);
  c.bodyTfs = arena.alloc(bytes);
  if (c.entries == 0 || c.ordinals == 0 || c.titleTfs == 0 || c.bodyTfs == 0) return OUT_OF_MEMORY;
  decodeRemainder(
    postings.data,
    postings.data + postings.length,
    count,
    NONE_BEFORE,
    NONE_BEFORE,
    c.ordinals,
    c.titleTfs,
    c.bodyTfs,
  );
  postings.release();
  c.end = <u32>bytes;
  while (c.end != 0 && load<u32>(c.ordinals + c.end - 4) >= c.recordCount) c.end -= 4;
  c.df = c.end >> 2;
  v128.store(c.ordinals + c.end, i32x4.splat(-1));
  c.blocks = c.end == 0 ? 0 : 1;
  c.block = 0;
  c.windowBlock = 0;
  c.bestBlock = 0;
  c.at = 0;
  c.ordinal = load<u32>(c.ordinals);
  const entry = blockEntry(c, 0);
  entry.last = c.end == 0 ? 0 : load<u32>(c.ordinals + c.end - 4);
  entry.offset = 0;
  entry.bound = boundOfDecoded(c);
  c.bound = entry.bound;
  return OK;
}

const NONE_BEFORE: u32 = 0xffffffff;
