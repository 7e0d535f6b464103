/** Decoding, classifying and folding single code points, as `docs/text-analysis.md` defines them. */
import {
  classBlocks,
  classEntries,
  foldingPieces,
  foldingPool,
  foldingRangeCount,
  foldingShapes,
  foldingStarts,
  foldingValues,
  tableEnd,
} from "./unicode-tables";

/** Belongs to no token. */
export const SEPARATOR: u32 = 0;
/** A letter or a number of a script with spaces between words. */
export const WORD: u32 = 1;
/** A mark that a term keeps. */
export const MARK: u32 = 2;
/** A mark or an invisible character that a term leaves out. */
export const TRANSPARENT: u32 = 3;
/** A letter of a script without spaces: indexed as overlapping pairs. */
export const UNSPACED: u32 = 4;
/** As UNSPACED, but meaningful alone: Han, Hangul and their like. */
export const IDEOGRAPHIC: u32 = 5;

const FOLDS: u32 = 8;
const REPLACEMENT: u32 = 0xfffd;

/**
 * The character at `address`: its code point shifted left by 3, plus its length in bytes. A byte that starts no
 * well-formed sequence before `end` (Unicode 17.0, table 3-7) counts as U+FFFD, one byte long.
 */
export function decode(address: usize, end: usize): u32 {
  const first = <u32>load<u8>(address);
  if (first < 0x80) return (first << 3) | 1;
  const available = end - address;
  if (first < 0xe0) {
    if (first < 0xc2 || available < 2) return (REPLACEMENT << 3) | 1;
    const second = <u32>load<u8>(address, 1) ^ 0x80;
    if (second > 0x3f) return (REPLACEMENT << 3) | 1;
    return ((((first & 0x1f) << 6) | second) << 3) | 2;
  }
  return first < 0xf0 ? decodeThree(address, first, available) : decodeFour(address, first, available);
}

function decodeThree(address: usize, first: u32, available: usize): u32 {
  if (available < 3) return (REPLACEMENT << 3) | 1;
  const second = <u32>load<u8>(address, 1) ^ 0x80;
  const third = <u32>load<u8>(address, 2) ^ 0x80;
  const codePoint = ((first & 0xf) << 12) | (second << 6) | third;
  if ((second | third) > 0x3f || codePoint < 0x800 || codePoint >>> 11 == 0x1b) return (REPLACEMENT << 3) | 1;
  return (codePoint << 3) | 3;
}

function decodeFour(address: usize, first: u32, available: usize): u32 {
  if (first > 0xf4 || available < 4) return (REPLACEMENT << 3) | 1;
  const second = <u32>load<u8>(address, 1) ^ 0x80;
  const third = <u32>load<u8>(address, 2) ^ 0x80;
  const fourth = <u32>load<u8>(address, 3) ^ 0x80;
  const codePoint = ((first & 0x7) << 18) | (second << 12) | (third << 6) | fourth;
  if ((second | third | fourth) > 0x3f || codePoint < 0x10000 || codePoint > 0x10ffff) return (REPLACEMENT << 3) | 1;
  return (codePoint << 3) | 4;
}

/** Bytes at the end of `[source, end)` that begin a character whose rest may follow: 0 to 3. */
export function unfinishedBytes(source: usize, end: usize): usize {
  for (let back: usize = 1; back <= 3 && source + back <= end; back++) {
    const byte = <u32>load<u8>(end - back);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const wanted: usize = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return wanted > back ? back : 0;
  }
  return 0;
}

function entryOf(codePoint: u32): u32 {
  if (codePoint >= tableEnd) return codePoint >>> 12 == 0xe0 ? TRANSPARENT : SEPARATOR;
  const block = <usize>load<u8>(classBlocks + (codePoint >>> 7));
  const pair = <u32>load<u8>(classEntries + (block << 6) + ((codePoint & 0x7f) >>> 1));
  return codePoint & 1 ? pair >>> 4 : pair & 15;
}

/** The class of a code point. */
export function classOf(codePoint: u32): u32 {
  return entryOf(codePoint) & 7;
}

/** Writes the UTF-8 of a code point and returns the address behind it. */
export function writeCodePoint(destination: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(destination, codePoint);
    return destination + 1;
  }
  if (codePoint < 0x800) {
    store<u8>(destination, 0xc0 | (codePoint >>> 6));
    store<u8>(destination, 0x80 | (codePoint & 0x3f), 1);
    return destination + 2;
  }
  if (codePoint < 0x10000) {
    store<u8>(destination, 0xe0 | (codePoint >>> 12));
    store<u8>(destination, 0x80 | ((codePoint >>> 6) & 0x3f), 1);
    store<u8>(destination, 0x80 | (codePoint & 0x3f), 2);
    return destination + 3;
  }
  store<u8>(destination, 0xf0 | (codePoint >>> 18));
  store<u8>(destination, 0x80 | ((codePoint >>> 12) & 0x3f), 1);
  store<u8>(destination, 0x80 | ((codePoint >>> 6) & 0x3f), 2);
  store<u8>(destination, 0x80 | (codePoint & 0x3f), 3);
  return destination + 4;
}

/** Writes the folding of a code point, nothing for a transparent one, and returns the address behind it: at most 12 bytes on. */
export function writeFolding(destination: usize, codePoint: u32): usize {
  const entry = entryOf(codePoint);
  if ((entry & FOLDS) == 0) return entry == TRANSPARENT ? destination : writeCodePoint(destination, codePoint);
  if (codePoint < 0x80) return writeCodePoint(destination, codePoint | 0x20);
  let low = 0;
  let high = foldingRangeCount;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (load<u32>(foldingStarts + ((<usize>middle) << 2)) <= codePoint) low = middle;
    else high = middle;
  }
  const range = <usize>low;
  const value = load<i32>(foldingValues + (range << 2));
  const stride = <u32>load<u16>(foldingShapes + (range << 1)) & 3;
  if (stride != 0) return writeCodePoint(destination, codePoint + <u32>value);
  const piece = foldingPieces + ((<usize>(<u32>value + codePoint - load<u32>(foldingStarts + (range << 2)))) << 1);
  const start = <usize>load<u16>(piece);
  const length = <usize>load<u16>(piece, 2) - start;
  for (let i: usize = 0; i < length; i++) store<u8>(destination + i, load<u8>(foldingPool + start + i));
  return destination + length;
}
