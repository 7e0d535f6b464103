/**
 * Sequences of an LZ4 block, as compressors write them: a token, literals, and a match, each with a length of its own.
 *
 *   token           literal length in the high four bits, match length less 4 in the low four; 15 means that more follows
 *   length bytes    for the literals: each adds 0 to 255, the first below 255 is the last
 *   literals
 *   offset          u16, 1 to 65535 bytes back
 *   length bytes    for the match
 */

/** Shortest match. */
export const MIN_MATCH: usize = 4;
/** Furthest match. */
export const MAX_OFFSET: usize = 65535;
/** A block ends with at least this many literals. */
export const LAST_LITERALS: usize = 5;
/** No match begins within this many bytes of the end. */
export const MATCH_START_LIMIT: usize = 12;

/** Largest input, as in the reference implementation. */
export const LZ4_MAX_INPUT: usize = 0x7e000000;

/** Bytes that follow the token for a length of `length` above what the format counts from. */
export function extraLengthBytes(length: usize): usize {
  return length < 15 ? 0 : (length - 15) / 255 + 1;
}

function writeExtraLength(destination: usize, length: usize): usize {
  length -= 15;
  for (; length >= 255; length -= 255) {
    store<u8>(destination, 255);
    destination++;
  }
  store<u8>(destination, <u8>length);
  return destination + 1;
}

/**
 * Writes a sequence and returns the address after it, or 0 if it doesn't fit before `limit`. The literals and what
 * follows them are readable up to `readable`.
 */
export function writeSequence(
  destination: usize,
  limit: usize,
  literals: usize,
  literalLength: usize,
  readable: usize,
  offset: usize,
  matchLength: usize,
): usize {
  const matchCode = matchLength - MIN_MATCH;
  const room = limit - destination;
  if (literalLength < 15 && matchCode < 15 && room >= 19 && literals + 16 <= readable) {
    // By far the most frequent case: no length bytes, and room to copy too much.
    store<u8>(destination, <u8>((literalLength << 4) | matchCode));
    v128.store(destination, v128.load(literals), 1);
    store<u16>(destination + literalLength, <u16>offset, 1);
    return destination + literalLength + 3;
  }
  const size: usize = 3 + literalLength + extraLengthBytes(literalLength) + extraLengthBytes(matchCode);
  if (size > room) return 0;
  store<u8>(destination, <u8>((min<usize>(literalLength, 15) << 4) | min<usize>(matchCode, 15)));
  destination++;
  if (literalLength >= 15) destination = writeExtraLength(destination, literalLength);
  memory.copy(destination, literals, literalLength);
  destination += literalLength;
  store<u16>(destination, <u16>offset);
  destination += 2;
  return matchCode >= 15 ? writeExtraLength(destination, matchCode) : destination;
}

/** Writes the last sequence, which is literals alone, and returns the address after it, or 0 if it doesn't fit. */
export function writeLastLiterals(destination: usize, limit: usize, literals: usize, literalLength: usize): usize {
  if (1 + literalLength + extraLengthBytes(literalLength) > limit - destination) return 0;
  store<u8>(destination, <u8>(min<usize>(literalLength, 15) << 4));
  destination++;
  if (literalLength >= 15) destination = writeExtraLength(destination, literalLength);
  memory.copy(destination, literals, literalLength);
  return destination + literalLength;
}
