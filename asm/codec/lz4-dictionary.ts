import { MAX_OFFSET } from "./lz4-sequence";

/**
 * A dictionary prepared for compression: a copy of its last 64 KiB and tables of where its substrings are. Made once,
 * read by every document compressed with it.
 *
 * An LZ4 match costs the same at any distance, so its length alone counts, and the latest place with the same four
 * bytes is seldom the longest match. So there is a table for each of several lengths: the place that the table for ten
 * bytes gives matches for ten or more, unless two hashes collide. The best of the four is taken.
 *
 * Record:
 *
 *   0          u32 length
 *   16         bytes (65536)
 *   65552      tables for 4, 5, 7 and 10 bytes: u16 position for each of 2^15 hashes; position 0 also means "none"
 *   327696     chain: for each position, the one before it with the same hash of four bytes (u16, 0 for none); it is
 *              what high compression follows
 */
export const LZ4_DICTIONARY_BYTES: usize = 458768;

const BYTES_OFFSET: usize = 16;
const TABLES_OFFSET: usize = 65552;
const TABLE_BITS: u64 = 15;
const TABLE_BYTES: usize = 65536;
const CHAIN_OFFSET: usize = 327696;

/** No match begins this close to the dictionary's end, so that sixteen bytes can be compared anywhere. */
const LAST_BYTES: usize = 16;

/** Prepares `length` bytes at `bytes` in the record at `prepared` (8-byte aligned). */
export function lz4PrepareDictionary(bytes: usize, length: usize, prepared: usize): void {
  // A dictionary of fewer bytes than are compared at once is of no use.
  const kept: usize = length < LAST_BYTES ? 0 : min<usize>(length, MAX_OFFSET);
  store<u32>(prepared, <u32>kept);
  const start = prepared + BYTES_OFFSET;
  memory.copy(start, bytes + length - kept, kept);
  memory.fill(prepared + TABLES_OFFSET, 0, 4 * TABLE_BYTES);
  for (let position: usize = 0; position + LAST_BYTES <= kept; position++) {
    const at = start + position;
    const slot = slot4(prepared, at);
    store<u16>(prepared + CHAIN_OFFSET + (position << 1), load<u16>(slot));
    store<u16>(slot, <u16>position);
    store<u16>(slot5(prepared, at), <u16>position);
    store<u16>(slot7(prepared, at), <u16>position);
    store<u16>(slot10(prepared, at), <u16>position);
  }
}

// Slots by the first 4, 5, 7 and 10 bytes at `at` (multiplicative hashing: the top bits of a product with an odd
// constant).
function slotOf(table: usize, product: u64): usize {
  return table + ((<usize>(product >> (64 - TABLE_BITS))) << 1);
}
function slot4(prepared: usize, at: usize): usize {
  return slotOf(prepared + TABLES_OFFSET, (load<u64>(at) << 32) * 0x9e3779b185ebca87);
}
function slot5(prepared: usize, at: usize): usize {
  return slotOf(prepared + TABLES_OFFSET + TABLE_BYTES, (load<u64>(at) << 24) * 0x9e3779b185ebca87);
}
function slot7(prepared: usize, at: usize): usize {
  return slotOf(prepared + TABLES_OFFSET + 2 * TABLE_BYTES, (load<u64>(at) << 8) * 0x9e3779b185ebca87);
}
function slot10(prepared: usize, at: usize): usize {
  const mixed = load<u64>(at) * 0x9e3779b185ebca87 + load<u64>(at, 2);
  return slotOf(prepared + TABLES_OFFSET + 3 * TABLE_BYTES, mixed * 0xc2b2ae3d27d4eb4f);
}

/** Length, start and end of the prepared dictionary's bytes. */
export function dictionaryLength(prepared: usize): usize {
  return <usize>load<u32>(prepared);
}
export function dictionaryStart(prepared: usize): usize {
  return prepared + BYTES_OFFSET;
}
export function dictionaryEnd(prepared: usize): usize {
  return prepared + BYTES_OFFSET + dictionaryLength(prepared);
}

/**
 * A candidate for a match as one number, the better the larger: how many of the sixteen bytes at `wanted` equal those
 * at `place` from bit 20 on; in bits 16 to 19 a rank, for candidates that match as much; the offset in bits 0 to 15. 0
 * if the offset is too large.
 */
export function candidateKey(wanted: usize, place: usize, rank: u32, offset: usize): u32 {
  const differing = ~(<u32>i8x16.bitmask(i8x16.eq(v128.load(wanted), v128.load(place))));
  return offset <= MAX_OFFSET ? (ctz<u32>(differing) << 20) | (rank << 16) | <u32>offset : 0;
}

/**
 * The key of the dictionary's best candidate for the sixteen bytes at `wanted`, which count as lying `distance` bytes
 * after the dictionary's end.
 */
export function dictionaryKey(prepared: usize, wanted: usize, distance: usize): u32 {
  const start = prepared + BYTES_OFFSET;
  const reach = distance + dictionaryLength(prepared);
  const place4 = <usize>load<u16>(slot4(prepared, wanted));
  const place5 = <usize>load<u16>(slot5(prepared, wanted));
  const place7 = <usize>load<u16>(slot7(prepared, wanted));
  const place10 = <usize>load<u16>(slot10(prepared, wanted));
  const key4 = candidateKey(wanted, start + place4, 0, reach - place4);
  const key5 = candidateKey(wanted, start + place5, 1, reach - place5);
  const key7 = candidateKey(wanted, start + place7, 2, reach - place7);
  const key10 = candidateKey(wanted, start + place10, 4, reach - place10);
  return max<u32>(max<u32>(key4, key5), max<u32>(key7, key10));
}

/**
 * Latest position in the dictionary with the same hash of the four bytes at `wanted` (of which eight are read); 0 for
 * none.
 */
export function dictionaryHead(prepared: usize, wanted: usize): usize {
  return <usize>load<u16>(slot4(prepared, wanted));
}

/** The position before `position` with the same hash of four bytes; 0 for none. */
export function dictionaryNext(prepared: usize, position: usize): usize {
  return <usize>load<u16>(prepared + CHAIN_OFFSET + (position << 1));
}

/** Position in the dictionary that probably matches the ten bytes at `wanted`; 0 also means "none". */
export function dictionaryLongPosition(prepared: usize, wanted: usize): usize {
  return <usize>load<u16>(slot10(prepared, wanted));
}
