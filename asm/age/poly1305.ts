/** Poly1305 (RFC 8439, section 2.5) around the kernel: key, padding, tag. */
import { POLY_PAD, POLY_Q, POLY_R, polyBlocks } from "./aead-kernel";

const padded: usize = memory.data(16, 16);
const LOW_HALF: u64 = 0xffffffff;

/** Starts a record with a one-time key of 32 bytes: r, which is clamped, and what is added at the end. */
export function polyStart(poly: usize, key: usize): void {
  memory.fill(poly, 0, POLY_R);
  for (let i: usize = 0; i < 4; i++) {
    const r = <u64>load<u32>(key + 4 * i) & (i == 0 ? 0x0fffffff : 0x0ffffffc);
    store<u64>(poly + POLY_R + 8 * i, r);
    store<u64>(poly + POLY_Q + 8 * i, i == 0 ? (r >> 2) * 5 : r + (r >> 2));
  }
  v128.store(poly + POLY_PAD, v128.load(key, 16));
}

/** Authenticates bytes, filled up with zeros to whole blocks, as the construction of section 2.8 wants it. */
export function polyPadded(poly: usize, source: usize, length: usize): void {
  polyBlocks(poly, source, <i32>(length >> 4));
  const rest = length & 15;
  if (rest == 0) return;
  memory.fill(padded, 0, 16);
  memory.copy(padded, source + length - rest, rest);
  polyBlocks(poly, padded, 1);
}

/** Authenticates the two lengths that end a message. */
export function polyLengths(poly: usize, associated: u64, length: u64): void {
  store<u64>(padded, associated);
  store<u64>(padded, length, 8);
  polyBlocks(poly, padded, 1);
}

/** Writes the tag of 16 bytes: h modulo 2^130 - 5, plus the key's second half, modulo 2^128. */
export function polyFinish(poly: usize, tag: usize): void {
  // The carry out of h + 5 beyond bit 130 says how often the modulus has to be subtracted.
  let carry: u64 = 5;
  for (let i: usize = 0; i < 5; i++) carry = (carry >> (i == 0 ? 0 : 32)) + load<u64>(poly + 8 * i);
  let sum = (carry >> 2) * 5;
  for (let i: usize = 0; i < 4; i++) {
    sum += load<u64>(poly + 8 * i) + <u64>load<u32>(poly + POLY_PAD + 4 * i);
    store<u32>(tag + 4 * i, <u32>(sum & LOW_HALF));
    sum >>= 32;
  }
}
