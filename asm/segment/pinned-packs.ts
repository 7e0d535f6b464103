import { HASH_BYTES } from "../format/item";
import { sectionBytesAt, sectionLength } from "./columns";
import { Segment } from "./reader";
import { PACK_ENTRY_BYTES, Section } from "./sections";

/** The hashes by which a segment pins the packs that its records lie in. */

const hash: usize = memory.data(32, 8);

/** How many packs the segment pins; 0 on failure. */
export function packCount(segment: Segment): u32 {
  return <u32>(sectionLength(segment, Section.PACKS) / PACK_ENTRY_BYTES);
}

/** Offset in the file of pack `index`; 0 on failure. */
export function packOffset(segment: Segment, index: u32): u64 {
  const address = sectionBytesAt(segment, Section.PACKS, <u64>index * PACK_ENTRY_BYTES, 8);
  return address != 0 ? load<u64>(address) : 0;
}

/**
 * Address of the 32-byte hash of the pack at `frameOffset`, valid until the next call. 0 if the segment doesn't pin it,
 * or on failure, with the reason in `segmentStatus`.
 */
export function packHash(segment: Segment, frameOffset: u64): usize {
  let low: u32 = 0;
  let high = packCount(segment);
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    const address = sectionBytesAt(segment, Section.PACKS, <u64>middle * PACK_ENTRY_BYTES, PACK_ENTRY_BYTES);
    if (address == 0) return 0;
    const offset = load<u64>(address);
    if (offset == frameOffset) {
      memory.copy(hash, address + 8, HASH_BYTES);
      return hash;
    }
    if (offset < frameOffset) low = middle + 1;
    else high = middle;
  }
  return 0;
}
