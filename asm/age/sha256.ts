/** SHA-256 and HMAC (FIPS 180-4, RFC 2104), as scrypt needs them: for few bytes, small rather than fast. */

/** A running hash: 8 words of state, u64 bytes so far, 64 bytes of a block. */
export const HASH_RECORD_BYTES: i32 = 112;
const LENGTH: usize = 32;
const BLOCK: usize = 40;
export const DIGEST_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;

const schedule: usize = memory.data(256, 16);
const padKey: usize = memory.data(64, 16);
const digest: usize = memory.data(32, 16);

const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const ROUND_CONSTANTS: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

function expandBlock(block: usize): void {
  for (let i: usize = 0; i < 16; i++) store<u32>(schedule + 4 * i, bswap<u32>(load<u32>(block + 4 * i)));
  for (let i: usize = 16; i < 64; i++) {
    const at = schedule + 4 * i;
    const x = load<u32>(at - 60);
    const y = load<u32>(at - 8);
    const s0 = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
    const s1 = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10);
    store<u32>(at, load<u32>(at - 64) + s0 + load<u32>(at - 28) + s1);
  }
}

function compress(hash: usize, block: usize): void {
  expandBlock(block);
  let a = load<u32>(hash);
  let b = load<u32>(hash, 4);
  let c = load<u32>(hash, 8);
  let d = load<u32>(hash, 12);
  let e = load<u32>(hash, 16);
  let f = load<u32>(hash, 20);
  let g = load<u32>(hash, 24);
  let h = load<u32>(hash, 28);
  for (let i: usize = 0; i < 64; i++) {
    const s1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = h + s1 + choice + load<u32>(ROUND_CONSTANTS + 4 * i) + load<u32>(schedule + 4 * i);
    const s0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + s0 + majority;
  }
  store<u32>(hash, load<u32>(hash) + a);
  store<u32>(hash, load<u32>(hash, 4) + b, 4);
  store<u32>(hash, load<u32>(hash, 8) + c, 8);
  store<u32>(hash, load<u32>(hash, 12) + d, 12);
  store<u32>(hash, load<u32>(hash, 16) + e, 16);
  store<u32>(hash, load<u32>(hash, 20) + f, 20);
  store<u32>(hash, load<u32>(hash, 24) + g, 24);
  store<u32>(hash, load<u32>(hash, 28) + h, 28);
}

export function hashStart(hash: usize): void {
  memory.copy(hash, INITIAL, DIGEST_BYTES);
  store<u64>(hash, 0, LENGTH);
}

export function hashUpdate(hash: usize, source: usize, length: usize): void {
  const total = load<u64>(hash, LENGTH);
  store<u64>(hash, total + <u64>length, LENGTH);
  let filled = <usize>(total & 63);
  let at = source;
  let left = length;
  while (left > 0) {
    const count = min<usize>(left, BLOCK_BYTES - filled);
    memory.copy(hash + BLOCK + filled, at, count);
    at += count;
    left -= count;
    filled += count;
    if (filled < BLOCK_BYTES) return;
    compress(hash, hash + BLOCK);
    filled = 0;
  }
}

/** Writes the 32 bytes of the hash; the record is used up. */
export function hashFinish(hash: usize, out: usize): void {
  const total = load<u64>(hash, LENGTH);
  let filled = <usize>(total & 63);
  store<u8>(hash + BLOCK + filled, 0x80);
  filled++;
  memory.fill(hash + BLOCK + filled, 0, BLOCK_BYTES - filled);
  if (filled > 56) {
    compress(hash, hash + BLOCK);
    memory.fill(hash + BLOCK, 0, BLOCK_BYTES);
  }
  store<u64>(hash + BLOCK, bswap<u64>(total << 3), 56);
  compress(hash, hash + BLOCK);
  for (let i: usize = 0; i < 8; i++) store<u32>(out + 4 * i, bswap<u32>(load<u32>(hash + 4 * i)));
}

/** Starts the inner and the outer hash of HMAC; they can be copied, for many messages under one key. */
export function hmacKey(inner: usize, outer: usize, key: usize, length: usize): void {
  memory.fill(padKey, 0, BLOCK_BYTES);
  if (length <= BLOCK_BYTES) memory.copy(padKey, key, length);
  else {
    hashStart(inner);
    hashUpdate(inner, key, length);
    hashFinish(inner, padKey);
  }
  for (let i: usize = 0; i < BLOCK_BYTES; i++) store<u8>(padKey + i, load<u8>(padKey + i) ^ 0x36);
  hashStart(inner);
  hashUpdate(inner, padKey, BLOCK_BYTES);
  for (let i: usize = 0; i < BLOCK_BYTES; i++) store<u8>(padKey + i, load<u8>(padKey + i) ^ (0x36 ^ 0x5c));
  hashStart(outer);
  hashUpdate(outer, padKey, BLOCK_BYTES);
  wipeHashing();
}

/** Ends HMAC: both records are used up. */
export function hmacFinish(inner: usize, outer: usize, out: usize): void {
  hashFinish(inner, digest);
  hashUpdate(outer, digest, DIGEST_BYTES);
  hashFinish(outer, out);
}

/** Forgets what was derived from keys. */
export function wipeHashing(): void {
  memory.fill(padKey, 0, BLOCK_BYTES);
  memory.fill(digest, 0, DIGEST_BYTES);
  memory.fill(schedule, 0, 256);
}
