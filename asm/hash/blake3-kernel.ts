// Written by generate-blake3.mjs: change that, not this.

/** BLAKE3's initialization vector, the same as SHA-256's. */
const IV0: i32 = 0x6a09e667;
const IV1: i32 = 0xbb67ae85;
const IV2: i32 = 0x3c6ef372;
const IV3: i32 = 0xa54ff53a;
const IV4: i32 = 0x510e527f;
const IV5: i32 = 0x9b05688c;
const IV6: i32 = 0x1f83d9ab;
const IV7: i32 = 0x5be0cd19;

/** The message of the block at hand, word i of four inputs at 16 * i. */
const transposed: usize = memory.data(256, 16);

function rotateRight16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
function rotateRight8(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}
function rotateRight16ByShifts(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 16), i32x4.shl(x, 16));
}
function rotateRight8ByShifts(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 8), i32x4.shl(x, 24));
}
function rotateRight12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}
function rotateRight7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

// The four steps of a 4 × 4 transposition.
function interleaveLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
function interleaveHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}
function lowPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
function highPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** Sets a chaining value to the initialization vector. */
export function startChainingValue(chainingValue: usize): void {
  v128.store(chainingValue, i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a));
  v128.store(chainingValue, i32x4(0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19), 16);
}

/**
 * Compresses `blocks` consecutive 64-byte blocks at `source` into the 32-byte chaining value at `chainingValue`.
 * `blockLength` is what each block counts as having (64, less only for a lone last block, padded with zeros);
 * `firstFlags` and `lastFlags` are added for the first and the last block.
 */
export function compress(
  chainingValue: usize, source: usize, blocks: u32, blockLength: u32,
  counter: u64, flags: u32, firstFlags: u32, lastFlags: u32,
): void {
  let h0 = v128.load(chainingValue), h1 = v128.load(chainingValue, 16);
  const position = i32x4.replace_lane(i64x2.replace_lane(i64x2.splat(0), 0, counter), 2, blockLength);
  let blockFlags = flags | firstFlags;
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags |= lastFlags;
    let m0 = v128.load(source, 0), m1 = v128.load(source, 16), m2 = v128.load(source, 32), m3 = v128.load(source, 48);
    let a = h0, b = h1, c = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a), d = i32x4.replace_lane(position, 3, blockFlags);
    let t0: v128, t1: v128, t2: v128, t3: v128;
    t0 = i8x16.shuffle(m0, m1, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    a = i32x4.add(i32x4.add(a, t0), b);
    d = rotateRight16(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = rotateRight12(v128.xor(b, c));
    t1 = i8x16.shuffle(m0, m1, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    a = i32x4.add(i32x4.add(a, t1), b);
    d = rotateRight8(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = rotateRight7(v128.xor(b, c));
    a = i8x16.shuffle(a, a, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    c = i8x16.shuffle(c, c, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    d = i8x16.shuffle(d, d, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    t2 = i8x16.shuffle(m2, m3, 24, 25, 26, 27, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19);
    a = i32x4.add(i32x4.add(a, t2), b);
    d = rotateRight16(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = rotateRight12(v128.xor(b, c));
    t3 = i8x16.shuffle(m2, m3, 28, 29, 30, 31, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23);
    a = i32x4.add(i32x4.add(a, t3), b);
    d = rotateRight8(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = rotateRight7(v128.xor(b, c));
    a = i8x16.shuffle(a, a, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    c = i8x16.shuffle(c, c, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    d = i8x16.shuffle(d, d, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    m0 = t0;
    m1 = t1;
    m2 = t2;
    m3 = t3;
    for (let round = 1; round < 7; round++) {
      t0 = i8x16.shuffle(m0, m1, 4, 5, 6, 7, 20, 21, 22, 23, 28, 29, 30, 31, 8, 9, 10, 11);
      a = i32x4.add(i32x4.add(a, t0), b);
      d = rotateRight16(v128.xor(d, a));
      c = i32x4.add(c, d);
      b = rotateRight12(v128.xor(b, c));
      t1 = i8x16.shuffle(m2, m3, 8, 9, 10, 11, 8, 9, 10, 11, 28, 29, 30, 31, 28, 29, 30, 31);
      t1 = i8x16.shuffle(m0, t1, 12, 13, 14, 15, 20, 21, 22, 23, 0, 1, 2, 3, 28, 29, 30, 31);
      a = i32x4.add(i32x4.add(a, t1), b);
      d = rotateRight8(v128.xor(d, a));
      c = i32x4.add(c, d);
      b = rotateRight7(v128.xor(b, c));
      a = i8x16.shuffle(a, a, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c = i8x16.shuffle(c, c, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      d = i8x16.shuffle(d, d, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      t2 = i8x16.shuffle(m3, m1, 0, 1, 2, 3, 16, 17, 18, 19, 16, 17, 18, 19, 4, 5, 6, 7);
      t2 = i8x16.shuffle(t2, m2, 0, 1, 2, 3, 4, 5, 6, 7, 28, 29, 30, 31, 12, 13, 14, 15);
      a = i32x4.add(i32x4.add(a, t2), b);
      d = rotateRight16(v128.xor(d, a));
      c = i32x4.add(c, d);
      b = rotateRight12(v128.xor(b, c));
      t3 = i8x16.shuffle(m1, m3, 8, 9, 10, 11, 24, 25, 26, 27, 8, 9, 10, 11, 24, 25, 26, 27);
      t3 = i8x16.shuffle(t3, m2, 20, 21, 22, 23, 4, 5, 6, 7, 0, 1, 2, 3, 16, 17, 18, 19);
      a = i32x4.add(i32x4.add(a, t3), b);
      d = rotateRight8(v128.xor(d, a));
      c = i32x4.add(c, d);
      b = rotateRight7(v128.xor(b, c));
      a = i8x16.shuffle(a, a, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c = i8x16.shuffle(c, c, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      d = i8x16.shuffle(d, d, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      m0 = t0;
      m1 = t1;
      m2 = t2;
      m3 = t3;
    }
    h0 = v128.xor(a, c);
    h1 = v128.xor(b, d);
    source += 64;
    blockFlags = flags;
  }
  v128.store(chainingValue, h0);
  v128.store(chainingValue, h1, 16);
}

/**
 * Hashes two inputs of `blocks` whole blocks, at `source` and `source + stride`, to two chaining values at
 * `out`. The second input's counter is `counter + counterStep`. `out` may lie where the inputs do.
 */
export function hashTwoHorizontal(
  source: usize, stride: usize, blocks: u32,
  counter: u64, counterStep: u64, flags: u32, firstFlags: u32, lastFlags: u32, out: usize,
): void {
  let h0L = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a), h1L = i32x4(0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
  let h0R = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a), h1R = i32x4(0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
  const blockLength = i32x4(0, 0, 64, 0);
  const positionL = i64x2.replace_lane(blockLength, 0, counter);
  const positionR = i64x2.replace_lane(blockLength, 0, counter + counterStep);
  let blockFlags = flags | firstFlags;
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags |= lastFlags;
    let m0L = v128.load(source, 0), m1L = v128.load(source, 16), m2L = v128.load(source, 32), m3L = v128.load(source, 48);
    const sourceR = source + stride;
    let m0R = v128.load(sourceR, 0), m1R = v128.load(sourceR, 16), m2R = v128.load(sourceR, 32), m3R = v128.load(sourceR, 48);
    let aL = h0L, bL = h1L, cL = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a), dL = i32x4.replace_lane(positionL, 3, blockFlags);
    let aR = h0R, bR = h1R, cR = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a), dR = i32x4.replace_lane(positionR, 3, blockFlags);
    let t0L: v128, t1L: v128, t2L: v128, t3L: v128;
    let t0R: v128, t1R: v128, t2R: v128, t3R: v128;
    t0L = i8x16.shuffle(m0L, m1L, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    t0R = i8x16.shuffle(m0R, m1R, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    aL = i32x4.add(i32x4.add(aL, t0L), bL);
    aR = i32x4.add(i32x4.add(aR, t0R), bR);
    dL = rotateRight16ByShifts(v128.xor(dL, aL));
    dR = rotateRight16ByShifts(v128.xor(dR, aR));
    cL = i32x4.add(cL, dL);
    cR = i32x4.add(cR, dR);
    bL = rotateRight12(v128.xor(bL, cL));
    bR = rotateRight12(v128.xor(bR, cR));
    t1L = i8x16.shuffle(m0L, m1L, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    t1R = i8x16.shuffle(m0R, m1R, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    aL = i32x4.add(i32x4.add(aL, t1L), bL);
    aR = i32x4.add(i32x4.add(aR, t1R), bR);
    dL = rotateRight8(v128.xor(dL, aL));
    dR = rotateRight8(v128.xor(dR, aR));
    cL = i32x4.add(cL, dL);
    cR = i32x4.add(cR, dR);
    bL = rotateRight7(v128.xor(bL, cL));
    bR = rotateRight7(v128.xor(bR, cR));
    aL = i8x16.shuffle(aL, aL, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    aR = i8x16.shuffle(aR, aR, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    cL = i8x16.shuffle(cL, cL, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    cR = i8x16.shuffle(cR, cR, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    dL = i8x16.shuffle(dL, dL, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    dR = i8x16.shuffle(dR, dR, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    t2L = i8x16.shuffle(m2L, m3L, 24, 25, 26, 27, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19);
    t2R = i8x16.shuffle(m2R, m3R, 24, 25, 26, 27, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19);
    aL = i32x4.add(i32x4.add(aL, t2L), bL);
    aR = i32x4.add(i32x4.add(aR, t2R), bR);
    dL = rotateRight16ByShifts(v128.xor(dL, aL));
    dR = rotateRight16ByShifts(v128.xor(dR, aR));
    cL = i32x4.add(cL, dL);
    cR = i32x4.add(cR, dR);
    bL = rotateRight12(v128.xor(bL, cL));
    bR = rotateRight12(v128.xor(bR, cR));
    t3L = i8x16.shuffle(m2L, m3L, 28, 29, 30, 31, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23);
    t3R = i8x16.shuffle(m2R, m3R, 28, 29, 30, 31, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23);
    aL = i32x4.add(i32x4.add(aL, t3L), bL);
    aR = i32x4.add(i32x4.add(aR, t3R), bR);
    dL = rotateRight8(v128.xor(dL, aL));
    dR = rotateRight8(v128.xor(dR, aR));
    cL = i32x4.add(cL, dL);
    cR = i32x4.add(cR, dR);
    bL = rotateRight7(v128.xor(bL, cL));
    bR = rotateRight7(v128.xor(bR, cR));
    aL = i8x16.shuffle(aL, aL, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    aR = i8x16.shuffle(aR, aR, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    cL = i8x16.shuffle(cL, cL, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    cR = i8x16.shuffle(cR, cR, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    dL = i8x16.shuffle(dL, dL, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    dR = i8x16.shuffle(dR, dR, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    m0L = t0L;
    m0R = t0R;
    m1L = t1L;
    m1R = t1R;
    m2L = t2L;
    m2R = t2R;
    m3L = t3L;
    m3R = t3R;
    for (let round = 1; round < 7; round++) {
      t0L = i8x16.shuffle(m0L, m1L, 4, 5, 6, 7, 20, 21, 22, 23, 28, 29, 30, 31, 8, 9, 10, 11);
      t0R = i8x16.shuffle(m0R, m1R, 4, 5, 6, 7, 20, 21, 22, 23, 28, 29, 30, 31, 8, 9, 10, 11);
      aL = i32x4.add(i32x4.add(aL, t0L), bL);
      aR = i32x4.add(i32x4.add(aR, t0R), bR);
      dL = rotateRight16ByShifts(v128.xor(dL, aL));
      dR = rotateRight16ByShifts(v128.xor(dR, aR));
      cL = i32x4.add(cL, dL);
      cR = i32x4.add(cR, dR);
      bL = rotateRight12(v128.xor(bL, cL));
      bR = rotateRight12(v128.xor(bR, cR));
      t1L = i8x16.shuffle(m2L, m3L, 8, 9, 10, 11, 8, 9, 10, 11, 28, 29, 30, 31, 28, 29, 30, 31);
      t1R = i8x16.shuffle(m2R, m3R, 8, 9, 10, 11, 8, 9, 10, 11, 28, 29, 30, 31, 28, 29, 30, 31);
      t1L = i8x16.shuffle(m0L, t1L, 12, 13, 14, 15, 20, 21, 22, 23, 0, 1, 2, 3, 28, 29, 30, 31);
      t1R = i8x16.shuffle(m0R, t1R, 12, 13, 14, 15, 20, 21, 22, 23, 0, 1, 2, 3, 28, 29, 30, 31);
      aL = i32x4.add(i32x4.add(aL, t1L), bL);
      aR = i32x4.add(i32x4.add(aR, t1R), bR);
      dL = rotateRight8(v128.xor(dL, aL));
      dR = rotateRight8(v128.xor(dR, aR));
      cL = i32x4.add(cL, dL);
      cR = i32x4.add(cR, dR);
      bL = rotateRight7(v128.xor(bL, cL));
      bR = rotateRight7(v128.xor(bR, cR));
      aL = i8x16.shuffle(aL, aL, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      aR = i8x16.shuffle(aR, aR, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      cL = i8x16.shuffle(cL, cL, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      cR = i8x16.shuffle(cR, cR, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      dL = i8x16.shuffle(dL, dL, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      dR = i8x16.shuffle(dR, dR, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      t2L = i8x16.shuffle(m3L, m1L, 0, 1, 2, 3, 16, 17, 18, 19, 16, 17, 18, 19, 4, 5, 6, 7);
      t2R = i8x16.shuffle(m3R, m1R, 0, 1, 2, 3, 16, 17, 18, 19, 16, 17, 18, 19, 4, 5, 6, 7);
      t2L = i8x16.shuffle(t2L, m2L, 0, 1, 2, 3, 4, 5, 6, 7, 28, 29, 30, 31, 12, 13, 14, 15);
      t2R = i8x16.shuffle(t2R, m2R, 0, 1, 2, 3, 4, 5, 6, 7, 28, 29, 30, 31, 12, 13, 14, 15);
      aL = i32x4.add(i32x4.add(aL, t2L), bL);
      aR = i32x4.add(i32x4.add(aR, t2R), bR);
      dL = rotateRight16ByShifts(v128.xor(dL, aL));
      dR = rotateRight16ByShifts(v128.xor(dR, aR));
      cL = i32x4.add(cL, dL);
      cR = i32x4.add(cR, dR);
      bL = rotateRight12(v128.xor(bL, cL));
      bR = rotateRight12(v128.xor(bR, cR));
      t3L = i8x16.shuffle(m1L, m3L, 8, 9, 10, 11, 24, 25, 26, 27, 8, 9, 10, 11, 24, 25, 26, 27);
      t3R = i8x16.shuffle(m1R, m3R, 8, 9, 10, 11, 24, 25, 26, 27, 8, 9, 10, 11, 24, 25, 26, 27);
      t3L = i8x16.shuffle(t3L, m2L, 20, 21, 22, 23, 4, 5, 6, 7, 0, 1, 2, 3, 16, 17, 18, 19);
      t3R = i8x16.shuffle(t3R, m2R, 20, 21, 22, 23, 4, 5, 6, 7, 0, 1, 2, 3, 16, 17, 18, 19);
      aL = i32x4.add(i32x4.add(aL, t3L), bL);
      aR = i32x4.add(i32x4.add(aR, t3R), bR);
      dL = rotateRight8(v128.xor(dL, aL));
      dR = rotateRight8(v128.xor(dR, aR));
      cL = i32x4.add(cL, dL);
      cR = i32x4.add(cR, dR);
      bL = rotateRight7(v128.xor(bL, cL));
      bR = rotateRight7(v128.xor(bR, cR));
      aL = i8x16.shuffle(aL, aL, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      aR = i8x16.shuffle(aR, aR, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      cL = i8x16.shuffle(cL, cL, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      cR = i8x16.shuffle(cR, cR, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      dL = i8x16.shuffle(dL, dL, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      dR = i8x16.shuffle(dR, dR, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      m0L = t0L;
      m0R = t0R;
      m1L = t1L;
      m1R = t1R;
      m2L = t2L;
      m2R = t2R;
      m3L = t3L;
      m3R = t3R;
    }
    h0L = v128.xor(aL, cL);
    h1L = v128.xor(bL, dL);
    h0R = v128.xor(aR, cR);
    h1R = v128.xor(bR, dR);
    source += 64;
    blockFlags = flags;
  }
  v128.store(out, h0L);
  v128.store(out, h1L, 16);
  v128.store(out, h0R, 32);
  v128.store(out, h1R, 48);
}

/** Starts four inputs: their chaining values lie at `states`, word i of all four at 16 * i. */
export function startFour(states: usize): void {
  v128.store(states, i32x4.splat(IV0), 0);
  v128.store(states, i32x4.splat(IV1), 16);
  v128.store(states, i32x4.splat(IV2), 32);
  v128.store(states, i32x4.splat(IV3), 48);
  v128.store(states, i32x4.splat(IV4), 64);
  v128.store(states, i32x4.splat(IV5), 80);
  v128.store(states, i32x4.splat(IV6), 96);
  v128.store(states, i32x4.splat(IV7), 112);
}

/**
 * Compresses `blocks` consecutive 64-byte blocks of each of four inputs into the chaining values at `states`.
 * Input i has the counter `counter + i * counterStep`; the low halves of the four mustn't wrap around. `lengths` is
 * what a block of each input counts as having; `firstFlags` and `lastFlags` are added for the first and the last block.
 */
export function compressFour(
  states: usize, source0: usize, source1: usize, source2: usize, source3: usize, blocks: u32,
  counter: u64, counterStep: u64, lengths: v128, flags: u32, firstFlags: u32, lastFlags: v128,
): void {
  let h0 = v128.load(states, 0);
  let h1 = v128.load(states, 16);
  let h2 = v128.load(states, 32);
  let h3 = v128.load(states, 48);
  let h4 = v128.load(states, 64);
  let h5 = v128.load(states, 80);
  let h6 = v128.load(states, 96);
  let h7 = v128.load(states, 112);
  const counterLow = i32x4.add(i32x4.splat(<i32>counter), i32x4.mul(i32x4.splat(<i32>counterStep), i32x4(0, 1, 2, 3)));
  const counterHigh = i32x4.splat(<i32>(counter >> 32));
  let p: v128, q: v128, r: v128, s: v128;
  let blockFlags = i32x4.splat(<i32>(flags | firstFlags));
  for (; blocks > 0; blocks--) {
    if (blocks == 1) blockFlags = v128.or(blockFlags, lastFlags);
    p = interleaveLow(v128.load(source0, 0), v128.load(source1, 0));
    q = interleaveLow(v128.load(source2, 0), v128.load(source3, 0));
    r = interleaveHigh(v128.load(source0, 0), v128.load(source1, 0));
    s = interleaveHigh(v128.load(source2, 0), v128.load(source3, 0));
    v128.store(transposed, lowPairs(p, q), 0);
    v128.store(transposed, highPairs(p, q), 16);
    v128.store(transposed, lowPairs(r, s), 32);
    v128.store(transposed, highPairs(r, s), 48);
    p = interleaveLow(v128.load(source0, 16), v128.load(source1, 16));
    q = interleaveLow(v128.load(source2, 16), v128.load(source3, 16));
    r = interleaveHigh(v128.load(source0, 16), v128.load(source1, 16));
    s = interleaveHigh(v128.load(source2, 16), v128.load(source3, 16));
    v128.store(transposed, lowPairs(p, q), 64);
    v128.store(transposed, highPairs(p, q), 80);
    v128.store(transposed, lowPairs(r, s), 96);
    v128.store(transposed, highPairs(r, s), 112);
    p = interleaveLow(v128.load(source0, 32), v128.load(source1, 32));
    q = interleaveLow(v128.load(source2, 32), v128.load(source3, 32));
    r = interleaveHigh(v128.load(source0, 32), v128.load(source1, 32));
    s = interleaveHigh(v128.load(source2, 32), v128.load(source3, 32));
    v128.store(transposed, lowPairs(p, q), 128);
    v128.store(transposed, highPairs(p, q), 144);
    v128.store(transposed, lowPairs(r, s), 160);
    v128.store(transposed, highPairs(r, s), 176);
    p = interleaveLow(v128.load(source0, 48), v128.load(source1, 48));
    q = interleaveLow(v128.load(source2, 48), v128.load(source3, 48));
    r = interleaveHigh(v128.load(source0, 48), v128.load(source1, 48));
    s = interleaveHigh(v128.load(source2, 48), v128.load(source3, 48));
    v128.store(transposed, lowPairs(p, q), 192);
    v128.store(transposed, highPairs(p, q), 208);
    v128.store(transposed, lowPairs(r, s), 224);
    v128.store(transposed, highPairs(r, s), 240);
    let v0 = h0, v1 = h1, v2 = h2, v3 = h3, v4 = h4, v5 = h5, v6 = h6, v7 = h7;
    let v8 = i32x4.splat(IV0), v9 = i32x4.splat(IV1), v10 = i32x4.splat(IV2), v11 = i32x4.splat(IV3);
    let v12 = counterLow, v13 = counterHigh, v14 = lengths, v15 = blockFlags;
    // Round 1: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 0)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 32)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 64)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 96)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 16)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 48)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 80)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 112)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 128)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 160)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 192)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 224)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 144)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 176)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 208)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 240)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 2: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 32)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 48)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 112)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 64)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 96)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 160)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 0)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 208)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 16)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 192)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 144)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 240)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 176)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 80)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 224)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 128)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 3: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 48)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 160)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 208)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 112)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 64)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 192)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 32)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 224)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 96)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 144)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 176)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 128)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 80)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 0)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 240)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 16)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 4: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 160)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 192)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 224)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 208)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 112)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 144)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 48)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 240)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 64)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 176)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 80)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 16)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 0)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 32)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 128)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 96)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 5: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 192)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 144)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 240)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 224)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 208)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 176)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 160)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 128)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 112)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 80)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 0)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 96)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 32)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 48)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 16)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 64)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 6: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 144)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 176)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 128)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 240)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 224)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 80)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 192)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 16)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 208)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 0)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 32)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 64)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 48)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 160)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 96)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 112)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    // Round 7: columns, then diagonals.
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 176)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 80)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 16)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 128)), v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight12(v128.xor(v4, v8));
    v5 = rotateRight12(v128.xor(v5, v9));
    v6 = rotateRight12(v128.xor(v6, v10));
    v7 = rotateRight12(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 240)), v4);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 0)), v5);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 144)), v6);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 96)), v7);
    v12 = rotateRight8ByShifts(v128.xor(v12, v0));
    v13 = rotateRight8ByShifts(v128.xor(v13, v1));
    v14 = rotateRight8ByShifts(v128.xor(v14, v2));
    v15 = rotateRight8ByShifts(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateRight7(v128.xor(v4, v8));
    v5 = rotateRight7(v128.xor(v5, v9));
    v6 = rotateRight7(v128.xor(v6, v10));
    v7 = rotateRight7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 224)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 32)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 48)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 112)), v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight12(v128.xor(v5, v10));
    v6 = rotateRight12(v128.xor(v6, v11));
    v7 = rotateRight12(v128.xor(v7, v8));
    v4 = rotateRight12(v128.xor(v4, v9));
    v0 = i32x4.add(i32x4.add(v0, v128.load(transposed, 160)), v5);
    v1 = i32x4.add(i32x4.add(v1, v128.load(transposed, 192)), v6);
    v2 = i32x4.add(i32x4.add(v2, v128.load(transposed, 64)), v7);
    v3 = i32x4.add(i32x4.add(v3, v128.load(transposed, 208)), v4);
    v15 = rotateRight8ByShifts(v128.xor(v15, v0));
    v12 = rotateRight8ByShifts(v128.xor(v12, v1));
    v13 = rotateRight8ByShifts(v128.xor(v13, v2));
    v14 = rotateRight8ByShifts(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateRight7(v128.xor(v5, v10));
    v6 = rotateRight7(v128.xor(v6, v11));
    v7 = rotateRight7(v128.xor(v7, v8));
    v4 = rotateRight7(v128.xor(v4, v9));
    h0 = v128.xor(v0, v8);
    h1 = v128.xor(v1, v9);
    h2 = v128.xor(v2, v10);
    h3 = v128.xor(v3, v11);
    h4 = v128.xor(v4, v12);
    h5 = v128.xor(v5, v13);
    h6 = v128.xor(v6, v14);
    h7 = v128.xor(v7, v15);
    source0 += 64;
    source1 += 64;
    source2 += 64;
    source3 += 64;
    blockFlags = i32x4.splat(<i32>flags);
  }
  v128.store(states, h0, 0);
  v128.store(states, h1, 16);
  v128.store(states, h2, 32);
  v128.store(states, h3, 48);
  v128.store(states, h4, 64);
  v128.store(states, h5, 80);
  v128.store(states, h6, 96);
  v128.store(states, h7, 112);
}

/** Writes the four chaining values at `states` one behind the other to `out`. */
export function storeFour(states: usize, out: usize): void {
  let p: v128, q: v128, r: v128, s: v128;
  p = interleaveLow(v128.load(states, 0), v128.load(states, 16));
  q = interleaveLow(v128.load(states, 32), v128.load(states, 48));
  r = interleaveHigh(v128.load(states, 0), v128.load(states, 16));
  s = interleaveHigh(v128.load(states, 32), v128.load(states, 48));
  v128.store(out, lowPairs(p, q), 0);
  v128.store(out, highPairs(p, q), 32);
  v128.store(out, lowPairs(r, s), 64);
  v128.store(out, highPairs(r, s), 96);
  p = interleaveLow(v128.load(states, 64), v128.load(states, 80));
  q = interleaveLow(v128.load(states, 96), v128.load(states, 112));
  r = interleaveHigh(v128.load(states, 64), v128.load(states, 80));
  s = interleaveHigh(v128.load(states, 96), v128.load(states, 112));
  v128.store(out, lowPairs(p, q), 16);
  v128.store(out, highPairs(p, q), 48);
  v128.store(out, lowPairs(r, s), 80);
  v128.store(out, highPairs(r, s), 112);
}
