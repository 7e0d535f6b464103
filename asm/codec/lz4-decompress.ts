/**
 * Decompression of LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), safe with hostile input:
 * nothing is read outside the block, the dictionary and what was written, nothing is written outside the destination.
 *
 * The end of the block and of the destination must coincide with the end of the last sequence. The restrictions on how
 * a block ends (five literals, no late match), which bind compressors, are not checked.
 */

/** What every function here returns for a malformed block. */
export const LZ4_MALFORMED: i32 = -1;

/** Row o: for each of sixteen bytes, which byte of the last o is repeated there (index modulo o). */
const repeatMasks: usize = memory.data(256, 16);
for (let offset: usize = 1; offset < 16; offset++) {
  for (let i: usize = 0; i < 16; i++) store<u8>(repeatMasks + (offset << 4) + i, <u8>(i % offset));
}

/** Address after the length bytes read by `readLength`. */
let lengthEnd: usize = 0;

/**
 * A length whose four bits in the token were all ones, so that bytes to add follow at `source`. A length that is cut
 * short comes out larger than anything that fits.
 */
function readLength(source: usize, end: usize): usize {
  let length: usize = 15;
  while (source < end) {
    const byte = <usize>load<u8>(source);
    source++;
    length += byte;
    if (byte != 255) {
      lengthEnd = source;
      return length;
    }
    // Far from wrapping around, and more than any destination holds.
    if (length > 0x7fffffff) break;
  }
  lengthEnd = end;
  return 0x7fffffff;
}

/**
 * Copies `length` bytes from `offset` bytes back, byte by byte in effect: bytes just written are copied again if the
 * match overlaps itself. Goes up to 15 bytes too far where `limit` allows it.
 */
function copyMatch(destination: usize, offset: usize, length: usize, limit: usize): void {
  const end = destination + length;
  if (destination + 16 <= limit) {
    const lastWide = min<usize>(end - 1, limit - 16);
    if (offset >= 16) {
      for (; destination <= lastWide; destination += 16) v128.store(destination, v128.load(destination - offset));
    } else {
      // A pattern of whole repetitions, written again and again.
      const pattern = i8x16.swizzle(v128.load(destination - offset), v128.load(repeatMasks + (offset << 4)));
      const step: usize = 16 - (16 % offset);
      for (; destination <= lastWide; destination += step) v128.store(destination, pattern);
    }
  }
  for (; destination < end; destination++) store<u8>(destination, load<u8>(destination - offset));
}

/** Copies literals, sixteen bytes at a time if there is room to go too far on both sides. */
function copyLiterals(destination: usize, source: usize, length: usize, limit: usize, sourceEnd: usize): void {
  if (destination + length + 16 > limit || source + length + 16 > sourceEnd) {
    memory.copy(destination, source, length);
    return;
  }
  for (const end = destination + length; destination < end; destination += 16) {
    v128.store(destination, v128.load(source));
    source += 16;
  }
}

/** Decompresses a block into exactly `decodedLength` bytes. Returns that, or `LZ4_MALFORMED`. */
export function lz4Decompress(source: usize, length: usize, destination: usize, decodedLength: usize): i32 {
  return lz4DecompressWithDictionary(source, length, 0, 0, destination, decodedLength);
}

/**
 * Decompresses a block that was compressed with a dictionary, whose `dictionaryLength` bytes count as lying just before
 * the destination. Returns `decodedLength`, or `LZ4_MALFORMED`. The destination mustn't overlap the rest.
 */
export function lz4DecompressWithDictionary(
  source: usize,
  length: usize,
  dictionary: usize,
  dictionaryLength: usize,
  destination: usize,
  decodedLength: usize,
): i32 {
  const sourceEnd = source + length;
  const limit = destination + decodedLength;
  let at = destination;
  while (source < sourceEnd) {
    const token = <usize>load<u8>(source);
    source++;
    let literals = token >> 4;
    // Most sequences are short, and far from both ends: copied sixteen bytes at once, too many or not.
    if (literals != 15 && (token & 15) != 15 && source + 32 <= sourceEnd && at + 48 <= limit) {
      const shortOffset = <usize>load<u16>(source + literals);
      const matchAt = at + literals;
      if (shortOffset >= 16 && shortOffset <= matchAt - destination) {
        v128.store(at, v128.load(source));
        v128.store(matchAt, v128.load(matchAt - shortOffset));
        store<u16>(matchAt, load<u16>(matchAt - shortOffset, 16), 16);
        source += literals + 2;
        at = matchAt + (token & 15) + 4;
        continue;
      }
    }
    if (literals == 15) {
      literals = readLength(source, sourceEnd);
      source = lengthEnd;
    }
    if (literals > sourceEnd - source || literals > limit - at) return LZ4_MALFORMED;
    copyLiterals(at, source, literals, limit, sourceEnd);
    source += literals;
    at += literals;
    if (source == sourceEnd) return at == limit && (token & 15) == 0 ? <i32>decodedLength : LZ4_MALFORMED;

    if (sourceEnd - source < 2) return LZ4_MALFORMED;
    const offset = <usize>load<u16>(source);
    source += 2;
    let matched = token & 15;
    if (matched == 15) {
      matched = readLength(source, sourceEnd);
      source = lengthEnd;
    }
    matched += 4;
    if (matched > limit - at || offset == 0) return LZ4_MALFORMED;
    const written = at - destination;
    if (offset > written) {
      const back = offset - written;
      if (back > dictionaryLength) return LZ4_MALFORMED;
      const fromDictionary = min<usize>(back, matched);
      memory.copy(at, dictionary + dictionaryLength - back, fromDictionary);
      at += fromDictionary;
      matched -= fromDictionary;
    }
    // After the dictionary's part a match goes on at the destination's start, still `offset` bytes back.
    if (matched != 0) copyMatch(at, offset, matched, limit);
    at += matched;
  }
  return LZ4_MALFORMED;
}
