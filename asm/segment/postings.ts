import { bitsNeeded128, pack128 } from "../codec/bitpack";
import { writeVarint32, writeVarint64 } from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";

/**
 * Writing the postings of a term (docs/format.md 7.4). One list at a time: `beginPostings`, `addPosting` for each in ascending
 * order, `endPostings`. `postings-decode.ts` reads them.
 */

/** Postings in a full block. */
export const BLOCK_POSTINGS: u32 = 128;
/** Lists of at most this many bytes are kept in the dictionary. */
export const INLINE_BYTES: u32 = 24;
/** Greater term frequencies are stored as this. */
export const MAX_TF: u32 = 65535;
/** Longest encoding of one posting in a remainder block. */
export const POSTING_MAX_BYTES: usize = 11;
/** Widths that a full block begins with. */
export const BLOCK_HEADER_BYTES: usize = 3;

/** A skip entry: u32 last ordinal, u32 offset of the block, then u16 largest tf and u16 smallest length for each field. */
export const SKIP_ENTRY_BYTES: u32 = 16;
export const SKIP_OFFSET: usize = 4;
export const SKIP_LARGEST_TF: usize = 8;
export const SKIP_SMALLEST_LENGTH: usize = 10;
/** From a field's two numbers to the next field's. */
export const SKIP_FIELD_BYTES: usize = 4;
/** Smallest lengths are capped at this. */
const MAX_SKIP_LENGTH: u32 = 65535;

const BLOCK_BYTES: usize = 512;

let output: Buffer = changetype<Buffer>(0);
/** Where in the output the list's next skip entry goes; the blocks follow the last one. */
let skipAt: usize = 0;
let blocksStart: usize = 0;
let hasSkipTable: bool = false;
/** The block at hand: 128 u32 each. */
const ordinals: usize = memory.data(512, 16);
const titleTfs: usize = memory.data(512, 16);
const bodyTfs: usize = memory.data(512, 16);
let blockBytesUsed: usize = 0;
/** The ordinal before the block at hand; 2^32 - 1 before the first. */
let previous: u32 = 0xffffffff;
let largestTitleTf: u32 = 0;
let largestBodyTf: u32 = 0;
let shortestTitle: u32 = MAX_SKIP_LENGTH;
let shortestBody: u32 = MAX_SKIP_LENGTH;
let exhausted: bool = false;

/** Blocks of a list with `df` postings. */
export function blockCount(df: u32): u32 {
  return <u32>((<u64>df + BLOCK_POSTINGS - 1) / BLOCK_POSTINGS);
}

/** Bytes of the skip table of a list with `df` postings: 0 where there is none. */
export function skipTableBytes(df: u32): u32 {
  return df < BLOCK_POSTINGS ? 0 : blockCount(df) * SKIP_ENTRY_BYTES;
}

/** Starts a list of `df` postings, which is appended to `out`. */
export function beginPostings(out: Buffer, df: u32): void {
  output = out;
  hasSkipTable = df >= BLOCK_POSTINGS;
  skipAt = out.length;
  const tableBytes = <usize>skipTableBytes(df);
  exhausted = !out.reserve(tableBytes);
  if (!exhausted) out.length += tableBytes;
  blocksStart = out.length;
  previous = 0xffffffff;
  beginBlock();
}

function beginBlock(): void {
  blockBytesUsed = 0;
  largestTitleTf = 0;
  largestBodyTf = 0;
  shortestTitle = MAX_SKIP_LENGTH;
  shortestBody = MAX_SKIP_LENGTH;
}

/** Adds a posting: its ordinal, greater than the last one's, and the term's frequency in the title and the body, not both 0. */
export function addPosting(ordinal: u32, titleTf: u32, bodyTf: u32): void {
  titleTf = min<u32>(titleTf, MAX_TF);
  bodyTf = min<u32>(bodyTf, MAX_TF);
  store<u32>(ordinals + blockBytesUsed, ordinal);
  store<u32>(titleTfs + blockBytesUsed, titleTf);
  store<u32>(bodyTfs + blockBytesUsed, bodyTf);
  largestTitleTf = max<u32>(largestTitleTf, titleTf);
  largestBodyTf = max<u32>(largestBodyTf, bodyTf);
  blockBytesUsed += 4;
  if (blockBytesUsed == BLOCK_BYTES) endFullBlock();
}

/** Tells the lengths of the document whose posting is added next. Needed for lists with a skip table alone. */
export function notePostingLengths(titleLength: u32, bodyLength: u32): void {
  shortestTitle = min<u32>(shortestTitle, titleLength);
  shortestBody = min<u32>(shortestBody, bodyLength);
}

/** Ends the list. OK or OUT_OF_MEMORY. */
export function endPostings(): i32 {
  if (blockBytesUsed != 0) endRemainder();
  return exhausted ? OUT_OF_MEMORY : OK;
}

function endFullBlock(): void {
  const last = load<u32>(ordinals, 508);
  if (!writeSkipEntry(last)) return;
  gapsInPlace();
  const gapBits = bitsNeeded128(ordinals);
  const titleBits = bitsNeeded128(titleTfs);
  const bodyBits = bitsNeeded128(bodyTfs);
  let at = output.extend(BLOCK_HEADER_BYTES + (<usize>(gapBits + titleBits + bodyBits) << 4));
  if (at == 0) {
    exhausted = true;
    return;
  }
  store<u8>(at, gapBits);
  store<u8>(at, titleBits, 1);
  store<u8>(at, bodyBits, 2);
  at = pack128(ordinals, gapBits, at + BLOCK_HEADER_BYTES);
  at = pack128(titleTfs, titleBits, at);
  pack128(bodyTfs, bodyBits, at);
  previous = last;
  beginBlock();
}

function endRemainder(): void {
  if (hasSkipTable && !writeSkipEntry(load<u32>(ordinals + blockBytesUsed - 4))) return;
  const most = (blockBytesUsed >> 2) * POSTING_MAX_BYTES;
  if (!output.reserve(most)) {
    exhausted = true;
    return;
  }
  const start = output.data + output.length;
  let at = start;
  for (let i: usize = 0; i < blockBytesUsed; i += 4) {
    const ordinal = load<u32>(ordinals + i);
    at = writePosting(at, ordinal - previous - 1, load<u32>(titleTfs + i), load<u32>(bodyTfs + i));
    previous = ordinal;
  }
  output.length += at - start;
}

/** Turns the block's ordinals into gaps. */
function gapsInPlace(): void {
  let before = previous;
  for (let i: usize = 0; i < BLOCK_BYTES; i += 4) {
    const ordinal = load<u32>(ordinals + i);
    store<u32>(ordinals + i, ordinal - before - 1);
    before = ordinal;
  }
}

/** False when memory has run out before. */
function writeSkipEntry(last: u32): bool {
  if (exhausted) {
    beginBlock();
    return false;
  }
  const entry = output.data + skipAt;
  store<u32>(entry, last);
  store<u32>(entry, <u32>(output.length - blocksStart), SKIP_OFFSET);
  store<u16>(entry, <u16>largestTitleTf, SKIP_LARGEST_TF);
  store<u16>(entry, <u16>shortestTitle, SKIP_SMALLEST_LENGTH);
  store<u16>(entry, <u16>largestBodyTf, SKIP_LARGEST_TF + SKIP_FIELD_BYTES);
  store<u16>(entry, <u16>shortestBody, SKIP_SMALLEST_LENGTH + SKIP_FIELD_BYTES);
  skipAt += SKIP_ENTRY_BYTES;
  return true;
}

/**
 * Writes one posting as remainder blocks hold it and returns the address after it. `gap` is the distance to the posting
 * before, less 1; the frequencies are at most `MAX_TF` and not both 0.
 */
export function writePosting(destination: usize, gap: u32, titleTf: u32, bodyTf: u32): usize {
  if (titleTf == 0) {
    if (bodyTf == 1) return writeGap(destination, gap, 0);
    return writeVarint32(writeGap(destination, gap, 1), bodyTf - 2);
  }
  if (titleTf == 1 && bodyTf == 0) return writeGap(destination, gap, 2);
  return writeVarint32(writeVarint32(writeGap(destination, gap, 3), titleTf), bodyTf);
}

function writeGap(destination: usize, gap: u32, code: u32): usize {
  if (gap < 32) {
    store<u8>(destination, (gap << 2) | code);
    return destination + 1;
  }
  return writeVarint64(destination, (<u64>gap << 2) | code);
}
