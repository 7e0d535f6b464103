// Written by generate-aead.mjs; what it says is explained there.

/** Bytes that `cipherGroups` and `cipherAndAuthenticate` work on at once. */
export const GROUP_BYTES: i32 = 192;
/** Poly1305's record: h0 to h4, r0 to r3 and q0 to q3 as u64, then 16 bytes that are added at the end. */
export const POLY_R: usize = 40;
export const POLY_Q: usize = 72;
export const POLY_PAD: usize = 104;
export const POLY_RECORD_BYTES: i32 = 120;
const LOW_HALF: u64 = 0xffffffff;

function rotateLeft16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
function rotateLeft12(x: v128): v128 {
  return v128.or(i32x4.shl(x, 12), i32x4.shr_u(x, 20));
}
function rotateLeft8(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14));
}
function rotateLeft7(x: v128): v128 {
  return v128.or(i32x4.shl(x, 7), i32x4.shr_u(x, 25));
}

/** Ciphers `count` blocks of 64 bytes in place. */
export function cipherBlocks(state: usize, text: usize, count: i32): void {
  for (let n = 0; n < count; n++) {
    let a0 = v128.load(state);
    let b0 = v128.load(state, 16);
    let c0 = v128.load(state, 32);
    let d0 = i32x4.add(v128.load(state, 48), i32x4(0, 0, 0, 0));
    for (let round = 0; round < 10; round++) {
      a0 = i32x4.add(a0, b0);
      d0 = rotateLeft16(v128.xor(d0, a0));
      c0 = i32x4.add(c0, d0);
      b0 = rotateLeft12(v128.xor(b0, c0));
      a0 = i32x4.add(a0, b0);
      d0 = rotateLeft8(v128.xor(d0, a0));
      c0 = i32x4.add(c0, d0);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b0 = i8x16.shuffle(b0, b0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      a0 = i32x4.add(a0, b0);
      d0 = rotateLeft16(v128.xor(d0, a0));
      c0 = i32x4.add(c0, d0);
      b0 = rotateLeft12(v128.xor(b0, c0));
      a0 = i32x4.add(a0, b0);
      d0 = rotateLeft8(v128.xor(d0, a0));
      c0 = i32x4.add(c0, d0);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b0 = i8x16.shuffle(b0, b0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    }
    v128.store(text, v128.xor(v128.load(text), i32x4.add(a0, v128.load(state))));
    v128.store(text, v128.xor(v128.load(text, 16), i32x4.add(b0, v128.load(state, 16))), 16);
    v128.store(text, v128.xor(v128.load(text, 32), i32x4.add(c0, v128.load(state, 32))), 32);
    v128.store(text, v128.xor(v128.load(text, 48), i32x4.add(i32x4.add(d0, i32x4(0, 0, 0, 0)), v128.load(state, 48))), 48);
    store<u32>(state, load<u32>(state, 48) + 1, 48);
    text += 64;
  }
}

/** Ciphers `count` groups of 192 bytes in place. */
export function cipherGroups(state: usize, text: usize, count: i32): void {
  for (let n = 0; n < count; n++) {
    let a0 = v128.load(state);
    let b0 = v128.load(state, 16);
    let c0 = v128.load(state, 32);
    let d0 = i32x4.add(v128.load(state, 48), i32x4(0, 0, 0, 0));
    let a1 = v128.load(state);
    let b1 = v128.load(state, 16);
    let c1 = v128.load(state, 32);
    let d1 = i32x4.add(v128.load(state, 48), i32x4(1, 0, 0, 0));
    let a2 = v128.load(state);
    let b2 = v128.load(state, 16);
    let c2 = v128.load(state, 32);
    let d2 = i32x4.add(v128.load(state, 48), i32x4(2, 0, 0, 0));
    for (let round = 0; round < 10; round++) {
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b1 = i8x16.shuffle(b1, b1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b2 = i8x16.shuffle(b2, b2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b1 = i8x16.shuffle(b1, b1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b2 = i8x16.shuffle(b2, b2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    }
    v128.store(text, v128.xor(v128.load(text), i32x4.add(a0, v128.load(state))));
    v128.store(text, v128.xor(v128.load(text, 16), i32x4.add(b0, v128.load(state, 16))), 16);
    v128.store(text, v128.xor(v128.load(text, 32), i32x4.add(c0, v128.load(state, 32))), 32);
    v128.store(text, v128.xor(v128.load(text, 48), i32x4.add(i32x4.add(d0, i32x4(0, 0, 0, 0)), v128.load(state, 48))), 48);
    v128.store(text, v128.xor(v128.load(text, 64), i32x4.add(a1, v128.load(state))), 64);
    v128.store(text, v128.xor(v128.load(text, 80), i32x4.add(b1, v128.load(state, 16))), 80);
    v128.store(text, v128.xor(v128.load(text, 96), i32x4.add(c1, v128.load(state, 32))), 96);
    v128.store(text, v128.xor(v128.load(text, 112), i32x4.add(i32x4.add(d1, i32x4(1, 0, 0, 0)), v128.load(state, 48))), 112);
    v128.store(text, v128.xor(v128.load(text, 128), i32x4.add(a2, v128.load(state))), 128);
    v128.store(text, v128.xor(v128.load(text, 144), i32x4.add(b2, v128.load(state, 16))), 144);
    v128.store(text, v128.xor(v128.load(text, 160), i32x4.add(c2, v128.load(state, 32))), 160);
    v128.store(text, v128.xor(v128.load(text, 176), i32x4.add(i32x4.add(d2, i32x4(2, 0, 0, 0)), v128.load(state, 48))), 176);
    store<u32>(state, load<u32>(state, 48) + 3, 48);
    text += 192;
  }
}

/** Authenticates `count` blocks of 16 bytes. */
export function polyBlocks(poly: usize, source: usize, count: i32): void {
  let h0 = load<u64>(poly);
  let h1 = load<u64>(poly, 8);
  let h2 = load<u64>(poly, 16);
  let h3 = load<u64>(poly, 24);
  let h4 = load<u64>(poly, 32);
  const r0 = load<u64>(poly, 40);
  const r1 = load<u64>(poly, 48);
  const r2 = load<u64>(poly, 56);
  const r3 = load<u64>(poly, 64);
  const q0 = load<u64>(poly, 72);
  const q1 = load<u64>(poly, 80);
  const q2 = load<u64>(poly, 88);
  const q3 = load<u64>(poly, 96);
  for (let n = 0; n < count; n++) {
    {
      const s0 = h0 + <u64>load<u32>(source);
      const s1 = h1 + <u64>load<u32>(source, 4);
      const s2 = h2 + <u64>load<u32>(source, 8);
      const s3 = h3 + <u64>load<u32>(source, 12);
      const s4 = h4 + 1;
      const x0 = s0 * r0 + s1 * q3 + s2 * q2 + s3 * q1 + s4 * q0;
      const x1 = s0 * r1 + s1 * r0 + s2 * q3 + s3 * q2 + s4 * q1;
      const x2 = s0 * r2 + s1 * r1 + s2 * r0 + s3 * q3 + s4 * q2;
      const x3 = s0 * r3 + s1 * r2 + s2 * r1 + s3 * r0 + s4 * q3;
      const top = s4 * (r0 & 3) + (x3 >> 32);
      const u0 = (top >> 2) * 5 + (x0 & LOW_HALF);
      const u1 = (u0 >> 32) + (x1 & LOW_HALF) + (x0 >> 32);
      const u2 = (u1 >> 32) + (x2 & LOW_HALF) + (x1 >> 32);
      const u3 = (u2 >> 32) + (x3 & LOW_HALF) + (x2 >> 32);
      h0 = u0 & LOW_HALF;
      h1 = u1 & LOW_HALF;
      h2 = u2 & LOW_HALF;
      h3 = u3 & LOW_HALF;
      h4 = (u3 >> 32) + (top & 3);
    }
    source += 16;
  }
  store<u64>(poly, h0);
  store<u64>(poly, h1, 8);
  store<u64>(poly, h2, 16);
  store<u64>(poly, h3, 24);
  store<u64>(poly, h4, 32);
}

/**
 * Ciphers `count` groups of 192 bytes in place and authenticates as many bytes at `source`. A group is authenticated
 * before it is ciphered, so that `source` may be `text` itself (decrypting) or the group before it (encrypting).
 */
export function cipherAndAuthenticate(state: usize, text: usize, count: i32, poly: usize, source: usize): void {
  let h0 = load<u64>(poly);
  let h1 = load<u64>(poly, 8);
  let h2 = load<u64>(poly, 16);
  let h3 = load<u64>(poly, 24);
  let h4 = load<u64>(poly, 32);
  const r0 = load<u64>(poly, 40);
  const r1 = load<u64>(poly, 48);
  const r2 = load<u64>(poly, 56);
  const r3 = load<u64>(poly, 64);
  const q0 = load<u64>(poly, 72);
  const q1 = load<u64>(poly, 80);
  const q2 = load<u64>(poly, 88);
  const q3 = load<u64>(poly, 96);
  for (let n = 0; n < count; n++) {
    let a0 = v128.load(state);
    let b0 = v128.load(state, 16);
    let c0 = v128.load(state, 32);
    let d0 = i32x4.add(v128.load(state, 48), i32x4(0, 0, 0, 0));
    let a1 = v128.load(state);
    let b1 = v128.load(state, 16);
    let c1 = v128.load(state, 32);
    let d1 = i32x4.add(v128.load(state, 48), i32x4(1, 0, 0, 0));
    let a2 = v128.load(state);
    let b2 = v128.load(state, 16);
    let c2 = v128.load(state, 32);
    let d2 = i32x4.add(v128.load(state, 48), i32x4(2, 0, 0, 0));
    for (let round = 0; round < 6; round++) {
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b1 = i8x16.shuffle(b1, b1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b2 = i8x16.shuffle(b2, b2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b1 = i8x16.shuffle(b1, b1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b2 = i8x16.shuffle(b2, b2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      {
        const s0 = h0 + <u64>load<u32>(source);
        const s1 = h1 + <u64>load<u32>(source, 4);
        const s2 = h2 + <u64>load<u32>(source, 8);
        const s3 = h3 + <u64>load<u32>(source, 12);
        const s4 = h4 + 1;
        const x0 = s0 * r0 + s1 * q3 + s2 * q2 + s3 * q1 + s4 * q0;
        const x1 = s0 * r1 + s1 * r0 + s2 * q3 + s3 * q2 + s4 * q1;
        const x2 = s0 * r2 + s1 * r1 + s2 * r0 + s3 * q3 + s4 * q2;
        const x3 = s0 * r3 + s1 * r2 + s2 * r1 + s3 * r0 + s4 * q3;
        const top = s4 * (r0 & 3) + (x3 >> 32);
        const u0 = (top >> 2) * 5 + (x0 & LOW_HALF);
        const u1 = (u0 >> 32) + (x1 & LOW_HALF) + (x0 >> 32);
        const u2 = (u1 >> 32) + (x2 & LOW_HALF) + (x1 >> 32);
        const u3 = (u2 >> 32) + (x3 & LOW_HALF) + (x2 >> 32);
        h0 = u0 & LOW_HALF;
        h1 = u1 & LOW_HALF;
        h2 = u2 & LOW_HALF;
        h3 = u3 & LOW_HALF;
        h4 = (u3 >> 32) + (top & 3);
      }
      {
        const s0 = h0 + <u64>load<u32>(source, 16);
        const s1 = h1 + <u64>load<u32>(source, 20);
        const s2 = h2 + <u64>load<u32>(source, 24);
        const s3 = h3 + <u64>load<u32>(source, 28);
        const s4 = h4 + 1;
        const x0 = s0 * r0 + s1 * q3 + s2 * q2 + s3 * q1 + s4 * q0;
        const x1 = s0 * r1 + s1 * r0 + s2 * q3 + s3 * q2 + s4 * q1;
        const x2 = s0 * r2 + s1 * r1 + s2 * r0 + s3 * q3 + s4 * q2;
        const x3 = s0 * r3 + s1 * r2 + s2 * r1 + s3 * r0 + s4 * q3;
        const top = s4 * (r0 & 3) + (x3 >> 32);
        const u0 = (top >> 2) * 5 + (x0 & LOW_HALF);
        const u1 = (u0 >> 32) + (x1 & LOW_HALF) + (x0 >> 32);
        const u2 = (u1 >> 32) + (x2 & LOW_HALF) + (x1 >> 32);
        const u3 = (u2 >> 32) + (x3 & LOW_HALF) + (x2 >> 32);
        h0 = u0 & LOW_HALF;
        h1 = u1 & LOW_HALF;
        h2 = u2 & LOW_HALF;
        h3 = u3 & LOW_HALF;
        h4 = (u3 >> 32) + (top & 3);
      }
      source += 32;
    }
    for (let round = 0; round < 4; round++) {
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b1 = i8x16.shuffle(b1, b1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      b2 = i8x16.shuffle(b2, b2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft16(v128.xor(d0, a0));
      d1 = rotateLeft16(v128.xor(d1, a1));
      d2 = rotateLeft16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft12(v128.xor(b0, c0));
      b1 = rotateLeft12(v128.xor(b1, c1));
      b2 = rotateLeft12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotateLeft8(v128.xor(d0, a0));
      d1 = rotateLeft8(v128.xor(d1, a1));
      d2 = rotateLeft8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotateLeft7(v128.xor(b0, c0));
      b1 = rotateLeft7(v128.xor(b1, c1));
      b2 = rotateLeft7(v128.xor(b2, c2));
      b0 = i8x16.shuffle(b0, b0, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c0 = i8x16.shuffle(c0, c0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d0 = i8x16.shuffle(d0, d0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b1 = i8x16.shuffle(b1, b1, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c1 = i8x16.shuffle(c1, c1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d1 = i8x16.shuffle(d1, d1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      b2 = i8x16.shuffle(b2, b2, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      c2 = i8x16.shuffle(c2, c2, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      d2 = i8x16.shuffle(d2, d2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    }
    v128.store(text, v128.xor(v128.load(text), i32x4.add(a0, v128.load(state))));
    v128.store(text, v128.xor(v128.load(text, 16), i32x4.add(b0, v128.load(state, 16))), 16);
    v128.store(text, v128.xor(v128.load(text, 32), i32x4.add(c0, v128.load(state, 32))), 32);
    v128.store(text, v128.xor(v128.load(text, 48), i32x4.add(i32x4.add(d0, i32x4(0, 0, 0, 0)), v128.load(state, 48))), 48);
    v128.store(text, v128.xor(v128.load(text, 64), i32x4.add(a1, v128.load(state))), 64);
    v128.store(text, v128.xor(v128.load(text, 80), i32x4.add(b1, v128.load(state, 16))), 80);
    v128.store(text, v128.xor(v128.load(text, 96), i32x4.add(c1, v128.load(state, 32))), 96);
    v128.store(text, v128.xor(v128.load(text, 112), i32x4.add(i32x4.add(d1, i32x4(1, 0, 0, 0)), v128.load(state, 48))), 112);
    v128.store(text, v128.xor(v128.load(text, 128), i32x4.add(a2, v128.load(state))), 128);
    v128.store(text, v128.xor(v128.load(text, 144), i32x4.add(b2, v128.load(state, 16))), 144);
    v128.store(text, v128.xor(v128.load(text, 160), i32x4.add(c2, v128.load(state, 32))), 160);
    v128.store(text, v128.xor(v128.load(text, 176), i32x4.add(i32x4.add(d2, i32x4(2, 0, 0, 0)), v128.load(state, 48))), 176);
    store<u32>(state, load<u32>(state, 48) + 3, 48);
    text += 192;
  }
  store<u64>(poly, h0);
  store<u64>(poly, h1, 8);
  store<u64>(poly, h2, 16);
  store<u64>(poly, h3, 24);
  store<u64>(poly, h4, 32);
}
