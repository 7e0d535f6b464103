/**
 * The payload of an age file: STREAM over chunks of 64 KiB, each sealed with its number and whether it is the last, so that chunks can
 * be read in any order, and none can be dropped, swapped or repeated unnoticed. Source: C2SP age.md, "Payload".
 */
import { open as openAead, seal as sealAead } from "./aead";

export const CHUNK_BYTES: usize = 65536;
export const KEY_BYTES: usize = 32;

const key: usize = memory.data(32, 16);
const nonce: usize = memory.data(16, 16);
let hasKey: bool = false;

// The known answer: 401 bytes (two groups, one block, a rest) under the key 0, 1, 2, … and the nonce of chunk 1, the last.
const ANSWER_BYTES: usize = 401;
const answerText: usize = memory.data(432, 16);
const ANSWER_TAG: usize = memory.data<u8>([
  0xf6, 0x6e, 0x7f, 0x05, 0xcd, 0x53, 0x49, 0x06, 0x1b, 0x3a, 0xe1, 0x21, 0x49, 0xdf, 0x5c, 0xe6,
]);

/** Nonce: the chunk's number in 11 bytes, big-endian, then 1 for the last chunk. */
function setNonce(chunk: u64, isLast: bool): void {
  memory.fill(nonce, 0, 16);
  store<u64>(nonce, bswap<u64>(chunk), 3);
  store<u8>(nonce, isLast ? 1 : 0, 11);
}

/** Whether the cipher gives what RFC 8439 says, in both directions. Leaves the key zero. */
function knowsAnswer(): bool {
  for (let i: usize = 0; i < KEY_BYTES; i++) store<u8>(key + i, <u8>i);
  for (let i: usize = 0; i < ANSWER_BYTES; i++) store<u8>(answerText + i, <u8>i);
  setNonce(1, true);
  sealAead(key, nonce, answerText, ANSWER_BYTES);
  const tag = answerText + ANSWER_BYTES;
  let isRight = !v128.any_true(v128.xor(v128.load(tag), v128.load(ANSWER_TAG)));
  if (!openAead(key, nonce, answerText, ANSWER_BYTES)) isRight = false;
  for (let i: usize = 0; i < ANSWER_BYTES; i++) if (load<u8>(answerText + i) != <u8>i) isRight = false;
  memory.fill(key, 0, KEY_BYTES);
  return isRight;
}

/** Takes a payload key of 32 bytes, if the cipher works: false means that it doesn't, and that there is no key. */
export function setKey(source: usize): bool {
  hasKey = knowsAnswer();
  if (hasKey) memory.copy(key, source, KEY_BYTES);
  return hasKey;
}

export function wipeKey(): void {
  memory.fill(key, 0, KEY_BYTES);
  hasKey = false;
}

/** Whether there is a key, and `length` can be a chunk's. */
export function isChunk(length: usize): bool {
  return hasKey && length <= CHUNK_BYTES;
}

/** Encrypts a chunk in place; 16 bytes of tag are written behind it. */
export function sealChunk(text: usize, length: usize, chunk: u64, isLast: bool): void {
  setNonce(chunk, isLast);
  sealAead(key, nonce, text, length);
}

/** Decrypts a chunk in place, `length` without its tag. False, and zeros, if it isn't this chunk of this file. */
export function openChunk(text: usize, length: usize, chunk: u64, isLast: bool): bool {
  setNonce(chunk, isLast);
  return openAead(key, nonce, text, length);
}
