import { MAX_OFFSET, MIN_MATCH } from "./lz4-sequence";

/**
 * A dictionary prepared for compression: a copy of its last 64 KiB and a table of where its substrings are. Made once,
 * read by every document compressed with it.
 *
 * Record:
 *
 *   0      u32 length            65600    table: u16 position for each of 2^15 hashes; position 0 also means "none"
 *   16     bytes (65536 + 48)
 */
export const LZ4_DICTIONARY_BYTES: usize = 65600 + 65536;

const BYTES_OFFSET: usize = 16;
const TABLE_OFFSET: usize = 65600;
const TABLE_BITS: u32 = 15;

/** Prepares `length` bytes at `bytes` in the record at `prepared` (8-byte aligned). */
export function lz4PrepareDictionary(bytes: usize, length: usize, prepared: usize): void {
  const kept = min<usize>(length, MAX_OFFSET);
  store<u32>(prepared, <u32>kept);
  memory.copy(prepared + BYTES_OFFSET, bytes + length - kept, kept);
  memory.fill(prepared + TABLE_OFFSET, 0, <usize>2 << TABLE_BITS);
  for (let position: usize = 0; position + MIN_MATCH <= kept; position++) {
    store<u16>(dictionarySlot(prepared, load<u32>(prepared + BYTES_OFFSET + position)), <u16>position);
  }
}

function dictionarySlot(prepared: usize, start: u32): usize {
  return prepared + TABLE_OFFSET + (<usize>((start * 2654435761) >>> (32 - TABLE_BITS)) << 1);
}

/** Where the prepared dictionary's bytes begin and end. */
export function dictionaryStart(prepared: usize): usize {
  return prepared + BYTES_OFFSET;
}
export function dictionaryEnd(prepared: usize): usize {
  return prepared + BYTES_OFFSET + <usize>load<u32>(prepared);
}

/** Address in the dictionary where a match with the four bytes `start` may begin. */
export function dictionaryCandidate(prepared: usize, start: u32): usize {
  return prepared + BYTES_OFFSET + <usize>load<u16>(dictionarySlot(prepared, start));
}
