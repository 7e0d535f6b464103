import { giveChunk, takeChunk } from "../memory/chunks";

/**
 * The memory of the page cache: frames of one page each, a bounded number of them, given out again by the CLOCK rule.
 *
 * A frame is 16 bytes of header and the page:
 *
 *     −16  u32 address of the page-table entry that points here, 0 while none does
 *     −12  u32 next frame on the ring (all frames in use, in the order of the clock)
 *     −8   u32 next free frame
 *      0   the page
 *
 * A page-table entry is 0, or the address of a page with bit 0 as "used since the hand passed": frames are 16-byte
 * aligned. Frames lie in chunks whose first 16 bytes are u32 next chunk.
 */
export const PAGE_BYTES: u32 = 4096;
export const PAGE_BITS: u32 = 12;

const HEADER_BYTES: usize = 16;
const FRAME_BYTES: usize = 4112;
const OWNER: usize = 16;
const NEXT_ON_RING: usize = 12;
const NEXT_FREE: usize = 8;

/** The cache grows by chunks of 512 KiB, 127 frames each, or by one smaller chunk if its limit is below that. */
const LARGEST_STEP_BITS: i32 = 19;
const SMALLEST_STEP_BITS: i32 = 14;

let limitBytes: usize = 16 << 20;
let stepBits: i32 = LARGEST_STEP_BITS;
let heldBytes: usize = 0;
let newestChunk: usize = 0;
/** Frames of the newest chunk that were never used: [unused, unusedEnd). */
let unused: usize = 0;
let unusedEnd: usize = 0;
let firstFree: usize = 0;
/** The frame on the ring that was looked at last. */
let hand: usize = 0;

/**
 * Sets the most memory that pages may take and drops all pages. One chunk of 16 KiB, three pages, is the least.
 * The memory is taken when it is first needed.
 */
export function configurePages(bytes: usize): void {
  releasePages();
  limitBytes = bytes;
  stepBits = LARGEST_STEP_BITS;
  while (stepBits > SMALLEST_STEP_BITS && (<usize>1) << stepBits > bytes) stepBits--;
}

/** Drops all pages and gives their memory back. */
export function releasePages(): void {
  if (hand != 0) {
    let page = hand;
    do {
      const owner = <usize>load<u32>(page - OWNER);
      if (owner != 0) store<u32>(owner, 0);
      page = <usize>load<u32>(page - NEXT_ON_RING);
    } while (page != hand);
  }
  while (newestChunk != 0) {
    const next = <usize>load<u32>(newestChunk);
    giveChunk(newestChunk, stepBits);
    newestChunk = next;
  }
  heldBytes = 0;
  unused = 0;
  unusedEnd = 0;
  firstFree = 0;
  hand = 0;
}

/** Bytes of chunks that the page cache holds. */
export function pageCacheBytes(): usize {
  return heldBytes;
}

/**
 * A frame for one page: a free one, or a new one, or that of the first page from the clock's hand on that wasn't used
 * since the hand passed it. 0 when there is none and memory is exhausted.
 */
export function acquirePageFrame(): usize {
  if (firstFree != 0) {
    const page = firstFree;
    firstFree = <usize>load<u32>(page - NEXT_FREE);
    return page;
  }
  if (unused < unusedEnd || growPages()) return newFrame();
  return hand != 0 ? evict() : 0;
}

/** Gives a frame back that holds no page. */
export function freePageFrame(page: usize): void {
  store<u32>(page - OWNER, 0);
  store<u32>(page - NEXT_FREE, <u32>firstFree);
  firstFree = page;
}

/** Makes a page-table entry point at a page that was read. */
export function publishPage(page: usize, entry: usize): void {
  store<u32>(page - OWNER, <u32>entry);
  store<u32>(entry, <u32>page | 1);
}

function growPages(): bool {
  const size = (<usize>1) << stepBits;
  if (heldBytes != 0 && heldBytes + size > limitBytes) return false;
  const chunk = takeChunk(stepBits);
  if (chunk == 0) return false;
  store<u32>(chunk, <u32>newestChunk);
  newestChunk = chunk;
  heldBytes += size;
  unused = chunk + HEADER_BYTES;
  unusedEnd = unused + ((size - HEADER_BYTES) / FRAME_BYTES) * FRAME_BYTES;
  return true;
}

/** Puts a frame on the ring, at the place that the hand reaches last. */
function newFrame(): usize {
  const page = unused + HEADER_BYTES;
  unused += FRAME_BYTES;
  store<u32>(page - OWNER, 0);
  if (hand == 0) {
    store<u32>(page - NEXT_ON_RING, <u32>page);
  } else {
    store<u32>(page - NEXT_ON_RING, load<u32>(hand - NEXT_ON_RING));
    store<u32>(hand - NEXT_ON_RING, <u32>page);
  }
  hand = page;
  return page;
}

/** All frames are on the ring and own a page here: two rounds at most find one. */
function evict(): usize {
  while (true) {
    hand = <usize>load<u32>(hand - NEXT_ON_RING);
    const owner = <usize>load<u32>(hand - OWNER);
    const entry = load<u32>(owner);
    if ((entry & 1) == 0) {
      store<u32>(owner, 0);
      store<u32>(hand - OWNER, 0);
      return hand;
    }
    store<u32>(owner, entry & ~1);
  }
}
