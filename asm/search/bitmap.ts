/** Sets of ordinals: bit i of the u64 at 8 × ⌊i / 64⌋. */

/** Bytes of a bitmap for `count` ordinals; 16 are a multiple, so that vectors fit. */
export function bitmapBytes(count: u32): usize {
  return ((<usize>count + 127) >> 7) << 4;
}

export function hasBit(bits: usize, ordinal: u32): bool {
  return ((<u32>load<u8>(bits + (ordinal >>> 3)) >>> (ordinal & 7)) & 1) != 0;
}

export function setBit(bits: usize, ordinal: u32): void {
  const place = bits + (ordinal >>> 3);
  store<u8>(place, <u32>load<u8>(place) | ((<u32>1) << (ordinal & 7)));
}

export function clearBit(bits: usize, ordinal: u32): void {
  const place = bits + (ordinal >>> 3);
  store<u8>(place, <u32>load<u8>(place) & ~((<u32>1) << (ordinal & 7)));
}

/** How many ordinals a bitmap of `bytes` (a multiple of 8) holds. */
export function countBits(bits: usize, bytes: usize): u32 {
  let count: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 8) count += popcnt<u64>(load<u64>(bits + at));
  return <u32>count;
}

/** How many ordinals two bitmaps of `bytes` share. */
export function countCommonBits(a: usize, b: usize, bytes: usize): u32 {
  let count: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 8) count += popcnt<u64>(load<u64>(a + at) & load<u64>(b + at));
  return <u32>count;
}
