/**
 * scrypt (RFC 7914), with Salsa20/8 in vectors: each holds a diagonal of the 4 × 4 state, so that a round works on columns at once and
 * three turns of lanes lead to rows. Blocks are kept in that order of words between the first and the last step.
 *
 * The memory it takes (2^18 blocks of 1 KiB for age) never shrinks: the instance that ran it is to be thrown away.
 */
import { Buffer } from "../memory/buffer";
import { chunkBits, giveChunk, takeChunk } from "../memory/chunks";
import { DIGEST_BYTES, HASH_RECORD_BYTES, hashUpdate, hmacFinish, hmacKey, wipeHashing } from "./sha256";

const innerKey: usize = memory.data(HASH_RECORD_BYTES, 16);
const outerKey: usize = memory.data(HASH_RECORD_BYTES, 16);
const inner: usize = memory.data(HASH_RECORD_BYTES, 16);
const outer: usize = memory.data(HASH_RECORD_BYTES, 16);
const derived: usize = memory.data(32, 16);
const counter: usize = memory.data(4, 16);
/** p blocks of 128 r bytes, then two more of them to mix in, then one of zeros. */
const blocks: Buffer = Buffer.create();

/** PBKDF2-HMAC-SHA256 with one iteration; the password is the one that `hmacKey` was given. */
function pbkdf2(salt: usize, saltLength: usize, out: usize, length: usize): void {
  let number: u32 = 1;
  for (let done: usize = 0; done < length; done += DIGEST_BYTES) {
    memory.copy(inner, innerKey, HASH_RECORD_BYTES);
    memory.copy(outer, outerKey, HASH_RECORD_BYTES);
    store<u32>(counter, bswap<u32>(number++));
    hashUpdate(inner, salt, saltLength);
    hashUpdate(inner, counter, 4);
    hmacFinish(inner, outer, derived);
    memory.copy(out + done, derived, min<usize>(DIGEST_BYTES, length - done));
  }
}

/** x ^ ((a + b) rotated left). */
function mixed(x: v128, a: v128, b: v128, by: i32): v128 {
  const sum = i32x4.add(a, b);
  return v128.xor(v128.xor(x, i32x4.shl(sum, by)), i32x4.shr_u(sum, 32 - by));
}
function turnLeft1(x: v128): v128 {
  return i8x16.shuffle(x, x, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
}
function turnLeft2(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}
function turnLeft3(x: v128): v128 {
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
}

/** scryptBlockMix of `source` xor `other`, into `out`, which is neither. */
function blockMix(source: usize, other: usize, out: usize, r: usize): void {
  const last = (2 * r - 1) << 6;
  let x0 = v128.xor(v128.load(source + last), v128.load(other + last));
  let x1 = v128.xor(v128.load(source + last, 16), v128.load(other + last, 16));
  let x2 = v128.xor(v128.load(source + last, 32), v128.load(other + last, 32));
  let x3 = v128.xor(v128.load(source + last, 48), v128.load(other + last, 48));
  for (let i: usize = 0; i < 2 * r; i++) {
    const a = source + (i << 6);
    const b = other + (i << 6);
    const s0 = v128.xor(x0, v128.xor(v128.load(a), v128.load(b)));
    const s1 = v128.xor(x1, v128.xor(v128.load(a, 16), v128.load(b, 16)));
    const s2 = v128.xor(x2, v128.xor(v128.load(a, 32), v128.load(b, 32)));
    const s3 = v128.xor(x3, v128.xor(v128.load(a, 48), v128.load(b, 48)));
    x0 = s0;
    x1 = s1;
    x2 = s2;
    x3 = s3;
    for (let round = 0; round < 4; round++) {
      x1 = mixed(x1, x0, x3, 7);
      x2 = mixed(x2, x1, x0, 9);
      x3 = mixed(x3, x2, x1, 13);
      x0 = mixed(x0, x3, x2, 18);
      x1 = turnLeft3(x1);
      x2 = turnLeft2(x2);
      x3 = turnLeft1(x3);
      x3 = mixed(x3, x0, x1, 7);
      x2 = mixed(x2, x3, x0, 9);
      x1 = mixed(x1, x2, x3, 13);
      x0 = mixed(x0, x1, x2, 18);
      x1 = turnLeft1(x1);
      x2 = turnLeft2(x2);
      x3 = turnLeft3(x3);
    }
    x0 = i32x4.add(x0, s0);
    x1 = i32x4.add(x1, s1);
    x2 = i32x4.add(x2, s2);
    x3 = i32x4.add(x3, s3);
    // Even blocks first, then the odd ones.
    const target = out + ((i >> 1) << 6) + (i & 1) * (r << 6);
    v128.store(target, x0);
    v128.store(target, x1, 16);
    v128.store(target, x2, 32);
    v128.store(target, x3, 48);
  }
}

/** Word i of a vectors' order is word 5 i mod 16 of the usual one. */
function toDiagonals(source: usize, out: usize, words: usize): void {
  for (let i: usize = 0; i < words; i++)
    store<u32>(out + 4 * i, load<u32>(source + 4 * ((i & ~(<usize>15)) | ((5 * i) & 15))));
}
function fromDiagonals(source: usize, out: usize, words: usize): void {
  for (let i: usize = 0; i < words; i++)
    store<u32>(out + 4 * ((i & ~(<usize>15)) | ((5 * i) & 15)), load<u32>(source + 4 * i));
}

/** scryptROMix of `block`, in place; `table` holds 2^workFactor blocks, `work` two, `zeros` one that is zero. */
function romix(block: usize, table: usize, work: usize, zeros: usize, workFactor: u32, r: usize): void {
  const size = r << 7;
  const last = (2 * r - 1) << 6;
  const count: usize = (<usize>1) << workFactor;
  toDiagonals(block, table, size >> 2);
  for (let i: usize = 1; i < count; i++) blockMix(table + (i - 1) * size, zeros, table + i * size, r);
  let x = work;
  let y = work + size;
  blockMix(table + (count - 1) * size, zeros, x, r);
  for (let i: usize = 0; i < count; i++) {
    // Lane 0 of the first vector is word 0 in both orders.
    const j = <usize>load<u32>(x + last) & (count - 1);
    blockMix(x, table + j * size, y, r);
    const next = x;
    x = y;
    y = next;
  }
  fromDiagonals(x, block, size >> 2);
}

/**
 * Derives `length` bytes with N = 2^workFactor. False when memory is exhausted. `workFactor` is at least 1, and 2^workFactor blocks of
 * 128 r bytes are at most 1 GiB.
 */
export function scrypt(
  password: usize,
  passwordLength: usize,
  salt: usize,
  saltLength: usize,
  workFactor: u32,
  r: usize,
  p: usize,
  out: usize,
  length: usize,
): bool {
  const size = r << 7;
  const bits = chunkBits(size << workFactor);
  const table = takeChunk(bits);
  blocks.clear();
  const first = blocks.extend(size * (p + 3));
  const isEnough = table != 0 && first != 0;
  if (isEnough) {
    const work = first + size * p;
    const zeros = work + 2 * size;
    memory.fill(zeros, 0, size);
    hmacKey(innerKey, outerKey, password, passwordLength);
    pbkdf2(salt, saltLength, first, size * p);
    for (let i: usize = 0; i < p; i++) romix(first + i * size, table, work, zeros, workFactor, r);
    pbkdf2(first, size * p, out, length);
    // From any block of the table a password can be tried without the work.
    memory.fill(table, 0, size << workFactor);
    memory.fill(first, 0, size * (p + 3));
    wipe();
  }
  if (table != 0) giveChunk(table, bits);
  blocks.release();
  return isEnough;
}

function wipe(): void {
  memory.fill(innerKey, 0, HASH_RECORD_BYTES);
  memory.fill(outerKey, 0, HASH_RECORD_BYTES);
  memory.fill(inner, 0, HASH_RECORD_BYTES);
  memory.fill(outer, 0, HASH_RECORD_BYTES);
  memory.fill(derived, 0, DIGEST_BYTES);
  wipeHashing();
}

// RFC 7914, section 12: password "", salt "", N = 16, r = 1, p = 1; the first 32 bytes.
const ANSWER: usize = memory.data<u8>([
  0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20, 0x3b, 0x19, 0xca, 0x42, 0xc1, 0x8a, 0x04, 0x97, 0xf1, 0x6b, 0x48,
  0x44, 0xe3, 0x07, 0x4a, 0xe8, 0xdf, 0xdf, 0xfa, 0x3f, 0xed, 0xe2, 0x14, 0x42,
]);
const answered: usize = memory.data(32, 16);

/** Whether scrypt gives what RFC 7914 says. */
export function scryptKnowsAnswer(): bool {
  if (!scrypt(answered, 0, answered, 0, 4, 1, 1, answered, DIGEST_BYTES)) return false;
  return memory.compare(answered, ANSWER, DIGEST_BYTES) == 0;
}
