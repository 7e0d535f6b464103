import { equalBytes, findBytes16 } from "../bytes/search";
import { blake3, blake3Finish, blake3Start, blake3Update } from "../hash/blake3";

/** Frames and marks: docs/format.md part 4. Pure: bytes in memory, no reading and no state but root 0. */

export namespace FrameKind {
  export const PACK: u8 = 1;
  export const BLOB: u8 = 2;
  export const DICTIONARY: u8 = 3;
  export const EXTENT: u8 = 4;
  export const COMMIT: u8 = 5;
  export const SIGNATURES: u8 = 6;
}

export namespace Codec {
  export const STORED: u8 = 0;
  export const LZ4: u8 = 1;
}

export const FRAME_HEADER_BYTES: u32 = 56;
export const MAX_BODY_BYTES: u32 = 1 << 20;
export const SKIPPABLE: u8 = 1;
export const HASH_BYTES: u32 = 32;

const KIND_AT: usize = 32;
const CODEC_AT: usize = 33;
const FLAGS_AT: usize = 34;
const LENGTH_AT: usize = 36;
const DECODED_AT: usize = 40;
const MASK_AT: usize = 44;
const OFFSET_AT: usize = 48;

/** Bytes of a frame in the file, padding included. */
export function frameBytes(bodyLength: u32): u32 {
  return (FRAME_HEADER_BYTES + bodyLength + 7) & ~7;
}

export function frameKind(frame: usize): u8 {
  return load<u8>(frame, KIND_AT);
}
export function frameCodec(frame: usize): u8 {
  return load<u8>(frame, CODEC_AT);
}
export function frameFlags(frame: usize): u8 {
  return load<u8>(frame, FLAGS_AT);
}
/** What the body was XORed with, 0 for nothing. */
export function frameMask(frame: usize): u32 {
  return load<u32>(frame, MASK_AT);
}
export function frameBodyLength(frame: usize): u32 {
  return load<u32>(frame, LENGTH_AT);
}
export function frameDecodedLength(frame: usize): u32 {
  return load<u32>(frame, DECODED_AT);
}
export function frameOffset(frame: usize): u64 {
  return load<u64>(frame, OFFSET_AT);
}

/** Whether the header's fields are ones that this version writes; the hash is looked at separately. */
export function frameHeaderIsSane(frame: usize): bool {
  const length = frameBodyLength(frame);
  if (length > MAX_BODY_BYTES || frameDecodedLength(frame) > MAX_BODY_BYTES) return false;
  if (frameFlags(frame) > SKIPPABLE || load<u8>(frame, 35) != 0) return false;
  const codec = frameCodec(frame);
  if (codec == Codec.STORED) return frameDecodedLength(frame) == length;
  const kind = frameKind(frame);
  return codec == Codec.LZ4 && (kind == FrameKind.BLOB || kind == FrameKind.DICTIONARY);
}

/** Whether the bytes between body and next item are zero. */
export function framePaddingIsZero(frame: usize): bool {
  const length = frameBodyLength(frame);
  const end = frame + frameBytes(length);
  for (let at = frame + FRAME_HEADER_BYTES + length; at < end; at++) if (load<u8>(at) != 0) return false;
  return true;
}

/** Computes the hash that the frame should have. */
export function hashFrame(frame: usize, out: usize): void {
  blake3(frame + 32, FRAME_HEADER_BYTES - 32 + frameBodyLength(frame), out);
}

/**
 * Writes header, mask, hash and padding around a body that lies at `frame + 56` already; the frame's padded length must be
 * writable. Docs/format.md 4.2, "No forgery", is kept here.
 */
export function sealFrame(
  frame: usize,
  kind: u8,
  codec: u8,
  flags: u8,
  bodyLength: u32,
  decodedLength: u32,
  offset: u64,
): void {
  const body = frame + FRAME_HEADER_BYTES;
  memory.fill(body + bodyLength, 0, frameBytes(bodyLength) - FRAME_HEADER_BYTES - bodyLength);
  memory.fill(frame, 0, FRAME_HEADER_BYTES);
  store<u8>(frame, kind, KIND_AT);
  store<u8>(frame, codec, CODEC_AT);
  store<u8>(frame, flags, FLAGS_AT);
  store<u32>(frame, maskBody(body, bodyLength), MASK_AT);
  store<u32>(frame, bodyLength, LENGTH_AT);
  store<u32>(frame, decodedLength, DECODED_AT);
  store<u64>(frame, offset, OFFSET_AT);
  hashFrame(frame, frame);
}

/**
 * Masks a body that holds the mark magic; answers the mask, 0 for none. Masks come from the body's own hash, so that no content
 * can be made for which they all fail: each of the eight would have to turn some other place into the magic.
 */
function maskBody(body: usize, length: u32): u32 {
  if (findBytes16(body, length, MARK_MAGIC) < 0) return 0;
  blake3(body, length, maskHash);
  for (let word: usize = 0; word < 32; word += 4) {
    const mask = load<u32>(maskHash + word);
    if (mask == 0) continue;
    xorMask(body, length, mask);
    if (findBytes16(body, length, MARK_MAGIC) < 0) return mask;
    xorMask(body, length, mask);
  }
  return unreachable();
}

/** XORs a body with a mask of four bytes, repeated from the body's first byte on. Its own inverse. */
export function xorMask(body: usize, length: u32, mask: u32): void {
  const pattern = i32x4.splat(mask);
  let at: u32 = 0;
  for (; at + 16 <= length; at += 16) v128.store(body + at, v128.xor(v128.load(body + at), pattern));
  for (; at < length; at++) store<u8>(body + at, load<u8>(body + at) ^ <u8>(mask >> ((at & 3) << 3)));
}

// Marks

export namespace MarkKind {
  export const TRAILER: u8 = 1;
  export const ANCHOR: u8 = 2;
  export const NOTE: u8 = 3;
}

export const MARK_BYTES: u32 = 64;
/** An anchor follows any frame longer than this, or that ends more than this behind the last mark. */
export const ANCHOR_DISTANCE: u64 = 1 << 16;

const maskHash: usize = memory.data(32, 16);

/** No byte of it is zero: see docs/format.md 4.2. */
export const MARK_MAGIC: usize = memory.data<u8>([
  0xf3, 0x6d, 0x76, 0x32, 0x9b, 0x6d, 0x61, 0x72, 0x6b, 0xa7, 0x0d, 0x0a, 0x1a, 0x0a, 0xc1, 0xe5,
]);

const root0: usize = memory.data(32, 16);
const markHashState: usize = memory.data(2832, 16);
const markHash: usize = memory.data(32, 16);

/** The superblock's hash, to which the check of every mark is bound. */
export function setRoot0(hash: usize): void {
  memory.copy(root0, hash, 32);
}

export function getRoot0(): usize {
  return root0;
}

export function markKind(mark: usize): u8 {
  return load<u8>(mark, 16);
}
export function markCommitOffset(mark: usize): u64 {
  return load<u64>(mark, 32);
}
/** First 8 bytes of the hash of the commit frame that it names. */
export function markCommitHash(mark: usize): u64 {
  return load<u64>(mark, 40);
}

export function startsWithMagic(address: usize): bool {
  return equalBytes(address, MARK_MAGIC, 16);
}

function computeCheck(mark: usize): void {
  blake3Start(markHashState);
  blake3Update(markHashState, root0, 32);
  blake3Update(markHashState, mark, 48);
  blake3Finish(markHashState, markHash);
}

export function buildMark(mark: usize, kind: u8, offset: u64, commitOffset: u64, commitHash: u64): void {
  memory.copy(mark, MARK_MAGIC, 16);
  store<u64>(mark, <u64>kind, 16);
  store<u64>(mark, offset, 24);
  store<u64>(mark, commitOffset, 32);
  store<u64>(mark, commitHash, 40);
  computeCheck(mark);
  memory.copy(mark + 48, markHash, 16);
}

/** Whether the 64 bytes are a whole mark that lies at `offset`. */
export function markIsWhole(mark: usize, offset: u64): bool {
  if (!startsWithMagic(mark) || load<u64>(mark, 24) != offset) return false;
  const kind = load<u64>(mark, 16);
  if (kind < MarkKind.TRAILER || kind > MarkKind.NOTE) return false;
  computeCheck(mark);
  return equalBytes(mark + 48, markHash, 16);
}
