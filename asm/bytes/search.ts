/** Searching, comparing and masking bytes in memory, sixteen and more at a time. */

/**
 * Index of the first occurrence, at any alignment, of the 16 bytes at `pattern` within `length` bytes at `source`, or
 * -1. Fast if the pattern's first two bytes together are rare in the input.
 */
export function findBytes16(source: usize, length: usize, pattern: usize): i32 {
  if (length < 16) return -1;
  const wanted = v128.load(pattern);
  const first = i8x16.splat(load<i8>(pattern));
  const second = i8x16.splat(load<i8>(pattern, 1));
  // Candidates begin before `candidatesEnd`. Loads at 1 to 17 bytes beyond sixteen candidates stay inside the input.
  const candidatesEnd = source + length - 15;
  let at = source;
  for (; at + 64 <= candidatesEnd; at += 64) {
    const a = pairs(at, 0, first, second);
    const b = pairs(at, 16, first, second);
    const c = pairs(at, 32, first, second);
    const d = pairs(at, 48, first, second);
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
    let mask = <u64>(<u32>i8x16.bitmask(a)) | ((<u64>(<u32>i8x16.bitmask(b))) << 16);
    mask |= ((<u64>(<u32>i8x16.bitmask(c))) << 32) | ((<u64>(<u32>i8x16.bitmask(d))) << 48);
    for (; mask != 0; mask &= mask - 1) {
      const candidate = at + <usize>ctz<u64>(mask);
      if (equals16(candidate, wanted)) return <i32>(candidate - source);
    }
  }
  for (; at < candidatesEnd; at++) {
    if (equals16(at, wanted)) return <i32>(at - source);
  }
  return -1;
}

/** Lanes at which `first` is followed by `second`, among the sixteen bytes at `at + offset`. */
function pairs(at: usize, offset: usize, first: v128, second: v128): v128 {
  return v128.and(i8x16.eq(v128.load(at + offset), first), i8x16.eq(v128.load(at + offset, 1), second));
}

function equals16(at: usize, wanted: v128): bool {
  return i8x16.all_true(i8x16.eq(v128.load(at), wanted));
}

/** How many bytes at `a` and `b` are equal before the first difference, at most `max`. */
export function commonPrefix(a: usize, b: usize, max: usize): usize {
  let at: usize = 0;
  for (; at + 16 <= max; at += 16) {
    const differing = ~(<u32>i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at)))) & 0xffff;
    if (differing != 0) return at + <usize>ctz<u32>(differing);
  }
  if (at + 8 <= max) {
    const difference = load<u64>(a + at) ^ load<u64>(b + at);
    if (difference != 0) return at + <usize>(ctz<u64>(difference) >> 3);
    at += 8;
  }
  while (at < max && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** Whether `length` bytes at `a` and `b` are the same. */
export function equalBytes(a: usize, b: usize, length: usize): bool {
  if (length >= 16) {
    let at: usize = 0;
    for (const last = length - 16; at < last; at += 16) {
      if (!i8x16.all_true(i8x16.eq(v128.load(a + at), v128.load(b + at)))) return false;
    }
    // The last sixteen bytes, which may overlap those compared already.
    const tail = length - 16;
    return i8x16.all_true(i8x16.eq(v128.load(a + tail), v128.load(b + tail)));
  }
  if (length >= 8) {
    const tail = length - 8;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + tail) ^ load<u64>(b + tail))) == 0;
  }
  if (length >= 4) {
    const tail = length - 4;
    return ((load<u32>(a) ^ load<u32>(b)) | (load<u32>(a + tail) ^ load<u32>(b + tail))) == 0;
  }
  for (let at: usize = 0; at < length; at++) {
    if (load<u8>(a + at) != load<u8>(b + at)) return false;
  }
  return true;
}

/**
 * Lexicographic order of two byte strings, bytes unsigned, a prefix before what it begins:
 * -1 if `a` comes first, 1 if `b` does, 0 if they are equal.
 */
export function compareBytes(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const shorter = min<usize>(aLength, bLength);
  const prefix = commonPrefix(a, b, shorter);
  if (prefix < shorter) return load<u8>(a + prefix) < load<u8>(b + prefix) ? -1 : 1;
  return i32(aLength > bLength) - i32(aLength < bLength);
}

/** Exclusive-ors each of `length` bytes at `address` with `mask`, in place. */
export function xorBytes(address: usize, length: usize, mask: u8): void {
  const masks = i8x16.splat(mask);
  const end = address + length;
  for (; address + 32 <= end; address += 32) {
    v128.store(address, v128.xor(v128.load(address), masks));
    v128.store(address, v128.xor(v128.load(address, 16), masks), 16);
  }
  for (; address < end; address++) store<u8>(address, load<u8>(address) ^ mask);
}
