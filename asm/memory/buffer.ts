import { chunkBits, giveChunk, permanent, takeChunk } from "./chunks";

/** A byte buffer that grows: contiguous, appended to at its end, moved to a larger chunk when full. */
@unmanaged
export class Buffer {
  /** Address of the first byte. Changes when the buffer grows: never keep it across an append. */
  data: usize;
  /** Bytes in use. */
  length: usize;
  private capacity: usize;
  private bits: i32;

  static create(): Buffer {
    const buffer = changetype<Buffer>(permanent(offsetof<Buffer>()));
    buffer.data = 0;
    buffer.length = 0;
    buffer.capacity = 0;
    buffer.bits = 0;
    return buffer;
  }

  /** Makes room for `extra` more bytes. False when memory is exhausted. */
  reserve(extra: usize): bool {
    const needed = this.length + extra;
    if (needed <= this.capacity) return true;
    const bits = chunkBits(needed);
    const moved = takeChunk(bits);
    if (moved == 0) return false;
    if (this.capacity != 0) {
      memory.copy(moved, this.data, this.length);
      giveChunk(this.data, this.bits);
    }
    this.data = moved;
    this.capacity = (<usize>1) << bits;
    this.bits = bits;
    return true;
  }

  /** Appends `count` bytes of unknown content and returns their address; 0 when memory is exhausted. */
  extend(count: usize): usize {
    if (!this.reserve(count)) return 0;
    const start = this.data + this.length;
    this.length += count;
    return start;
  }

  /** Appends a copy of `count` bytes. */
  append(source: usize, count: usize): bool {
    if (count == 0) return true;
    const start = this.extend(count);
    if (start == 0) return false;
    memory.copy(start, source, count);
    return true;
  }

  /** Forgets the content, keeps the memory. */
  clear(): void {
    this.length = 0;
  }

  /** Forgets the content and gives the memory back. */
  release(): void {
    if (this.capacity != 0) giveChunk(this.data, this.bits);
    this.data = 0;
    this.length = 0;
    this.capacity = 0;
  }
}
