/**
 * ChaCha20-Poly1305 (RFC 8439, section 2.8) without associated data, in place. Nothing in here branches on secrets or looks up memory by
 * them. Every call leaves its state wiped.
 */
import { cipherAndAuthenticate, cipherBlocks, cipherGroups, GROUP_BYTES, POLY_RECORD_BYTES } from "./aead-kernel";
import { polyFinish, polyLengths, polyPadded, polyStart } from "./poly1305";

export const TAG_BYTES: usize = 16;
const BLOCK_BYTES: usize = 64;

const state: usize = memory.data(64, 16);
const poly: usize = memory.data(POLY_RECORD_BYTES, 16);
/** A block that is not whole, or the one from which Poly1305's key is taken. */
const scratch: usize = memory.data(64, 16);
const tag: usize = memory.data(16, 16);

/** "expand 32-byte k", the key, a counter of 0, the nonce; block 0 gives the one-time key, so that the text begins with block 1. */
function start(key: usize, nonce: usize): void {
  v128.store(state, i32x4(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574));
  v128.store(state, v128.load(key), 16);
  v128.store(state, v128.load(key, 16), 32);
  store<u32>(state, 0, 48);
  store<u64>(state, load<u64>(nonce), 52);
  store<u32>(state, load<u32>(nonce, 8), 60);
  memory.fill(scratch, 0, BLOCK_BYTES);
  cipherBlocks(state, scratch, 1);
  polyStart(poly, scratch);
}

/** Ciphers what is less than a group. */
function cipherRest(text: usize, length: usize): void {
  const blocks = length >> 6;
  cipherBlocks(state, text, <i32>blocks);
  const rest = length & (BLOCK_BYTES - 1);
  if (rest == 0) return;
  const at = text + (blocks << 6);
  memory.copy(scratch, at, rest);
  cipherBlocks(state, scratch, 1);
  memory.copy(at, scratch, rest);
}

function finish(rest: usize, restLength: usize, length: usize, out: usize): void {
  polyPadded(poly, rest, restLength);
  polyLengths(poly, 0, <u64>length);
  polyFinish(poly, out);
  memory.fill(state, 0, 64);
  memory.fill(scratch, 0, BLOCK_BYTES);
  memory.fill(poly, 0, POLY_RECORD_BYTES);
}

/** Encrypts `length` bytes at `text`; the tag is written behind them. */
export function seal(key: usize, nonce: usize, text: usize, length: usize): void {
  start(key, nonce);
  const groups = <i32>(length / GROUP_BYTES);
  const grouped = <usize>(groups * GROUP_BYTES);
  if (groups > 0) {
    // What is authenticated lags one group behind: it has to be ciphertext.
    cipherGroups(state, text, 1);
    cipherAndAuthenticate(state, text + GROUP_BYTES, groups - 1, poly, text);
  }
  cipherRest(text + grouped, length - grouped);
  const authenticated = groups > 0 ? grouped - GROUP_BYTES : 0;
  finish(text + authenticated, length - authenticated, length, text + length);
}

/**
 * Decrypts `length` bytes at `text` that a tag follows. False if the tag is another; the bytes are zeros then, and never were seen by
 * the caller.
 */
export function open(key: usize, nonce: usize, text: usize, length: usize): bool {
  start(key, nonce);
  const groups = <i32>(length / GROUP_BYTES);
  const grouped = <usize>(groups * GROUP_BYTES);
  cipherAndAuthenticate(state, text, groups, poly, text);
  const rest = length - grouped;
  polyPadded(poly, text + grouped, rest);
  cipherRest(text + grouped, rest);
  finish(text, 0, length, tag);
  const isRight = !v128.any_true(v128.xor(v128.load(tag), v128.load(text + length)));
  memory.fill(tag, 0, TAG_BYTES);
  if (!isRight) memory.fill(text, 0, length);
  return isRight;
}
