import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";
import { OK, OUT_OF_MEMORY } from "../status";
import { sectionBytesAt, sectionLength } from "./columns";
import { segmentStatus } from "./pages";
import { Segment } from "./reader";
import { FILTER_BLOCK_BYTES, Section } from "./sections";
import { sectionBytes } from "./writer";

/**
 * The filter over a segment's URIs (docs/format.md 7.3): tells in one look that a segment doesn't hold a URI. A blocked
 * Bloom filter (Putze, Sanders, Singler 2007), about 10 bits a key; one in seventy other keys passes.
 */

const BITS_PER_KEY: u64 = 10;
const BLOCK_BITS: u32 = 512;
const PROBES: u32 = 6;

/** FNV-1a with 64 bits, mixed once more. */
export function hash64(key: usize, length: u32): u64 {
  let hash: u64 = 14695981039346656037;
  for (const end = key + length; key < end; key++) hash = (hash ^ <u64>load<u8>(key)) * 1099511628211;
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

function blockIndex(hash: u64, blocks: u64): u64 {
  return ((hash >> 32) * blocks) >> 32;
}

/** Whether a segment may hold the URI with this `hash64`: 1 or 0, or a status. */
export function filterMayHold(segment: Segment, hash: u64): i32 {
  const length = sectionLength(segment, Section.URI_FILTER);
  if (!segment.directoryLoaded) return segmentStatus;
  // No filter: no URIs either, or a table that has to be looked into.
  if (length == 0) return i32(sectionLength(segment, Section.URIS) != 0);
  const block = blockIndex(hash, length / FILTER_BLOCK_BYTES);
  const address = sectionBytesAt(segment, Section.URI_FILTER, block * FILTER_BLOCK_BYTES, FILTER_BLOCK_BYTES);
  if (address == 0) return segmentStatus;
  const step = <u32>(hash >> 9) | 1;
  let bit = <u32>hash;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const place = bit & (BLOCK_BITS - 1);
    if ((load<u8>(address + (place >> 3)) & (1 << (place & 7))) == 0) return 0;
    bit += step;
  }
  return 1;
}

/** Collects the hashes of keys, in any order, and makes the filter of them once their number is known. */
@unmanaged
export class FilterBuilder {
  private hashes: Buffer;
  private blocks: Buffer;

  /** Makes an empty builder, to be used again and again. Holds nothing until first used. */
  static create(): FilterBuilder {
    const builder = changetype<FilterBuilder>(permanent(offsetof<FilterBuilder>()));
    builder.hashes = Buffer.create();
    builder.blocks = Buffer.create();
    return builder;
  }

  /** Adds a key's `hash64`, each key once. OK or OUT_OF_MEMORY. */
  add(hash: u64): i32 {
    const place = this.hashes.extend(8);
    if (place == 0) return OUT_OF_MEMORY;
    store<u64>(place, hash);
    return OK;
  }

  /** Writes the filter into the section that is open, and releases the builder's memory. */
  writeTo(): i32 {
    const status = this.build();
    const written = status == OK ? sectionBytes(this.blocks.data, this.blocks.length) : status;
    this.release();
    return written;
  }

  release(): void {
    this.hashes.release();
    this.blocks.release();
  }

  private build(): i32 {
    const keys = this.hashes.length >> 3;
    const blocks = (<u64>keys * BITS_PER_KEY + BLOCK_BITS - 1) / BLOCK_BITS;
    const bytes = <usize>blocks * FILTER_BLOCK_BYTES;
    if (keys == 0) return OK;
    const filter = this.blocks.extend(bytes);
    if (filter == 0) return OUT_OF_MEMORY;
    memory.fill(filter, 0, bytes);
    const end = this.hashes.data + this.hashes.length;
    for (let at = this.hashes.data; at < end; at += 8) {
      const hash = load<u64>(at);
      setBits(filter + <usize>blockIndex(hash, blocks) * FILTER_BLOCK_BYTES, hash);
    }
    return OK;
  }
}

function setBits(block: usize, hash: u64): void {
  const step = <u32>(hash >> 9) | 1;
  let bit = <u32>hash;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const place = bit & (BLOCK_BITS - 1);
    const byte = block + (place >> 3);
    store<u8>(byte, <u32>load<u8>(byte) | ((<u32>1) << (place & 7)));
    bit += step;
  }
}
