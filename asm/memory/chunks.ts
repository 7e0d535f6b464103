/**
 * Chunks: power-of-two pieces of linear memory with free lists, the only place that grows the memory.
 *
 * Everything that lives longer than one call (the page cache, the memtable, the batch being written) takes whole chunks
 * and gives them back, so that memory returns to its floor after each commit and each query.
 */

/** The smallest chunk, 16 KiB. */
const MIN_BITS: i32 = 14;
/** The largest chunk, 1 GiB. */
const MAX_BITS: i32 = 30;

/** Head of the free list of each size; a free chunk's first word points at the next. */
const freeHeads: usize = memory.data(4 * (MAX_BITS + 1));

let frontier: usize = 0;
let bytesInUse: usize = 0;

/** Smallest chunk size, as a power of two, that holds `size` bytes. */
export function chunkBits(size: usize): i32 {
  if (size <= (<usize>1) << MIN_BITS) return MIN_BITS;
  return 32 - <i32>clz<u32>(<u32>(size - 1));
}

/** Takes a chunk of `1 << bits` bytes, 16-byte aligned; its content is not cleared. Returns 0 when memory is exhausted. */
export function takeChunk(bits: i32): usize {
  if (bits > MAX_BITS) return 0;
  const head = freeHeads + ((<usize>bits) << 2);
  const free = <usize>load<u32>(head);
  if (free != 0) {
    store<u32>(head, load<u32>(free));
    bytesInUse += (<usize>1) << bits;
    return free;
  }
  if (frontier == 0) frontier = (__heap_base + 15) & ~(<usize>15);
  const size = (<usize>1) << bits;
  const end = frontier + size;
  const have = (<usize>memory.size()) << 16;
  if (end > have) {
    // Growing costs the host a remapping: ask for an eighth more than is needed, and settle for less.
    const need = <i32>((end - have + 0xffff) >>> 16);
    const generous = need + (memory.size() >> 3);
    if (memory.grow(generous) < 0 && memory.grow(need) < 0) return 0;
  }
  const chunk = frontier;
  frontier = end;
  bytesInUse += size;
  return chunk;
}

/** Gives a chunk of `1 << bits` bytes back. */
export function giveChunk(chunk: usize, bits: i32): void {
  const head = freeHeads + ((<usize>bits) << 2);
  store<u32>(chunk, load<u32>(head));
  store<u32>(head, <u32>chunk);
  bytesInUse -= (<usize>1) << bits;
}

let permanentTop: usize = 0;
let permanentEnd: usize = 0;

/**
 * `size` bytes for as long as the instance lives, cleared, 16-byte aligned: records that exist once, such as the arenas.
 * Nothing in the core uses `new` or `heap.alloc`: their heap would lie where the chunks do.
 */
export function permanent(size: usize): usize {
  let start = (permanentTop + 15) & ~(<usize>15);
  if (start + size > permanentEnd) {
    const bits = chunkBits(size);
    start = takeChunk(bits);
    // Asked for when the instance starts: without it there is nothing to go on with.
    if (start == 0) unreachable();
    permanentEnd = start + ((<usize>1) << bits);
    bytesInUse -= (<usize>1) << bits;
  }
  permanentTop = start + size;
  memory.fill(start, 0, size);
  return start;
}

/** Bytes in chunks that are taken now: what a test compares before and after a commit or a query. */
export function chunkBytesInUse(): usize {
  return bytesInUse;
}
