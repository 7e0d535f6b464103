import { equalBytes } from "../bytes/search";
import { Cause, failHashes } from "../failure";
import { FRAME_HEADER_BYTES, HASH_BYTES, xorMask } from "../format/item";
import { blake3 } from "../hash/blake3";
import { readAt } from "../log/source";
import { CORRUPT, OK, OUT_OF_MEMORY, PENDING } from "../status";
import { acquirePageFrame, freePageFrame, PAGE_BITS, PAGE_BYTES, publishPage } from "./page-frames";

/**
 * The pages of a segment's stream (docs/format.md, part 7): read one by one, checked against the page-hash tree when
 * they enter the cache, then at hand for the price of a look into the segment's page table.
 *
 * Addresses into pages are valid only until the next page access: nothing is pinned.
 */

export const EXTENT_BODY_BYTES: u64 = 1 << 20;
/** A full extent and its anchor. */
export const EXTENT_STRIDE: u64 = 1048696;
/** Hashes in a hash page, as a power of two. */
export const FAN_OUT_BITS: u32 = 7;

/** The most data pages of a segment: a quarter of a terabyte. */
const MAX_PAGES: u64 = 1 << 26;

/**
 * Why the last access to a segment that failed did: accessors answer 0 then, and 0 may be a value too. A success leaves
 * it alone, so that a loop of accesses can look once, at its end; `clearSegmentStatus` forgets it.
 */
export let segmentStatus: i32 = OK;

/** Sets `segmentStatus` and answers 0, for accessors to return. */
export function failSegment(status: i32): usize {
  segmentStatus = status;
  return 0;
}

export function clearSegmentStatus(): void {
  segmentStatus = OK;
}

/**
 * Where the pages of a segment lie. The levels' pages are numbered on: data pages first, then the hash pages of level
 * 1, 2, …
 */
@unmanaged
export class PagedStream {
  firstExtent: u64;
  dataLength: u64;
  /** Address of the 32-byte segment root. */
  root: usize;
  dataPages: u32;
  /** Data pages and hash pages. */
  totalPages: u32;
  /** Address of the page table: a u32 for each page. */
  pageTable: usize;
  /** Address of the masked extents, ascending: u32 index, u32 mask each. */
  masks: usize;
  maskCount: u32;
}

/** Pages of the data and of all hash levels above it; 0 if that is more than a segment may have. */
export function countPages(dataLength: u64): u32 {
  let count = (dataLength + PAGE_BYTES - 1) >> PAGE_BITS;
  if (count > MAX_PAGES) return 0;
  let total = count;
  while (count > 1) {
    count = (count + 127) >> FAN_OUT_BITS;
    total += count;
  }
  return <u32>total;
}

/** Length of the stream: data and all hash levels. */
export function streamBytes(dataLength: u64): u64 {
  let count = (dataLength + PAGE_BYTES - 1) >> PAGE_BITS;
  let total = dataLength;
  while (count > 1) {
    total += count * HASH_BYTES;
    count = (count + 127) >> FAN_OUT_BITS;
  }
  return total;
}

/** Offset in the file of byte `at` of the stream. */
export function streamOffsetInFile(firstExtent: u64, at: u64): u64 {
  const extent = at / EXTENT_BODY_BYTES;
  return firstExtent + extent * EXTENT_STRIDE + FRAME_HEADER_BYTES + (at - extent * EXTENT_BODY_BYTES);
}

/** Address of a page, whose number the caller has checked; 0 on failure, with the reason in `segmentStatus`. */
export function pageAddress(stream: PagedStream, page: u32): usize {
  const entry = load<u32>(stream.pageTable + ((<usize>page) << 2));
  if (entry & 1) return <usize>(entry ^ 1);
  return pageAddressSlow(stream, page);
}

function pageAddressSlow(stream: PagedStream, page: u32): usize {
  const place = stream.pageTable + ((<usize>page) << 2);
  const entry = load<u32>(place);
  if (entry == 0) return loadPage(stream, page);
  store<u32>(place, entry | 1);
  return <usize>entry;
}

/** For each level 32 bytes: the hash that the page being loaded there should have. */
const expectedHashes: usize = memory.data(160, 16);
const foundHash: usize = memory.data(32, 16);

function loadPage(stream: PagedStream, page: u32): usize {
  let level: usize = 0;
  let firstPage: u32 = 0;
  let pages = stream.dataPages;
  let levelStart: u64 = 0;
  let levelBytes = stream.dataLength;
  while (page - firstPage >= pages) {
    firstPage += pages;
    levelStart += levelBytes;
    levelBytes = <u64>pages * HASH_BYTES;
    pages = (pages + 127) >> FAN_OUT_BITS;
    level++;
  }
  const index = page - firstPage;
  const from = (<u64>index) << PAGE_BITS;
  const length = <u32>min<u64>(PAGE_BYTES, levelBytes - from);

  const expected = expectedHashes + (level << 5);
  const hashStatus = copyPageHash(stream, firstPage + pages, pages, index, expected);
  if (hashStatus != OK && hashStatus != PENDING) return 0;
  const frame = acquirePageFrame();
  if (frame == 0) return failSegment(OUT_OF_MEMORY);
  // Asked for even if its hash has to be fetched first: the host can fetch both at once.
  const status = readStream(stream, levelStart + from, length, frame);
  if (status != OK || hashStatus != OK) {
    freePageFrame(frame);
    return failSegment(status != OK ? status : hashStatus);
  }
  blake3(frame, length, foundHash);
  if (!equalBytes(foundHash, expected, HASH_BYTES)) {
    freePageFrame(frame);
    const at = streamOffsetInFile(stream.firstExtent, levelStart + from);
    return failSegment(failHashes(CORRUPT, Cause.PAGE_HASH, at, expected, foundHash));
  }
  if (length < PAGE_BYTES) memory.fill(frame + length, 0, PAGE_BYTES - length);
  publishPage(frame, stream.pageTable + ((<usize>page) << 2));
  return frame;
}

/** Copies the hash of page `index` of a level of `pages` pages from the level above, whose first page is `parents`. */
function copyPageHash(stream: PagedStream, parents: u32, pages: u32, index: u32, destination: usize): i32 {
  let source = stream.root;
  if (pages > 1) {
    const parent = pageAddress(stream, parents + (index >> FAN_OUT_BITS));
    if (parent == 0) return segmentStatus;
    source = parent + ((<usize>(index & 127)) << 5);
  }
  memory.copy(destination, source, HASH_BYTES);
  return OK;
}

/** Copies bytes of the stream, unmasked but not checked, to `destination`. Only hash pages ever lie in two extents. */
function readStream(stream: PagedStream, from: u64, length: u32, destination: usize): i32 {
  let result = OK;
  while (length != 0) {
    const extent = from / EXTENT_BODY_BYTES;
    const piece = <u32>min<u64>(length, (extent + 1) * EXTENT_BODY_BYTES - from);
    const status = readAt(streamOffsetInFile(stream.firstExtent, from), piece, destination);
    if (status == OK) {
      const mask = maskOf(stream, <u32>extent);
      if (mask != 0) xorMask(destination, piece, mask);
    } else if (result == OK || result == PENDING) {
      result = status;
    }
    from += piece;
    destination += piece;
    length -= piece;
  }
  return result;
}

function maskOf(stream: PagedStream, extent: u32): u32 {
  let low: u32 = 0;
  let high = stream.maskCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = stream.masks + ((<usize>middle) << 3);
    const index = load<u32>(entry);
    if (index == extent) return load<u32>(entry, 4);
    if (index < extent) low = middle + 1;
    else high = middle;
  }
  return 0;
}

/** Drops all pages of a stream from the cache. */
export function dropPages(stream: PagedStream): void {
  const end = stream.pageTable + ((<usize>stream.totalPages) << 2);
  for (let place = stream.pageTable; place < end; place += 4) {
    const entry = load<u32>(place);
    if (entry == 0) continue;
    freePageFrame(<usize>(entry & ~1));
    store<u32>(place, 0);
  }
}
