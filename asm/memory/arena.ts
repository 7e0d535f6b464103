import { chunkBits, giveChunk, permanent, takeChunk } from "./chunks";

/**
 * An arena: allocations that are freed all at once. A record on it costs a bump of a pointer.
 *
 * Chunk layout: u32 next chunk, u32 size in bits, 8 bytes unused, then data (16-byte aligned).
 */
@unmanaged
export class Arena {
  private first: usize;
  private current: usize;
  private top: usize;
  private end: usize;
  private chunkSizeBits: i32;

  /** Makes an empty arena whose chunks are at least `1 << chunkSizeBits` bytes. Holds nothing until first used. */
  static create(chunkSizeBits: i32): Arena {
    const arena = changetype<Arena>(permanent(offsetof<Arena>()));
    arena.first = 0;
    arena.current = 0;
    arena.top = 0;
    arena.end = 0;
    arena.chunkSizeBits = chunkSizeBits;
    return arena;
  }

  /** `size` bytes, 8-byte aligned, not cleared; 0 when memory is exhausted. */
  alloc(size: usize): usize {
    const start = (this.top + 7) & ~(<usize>7);
    const end = start + size;
    if (end > this.end || this.current == 0) return this.allocInNewChunk(size);
    this.top = end;
    return start;
  }

  /** As `alloc`, cleared to zero. */
  allocZeroed(size: usize): usize {
    const start = this.alloc(size);
    if (start != 0) memory.fill(start, 0, size);
    return start;
  }

  private allocInNewChunk(size: usize): usize {
    const needed = chunkBits(size + 16);
    const bits = max<i32>(needed, this.chunkSizeBits);
    const chunk = takeChunk(bits);
    if (chunk == 0) return 0;
    store<u32>(chunk, 0);
    store<u32>(chunk, <u32>bits, 4);
    if (this.current != 0) store<u32>(this.current, <u32>chunk);
    else this.first = chunk;
    this.current = chunk;
    this.top = chunk + 16 + size;
    this.end = chunk + ((<usize>1) << bits);
    return chunk + 16;
  }

  /** Frees everything, keeping the first chunk for the next use (a query arena would otherwise take and give it each time). */
  reset(): void {
    if (this.first == 0) return;
    this.freeFrom(<usize>load<u32>(this.first));
    store<u32>(this.first, 0);
    this.current = this.first;
    this.top = this.first + 16;
    this.end = this.first + ((<usize>1) << load<u32>(this.first, 4));
  }

  /** Frees everything, the first chunk too. */
  release(): void {
    this.freeFrom(this.first);
    this.first = 0;
    this.current = 0;
    this.top = 0;
    this.end = 0;
  }

  private freeFrom(start: usize): void {
    let chunk = start;
    while (chunk != 0) {
      const next = <usize>load<u32>(chunk);
      giveChunk(chunk, <i32>load<u32>(chunk, 4));
      chunk = next;
    }
  }

  /** Bytes of chunks that this arena holds. */
  heldBytes(): usize {
    let total: usize = 0;
    let chunk = this.first;
    while (chunk != 0) {
      total += (<usize>1) << load<u32>(chunk, 4);
      chunk = <usize>load<u32>(chunk);
    }
    return total;
  }
}
