/**
 * A cache of stems: 4,096 words of at most 15 bytes, each in the one place that its hash gives. It only saves work:
 * an entry holds a whole word and exactly what the stemmer made of it.
 */
import { permanent } from "../memory/chunks";
import { stem } from "./stemmer";

/** Words of more bytes are stemmed each time. */
export const CACHED_WORD_LIMIT: usize = 15;

const ENTRY_BITS: i32 = 12;
/** 32 bytes an entry: the word, zero-padded to 16; its stem, zero-padded to 15, and the stem's length. */
let entries: usize = 0;

/**
 * The entry of a word of 3 to 15 letters a to z, given as two words of 8 bytes, zero-padded: the address of its stem,
 * zero-padded to 15 bytes, with the stem's length in byte 15.
 */
export function cachedStem(low: u64, high: u64, length: usize): usize {
  if (entries == 0) entries = permanent((<usize>32) << ENTRY_BITS);
  const hash = (low * 0x9e3779b97f4a7c15) ^ rotl<u64>(high * 0xc2b2ae3d27d4eb4f, 29);
  const entry = entries + <usize>((hash * 0x9fb21c651e98df25) >>> (64 - ENTRY_BITS)) * 32;
  if (load<u64>(entry) != low || load<u64>(entry, 8) != high) fill(entry, low, high, length);
  return entry + 16;
}

function fill(entry: usize, low: u64, high: u64, length: usize): void {
  store<u64>(entry, low);
  store<u64>(entry, high, 8);
  store<u64>(entry, low, 16);
  store<u64>(entry, high, 24);
  const stemLength = stem(entry + 16, length);
  memory.fill(entry + 16 + stemLength, 0, 15 - stemLength);
  store<u8>(entry, <u32>stemLength, 31);
}
