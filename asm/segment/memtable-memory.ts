import { Arena } from "../memory/arena";

/**
 * What the memtable holds, and how much of it there is.
 *
 * The count decides when a batch's segment is cut, and so which bytes are written: it is made up of the sizes that were
 * asked for, which depend on nothing but what was added, and never of what the allocator had to take for them.
 */

const arena: Arena = Arena.create(16);
let countedBytes: usize = 0;

/** `size` bytes until the memtable is reset, 8-byte aligned; 0 when memory is exhausted. */
export function memtableAlloc(size: usize): usize {
  const start = arena.alloc(size);
  if (start != 0) countedBytes += (size + 7) & ~(<usize>7);
  return start;
}

/** Counts `size` bytes that lie elsewhere: rows in buffers, the slots of tables. */
export function countMemtableBytes(size: usize): void {
  countedBytes += size;
}

/** Bytes of what was added since the last reset: a function of the calls alone. */
export function memtableBytes(): u32 {
  return <u32>countedBytes;
}

export function releaseMemtableMemory(): void {
  arena.release();
  countedBytes = 0;
}
