import { writeVarint32, writeVarint64 } from "../bytes/varint";
import { bitsNeeded128, pack128 } from "../codec/bitpack";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";

/**
 * Writing the postings of a term (docs/format.md 7.4). One list at a time: `beginPostings`, `addPostings` in ascending order,
 * `endPostings`. `postings-decode.ts` reads them.
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
/** The block at hand: 128 u32 each. Lengths are those of `packLengths`. */
const ordinals: usize = memory.data(512, 16);
const titleTfs: usize = memory.data(512, 16);
const bodyTfs: usize = memory.data(512, 16);
const lengths: usize = memory.data(512, 16);
/** Bytes of each array in use. */
let filled: usize = 0;
/** The ordinal before the block at hand; 2^32 - 1 before the first. */
let previous: u32 = 0xffffffff;
let exhausted: bool = false;

/** Blocks of a list with `df` postings. */
export function blockCount(df: u32): u32 {
  return <u32>((<u64>df + BLOCK_POSTINGS - 1) / BLOCK_POSTINGS);
}

/** Bytes of the skip table of a list with `df` postings: 0 where there is none. */
export function skipTableBytes(df: u32): u32 {
  return df < BLOCK_POSTINGS ? 0 : blockCount(df) * SKIP_ENTRY_BYTES;
}

/** A document's lengths as skip entries need them: each 65,535 at most. */
export function packLengths(titleLength: u32, bodyLength: u32): u32 {
  return min<u32>(titleLength, MAX_SKIP_LENGTH) | (min<u32>(bodyLength, MAX_SKIP_LENGTH) << 16);
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
  filled = 0;
}

/**
 * Adds `count` postings, 128 at most, from arrays of u32: ordinals, to which `base` is added and which ascend from those before; the
 * term's frequencies in title and body, at most `MAX_TF` and not both 0; and the documents' lengths by `packLengths`, which lists
 * with a skip table need.
 */
export function addPostings(
  count: u32,
  base: u32,
  fromOrdinals: usize,
  fromTitleTfs: usize,
  fromBodyTfs: usize,
  fromLengths: usize,
): void {
  const bytes = (<usize>count) << 2;
  const first = min<usize>(bytes, BLOCK_BYTES - filled);
  copyNumbers(fromOrdinals, first, base, ordinals + filled);
  copyNumbers(fromTitleTfs, first, 0, titleTfs + filled);
  copyNumbers(fromBodyTfs, first, 0, bodyTfs + filled);
  if (hasSkipTable) copyNumbers(fromLengths, first, 0, lengths + filled);
  filled += first;
  if (filled != BLOCK_BYTES) return;
  endFullBlock();
  filled = bytes - first;
  copyNumbers(fromOrdinals + first, filled, base, ordinals);
  copyNumbers(fromTitleTfs + first, filled, 0, titleTfs);
  copyNumbers(fromBodyTfs + first, filled, 0, bodyTfs);
  if (hasSkipTable) copyNumbers(fromLengths + first, filled, 0, lengths);
}

/** Copies `bytes` bytes of u32s, adding `base` to each. */
function copyNumbers(source: usize, bytes: usize, base: u32, destination: usize): void {
  const bases = i32x4.splat(base);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(destination + at, i32x4.add(v128.load(source + at), bases));
  for (; at < bytes; at += 4) store<u32>(destination + at, load<u32>(source + at) + base);
}

/** Ends the list. OK or OUT_OF_MEMORY. */
export function endPostings(): i32 {
  if (filled != 0) endRemainder();
  return exhausted ? OUT_OF_MEMORY : OK;
}

function endFullBlock(): void {
  const last = load<u32>(ordinals, 508);
  writeSkipEntry(last);
  gapsInPlace();
  const gapBits = bitsNeeded128(ordinals);
  const titleBits = bitsNeeded128(titleTfs);
  const bodyBits = bitsNeeded128(bodyTfs);
  let at = output.extend(BLOCK_HEADER_BYTES + ((<usize>(gapBits + titleBits + bodyBits)) << 4));
  previous = last;
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
}

function endRemainder(): void {
  if (hasSkipTable) writeSkipEntry(load<u32>(ordinals + filled - 4));
  if (!output.reserve((filled >> 2) * POSTING_MAX_BYTES)) {
    exhausted = true;
    return;
  }
  const start = output.data + output.length;
  let at = start;
  for (let i: usize = 0; i < filled; i += 4) {
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

function writeSkipEntry(last: u32): void {
  if (exhausted) return;
  let titles: u32 = 0;
  let bodies: u32 = 0;
  let shortestTitle = MAX_SKIP_LENGTH;
  let shortestBody = MAX_SKIP_LENGTH;
  for (let i: usize = 0; i < filled; i += 4) {
    titles = max<u32>(titles, load<u32>(titleTfs + i));
    bodies = max<u32>(bodies, load<u32>(bodyTfs + i));
    shortestTitle = min<u32>(shortestTitle, load<u16>(lengths + i));
    shortestBody = min<u32>(shortestBody, load<u16>(lengths + i, 2));
  }
  const entry = output.data + skipAt;
  store<u32>(entry, last);
  store<u32>(entry, <u32>(output.length - blocksStart), SKIP_OFFSET);
  store<u16>(entry, <u16>titles, SKIP_LARGEST_TF);
  store<u16>(entry, <u16>shortestTitle, SKIP_SMALLEST_LENGTH);
  store<u16>(entry, <u16>bodies, SKIP_LARGEST_TF + SKIP_FIELD_BYTES);
  store<u16>(entry, <u16>shortestBody, SKIP_SMALLEST_LENGTH + SKIP_FIELD_BYTES);
  skipAt += SKIP_ENTRY_BYTES;
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
  return writeVarint64(destination, ((<u64>gap) << 2) | code);
}
