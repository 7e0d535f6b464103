/** Strict validation of UTF-8 (RFC 3629; Unicode 17, table 3-7). */

/** Whether the 64 bytes at `at` are all ASCII. */
function isAscii64(at: usize): bool {
  const low = v128.or(v128.load(at), v128.load(at, 16));
  const high = v128.or(v128.load(at, 32), v128.load(at, 48));
  return i8x16.bitmask(v128.or(low, high)) == 0;
}

/**
 * Whether `length` bytes at `source` are well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF,
 * nothing cut short.
 */
export function validUtf8(source: usize, length: usize): bool {
  const end = source + length;
  let at = source;
  while (at < end) {
    if (load<u8>(at) < 0x80) {
      at = skipAscii(at, end);
      continue;
    }
    const bytes = sequenceBytes(at, end);
    if (bytes == 0) return false;
    at += bytes;
  }
  return true;
}

/** Address of the first byte at or after `at` that isn't ASCII, or `end`. */
function skipAscii(at: usize, end: usize): usize {
  while (at + 64 <= end && isAscii64(at)) at += 64;
  for (; at + 16 <= end; at += 16) {
    const beyond = i8x16.bitmask(v128.load(at));
    if (beyond != 0) return at + <usize>ctz<u32>(<u32>beyond);
  }
  while (at < end && load<u8>(at) < 0x80) at++;
  return at;
}

/** Whether byte `offset` of a sequence lies in low..high. */
function inRange(at: usize, offset: usize, low: u32, high: u32): bool {
  return <u32>load<u8>(at + offset) - low <= high - low;
}

/** Length of the well-formed sequence of two to four bytes at `at`, or 0 if there is none before `end`. */
function sequenceBytes(at: usize, end: usize): usize {
  const available = end - at;
  const lead = <u32>load<u8>(at);
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return available >= 2 && inRange(at, 1, 0x80, 0xbf) ? 2 : 0;
  if (lead < 0xf0) {
    if (available < 3 || !inRange(at, 2, 0x80, 0xbf)) return 0;
    // E0 would begin an overlong form before A0, ED a surrogate after 9F.
    const low: u32 = lead == 0xe0 ? 0xa0 : 0x80;
    const high: u32 = lead == 0xed ? 0x9f : 0xbf;
    return inRange(at, 1, low, high) ? 3 : 0;
  }
  if (lead > 0xf4 || available < 4 || !inRange(at, 2, 0x80, 0xbf) || !inRange(at, 3, 0x80, 0xbf)) return 0;
  // F0 would begin an overlong form before 90, F4 something beyond U+10FFFF after 8F.
  const low: u32 = lead == 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead == 0xf4 ? 0x8f : 0xbf;
  return inRange(at, 1, low, high) ? 4 : 0;
}
