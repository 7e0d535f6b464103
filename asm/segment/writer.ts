import { Codec, FrameKind, HASH_BYTES } from "../format/item";
import { blake3 } from "../hash/blake3";
import { appendFrame, lastFrameMask, lastFrameOffset } from "../log/append";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY, WRONG_STATE } from "../status";
import { PAGE_BYTES } from "./page-frames";
import { EXTENT_BODY_BYTES, EXTENT_STRIDE } from "./pages";
import { ENTRY_BYTES, Entry, FOOTER_BYTES, Footer, LAST_SECTION, SEGMENT_VERSION } from "./sections";

/**
 * Writes one segment at a time, as a stream: section after section, then the directory, then the page-hash tree. An
 * extent is appended whenever 1 MiB is full, so only that much is held, and 32 bytes for each page.
 *
 * A failure is kept: all that follows answers it, so that a caller may look at the status of `segmentFinish` alone.
 * Nothing else may be appended to the log from `segmentBegin` to `segmentFinish`.
 */

/** What the segment list says of the segment that was finished last; masked extents are u32 index, u32 mask each. */
export let writtenFirstExtent: u64 = 0;
export let writtenDataLength: u64 = 0;
export let writtenFirstRecord: u32 = 0;
export let writtenRecordCount: u32 = 0;
export const writtenRoot: usize = memory.data(32, 16);
export let writtenMaskCount: u32 = 0;

const masks: Buffer = Buffer.create();
/** The extent that is being filled. */
const extent: Buffer = Buffer.create();
/** Hashes of the pages so far; then, in turn, the levels of the tree. */
const hashes: Buffer = Buffer.create();
const hashesAbove: Buffer = Buffer.create();

/** Whether only the root is wanted: extents are thrown away then. */
let isRootOnly: bool = false;

/** The first failure since `segmentBegin`. */
let status: i32 = WRONG_STATE;
let extents: u32 = 0;
/** Bytes of the stream that lie in extents appended before the one that is being filled. */
let appendedBytes: u64 = 0;
/** Whether what is written is data, whose pages have to be hashed; and how many bytes of `extent` were hashed. */
let isData: bool = false;
let hashedBytes: usize = 0;

const directory: usize = memory.data(480, 8);
const footer: usize = memory.data(64, 8);
const number: usize = memory.data(8, 8);
let entries: u32 = 0;
let openTag: u32 = 0;
let lastTag: u32 = 0;
let sectionStart: u64 = 0;

/**
 * Address of the masked extents of the segment that was finished last: u32 index, u32 mask each; valid until the next
 * is begun.
 */
export function writtenMasks(): usize {
  return masks.data;
}

/** From now on segments are worked out but not appended, or appended again: their root and length are known all the same. */
export function writeRootsOnly(rootsOnly: bool): void {
  isRootOnly = rootsOnly;
}

/** Begins a segment over `recordCount` records. */
export function segmentBegin(firstRecord: u32, recordCount: u32): void {
  masks.release();
  extent.clear();
  hashes.clear();
  hashesAbove.clear();
  status = OK;
  extents = 0;
  appendedBytes = 0;
  isData = true;
  hashedBytes = 0;
  entries = 0;
  openTag = 0;
  lastTag = 0;
  writtenFirstExtent = 0;
  writtenFirstRecord = firstRecord;
  writtenRecordCount = recordCount;
}

/** Gives the writer's memory back, whatever it has done. */
export function segmentAbort(): void {
  status = WRONG_STATE;
  extent.release();
  hashes.release();
  hashesAbove.release();
}

/** Begins a section; sections come in the order of their tags. */
export function sectionBegin(tag: u32): i32 {
  if (openTag != 0 || tag <= lastTag || tag > LAST_SECTION) return keepFailure(WRONG_STATE);
  openTag = tag;
  sectionStart = appendedBytes + extent.length;
  return status;
}

/** Bytes that the open section has so far. */
export function sectionOffset(): u64 {
  return appendedBytes + extent.length - sectionStart;
}

/** Appends bytes to the open section. */
export function sectionBytes(source: usize, length: usize): i32 {
  if (openTag == 0) return keepFailure(WRONG_STATE);
  return writeStream(source, length);
}

export function sectionU8(value: u32): i32 {
  store<u8>(number, value);
  return sectionBytes(number, 1);
}

export function sectionU16(value: u32): i32 {
  store<u16>(number, value);
  return sectionBytes(number, 2);
}

export function sectionU32(value: u32): i32 {
  store<u32>(number, value);
  return sectionBytes(number, 4);
}

export function sectionU64(value: u64): i32 {
  store<u64>(number, value);
  return sectionBytes(number, 8);
}

/**
 * Ends the section. For a table: its levels, and its root's length and offset in the section. An empty section leaves
 * no trace.
 */
export function sectionEnd(parameter: u32, auxiliaryLength: u32, auxiliaryOffset: u64): i32 {
  if (openTag == 0) return keepFailure(WRONG_STATE);
  const length = sectionOffset();
  if (length != 0) {
    const entry = directory + <usize>entries * ENTRY_BYTES;
    store<u16>(entry, <u16>openTag, Entry.TAG);
    store<u16>(entry, <u16>parameter, Entry.PARAMETER);
    store<u32>(entry, auxiliaryLength, Entry.AUXILIARY_LENGTH);
    store<u64>(entry, sectionStart, Entry.OFFSET);
    store<u64>(entry, length, Entry.LENGTH);
    store<u64>(entry, auxiliaryOffset, Entry.AUXILIARY_OFFSET);
    entries++;
  }
  lastTag = openTag;
  openTag = 0;
  store<u64>(number, 0);
  return writeStream(number, <usize>(-length & 7));
}

/**
 * Writes directory and page-hash tree and appends the last extent. `titleTotal` and `bodyTotal` are the tokens in all
 * titles and all bodies. On OK the segment is described by `writtenFirstExtent` and its kin.
 */
export function segmentFinish(documents: u32, titleTotal: u64, bodyTotal: u64, uris: u32, terms: u32): i32 {
  if (openTag != 0) keepFailure(WRONG_STATE);
  memory.fill(footer, 0, FOOTER_BYTES);
  store<u64>(footer, <u64>writtenFirstRecord, Footer.FIRST_RECORD);
  store<u32>(footer, writtenRecordCount, Footer.RECORDS);
  store<u32>(footer, documents, Footer.DOCUMENTS);
  store<u64>(footer, titleTotal, Footer.TITLE_TOTAL);
  store<u64>(footer, bodyTotal, Footer.BODY_TOTAL);
  store<u32>(footer, uris, Footer.URIS);
  store<u32>(footer, terms, Footer.TERMS);
  store<u32>(footer, entries, Footer.ENTRIES);
  store<u32>(footer, SEGMENT_VERSION, Footer.VERSION);
  writeStream(directory, <usize>entries * ENTRY_BYTES);
  writeStream(footer, FOOTER_BYTES);
  writtenDataLength = appendedBytes + extent.length;
  hashPages();
  isData = false;
  writeHashLevels();
  if (status == OK && extent.length != 0) appendExtent();
  writtenMaskCount = <u32>(masks.length >> 3);
  const result = status;
  segmentAbort();
  return result;
}

/** Writes the levels of the page-hash tree, until one is a single hash: the root. */
function writeHashLevels(): void {
  while (status == OK && hashes.length > HASH_BYTES) {
    writeStream(hashes.data, hashes.length);
    hashesAbove.clear();
    if (!appendPageHashes(hashesAbove, hashes.data, hashes.length)) {
      keepFailure(OUT_OF_MEMORY);
      return;
    }
    hashes.clear();
    if (!hashes.append(hashesAbove.data, hashesAbove.length)) keepFailure(OUT_OF_MEMORY);
  }
  if (status == OK) memory.copy(writtenRoot, hashes.data, HASH_BYTES);
}

function writeStream(source: usize, length: usize): i32 {
  while (length != 0 && status == OK) {
    const piece = min<usize>(length, <usize>EXTENT_BODY_BYTES - extent.length);
    if (!extent.append(source, piece)) return keepFailure(OUT_OF_MEMORY);
    source += piece;
    length -= piece;
    if (extent.length == <usize>EXTENT_BODY_BYTES) appendExtent();
  }
  return status;
}

function appendExtent(): void {
  if (isData) hashPages();
  if (status != OK) return;
  const length = <u32>extent.length;
  if (!isRootOnly) appendExtentFrame(length);
  extents++;
  appendedBytes += length;
  extent.clear();
  hashedBytes = 0;
}

function appendExtentFrame(length: u32): void {
  if (keepFailure(appendFrame(FrameKind.EXTENT, Codec.STORED, 0, extent.data, length, length)) != OK) return;
  if (extents == 0) writtenFirstExtent = lastFrameOffset;
  // Readers compute where an extent lies: something else must not have come between.
  if (lastFrameOffset != writtenFirstExtent + <u64>extents * EXTENT_STRIDE) keepFailure(WRONG_STATE);
  if (lastFrameMask != 0) {
    const place = masks.extend(8);
    if (place == 0) {
      keepFailure(OUT_OF_MEMORY);
      return;
    }
    store<u32>(place, extents);
    store<u32>(place, lastFrameMask, 4);
  }
}

/** Hashes the pages that `extent` holds and that were not hashed yet: all are whole but the last of the data. */
function hashPages(): void {
  if (status != OK) return;
  if (!appendPageHashes(hashes, extent.data + hashedBytes, extent.length - hashedBytes)) keepFailure(OUT_OF_MEMORY);
  hashedBytes = extent.length;
}

function appendPageHashes(target: Buffer, source: usize, length: usize): bool {
  for (let at: usize = 0; at < length; at += PAGE_BYTES) {
    const place = target.extend(HASH_BYTES);
    if (place == 0) return false;
    blake3(source + at, min<usize>(PAGE_BYTES, length - at), place);
  }
  return true;
}

/** Keeps the first failure and answers it. */
function keepFailure(failure: i32): i32 {
  if (status == OK) status = failure;
  return status;
}
