import { equalBytes } from "../bytes/search";
import { Cause, fail, failHashes, failNumbers } from "../failure";
import {
  frameBodyLength as bodyLengthOf,
  frameCodec as codecOf,
  frameDecodedLength as decodedLengthOf,
  FRAME_HEADER_BYTES,
  FrameKind,
  frameBytes,
  frameHeaderIsSane,
  frameKind,
  frameMask,
  frameOffset,
  framePaddingIsZero,
  hashFrame,
  xorMask,
} from "../format/item";
import { PackView, parsePack } from "../format/pack";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { cachedPack, forgetCachedPacks, keepPack, MAX_CACHED_PACK_BYTES } from "./pack-cache";
import { nextOffset, readAt } from "./source";

/** Frames, read and checked: against their own hash, and against the hash that pins them where the caller has one. */

/** Bytes read at once in the hope that they are the whole frame. */
const BLOB_GUESS_BYTES: u32 = 4096 + 64;
const PACK_GUESS_BYTES: u32 = 16384 + 1024;

/** Why the last `loadFrame` or `loadPack` gave nothing. */
export let frameStatus: i32 = OK;
/** Of the frame that was loaded last: its body (unmasked, still compressed) and what its header says. */
export let frameBody: usize = 0;
export let frameBodyLength: u32 = 0;
export let frameDecodedLength: u32 = 0;
export let frameCodec: u8 = 0;
/** Bytes that the frame takes in the file. */
export let frameTotalBytes: u32 = 0;
export const frameHash: usize = memory.data(32, 16);

const computed: usize = memory.data(32, 16);
const loaded: Buffer = Buffer.create();

/**
 * Reads the frame at `offset`, which must be of `kind` and, unless `expectedHash` is 0, have that hash. Answers the address
 * of its body, valid until the next call; 0 on failure, with the reason in `frameStatus`.
 */
export function loadFrame(offset: u64, kind: u8, expectedHash: usize): usize {
  frameStatus = readFrame(loaded, offset, kind, expectedHash);
  return frameStatus == OK ? frameBody : 0;
}

function readFrame(target: Buffer, offset: u64, kind: u8, expectedHash: usize): i32 {
  const available = nextOffset() - offset;
  if (offset >= nextOffset() || available < FRAME_HEADER_BYTES || (offset & 7) != 0) {
    return fail(CORRUPT, Cause.BEYOND_END, offset);
  }
  const guess = kind == FrameKind.PACK ? PACK_GUESS_BYTES : BLOB_GUESS_BYTES;
  const first = available < <u64>guess ? <u32>available : guess;
  target.clear();
  if (target.extend(first) == 0) return OUT_OF_MEMORY;
  let status = readAt(offset, first, target.data);
  if (status != OK) return status;
  status = checkHeader(target.data, offset, kind, available);
  if (status != OK) return status;
  const total = frameBytes(bodyLengthOf(target.data));
  if (total > first) {
    if (target.extend(total - first) == 0) return OUT_OF_MEMORY;
    status = readAt(offset + first, total - first, target.data + first);
    if (status != OK) return status;
  }
  return checkFrame(target.data, offset, expectedHash);
}

function checkHeader(frame: usize, offset: u64, kind: u8, available: u64): i32 {
  if (!frameHeaderIsSane(frame)) return fail(CORRUPT, Cause.FRAME_HEADER, offset);
  if (frameOffset(frame) != offset) return failNumbers(CORRUPT, Cause.FRAME_OFFSET, offset, offset, frameOffset(frame));
  if (frameKind(frame) != kind) return failNumbers(CORRUPT, Cause.FRAME_KIND, offset, kind, frameKind(frame));
  if (<u64>frameBytes(bodyLengthOf(frame)) > available) return fail(CORRUPT, Cause.BEYOND_END, offset);
  return OK;
}

/** Checks the hash and padding of a whole frame in memory, unmasks it and describes it in the globals. */
function checkFrame(frame: usize, offset: u64, expectedHash: usize): i32 {
  hashFrame(frame, computed);
  if (!equalBytes(frame, computed, 32)) return failHashes(CORRUPT, Cause.FRAME_HASH, offset, frame, computed);
  if (expectedHash != 0 && !equalBytes(frame, expectedHash, 32)) {
    return failHashes(CORRUPT, Cause.PINNED_HASH, offset, expectedHash, frame);
  }
  if (!framePaddingIsZero(frame)) return fail(CORRUPT, Cause.FRAME_PADDING, offset);
  const mask = frameMask(frame);
  if (mask != 0) xorMask(frame + FRAME_HEADER_BYTES, bodyLengthOf(frame), mask);
  memory.copy(frameHash, frame, 32);
  frameBody = frame + FRAME_HEADER_BYTES;
  frameBodyLength = bodyLengthOf(frame);
  frameDecodedLength = decodedLengthOf(frame);
  frameCodec = codecOf(frame);
  frameTotalBytes = frameBytes(frameBodyLength);
  return OK;
}

// Packs are kept: their records are small, and neighbours are read together.

/** The pack that was read last, until it is kept. */
const packFrame: Buffer = Buffer.create();
const packStarts: Buffer = Buffer.create();
const packView: PackView = PackView.create();
/** A pack that is too large for the cache stays here, until the next one comes. */
const largeFrame: Buffer = Buffer.create();
const largeStarts: Buffer = Buffer.create();
const largeView: PackView = PackView.create();
let hasLarge: bool = false;

function largePack(offset: u64, expectedHash: usize): PackView | null {
  if (!hasLarge || largeView.frameOffset != offset) return null;
  return expectedHash == 0 || equalBytes(largeFrame.data, expectedHash, 32) ? largeView : null;
}

/** The pack at `offset`, checked as by `loadFrame`; null on failure. Valid until packs are loaded that push it out. */
export function loadPack(offset: u64, expectedHash: usize): PackView | null {
  const cached = cachedPack(offset, expectedHash);
  if (cached != null) return cached;
  const large = largePack(offset, expectedHash);
  if (large != null) return large;
  frameStatus = readFrame(packFrame, offset, FrameKind.PACK, expectedHash);
  if (frameStatus != OK) return null;
  if (frameBodyLength > MAX_CACHED_PACK_BYTES) return keepLargePack(offset);
  if (!parsePack(packView, packStarts, offset, frameBody, frameBodyLength)) return badPack(offset);
  const kept = keepPack(packView, FRAME_HEADER_BYTES + frameBodyLength);
  if (kept == null) frameStatus = OUT_OF_MEMORY;
  return kept;
}

function keepLargePack(offset: u64): PackView | null {
  hasLarge = false;
  largeFrame.clear();
  if (!largeFrame.append(packFrame.data, packFrame.length)) {
    frameStatus = OUT_OF_MEMORY;
    return null;
  }
  packFrame.release();
  frameBody = largeFrame.data + FRAME_HEADER_BYTES;
  if (!parsePack(largeView, largeStarts, offset, frameBody, frameBodyLength)) return badPack(offset);
  hasLarge = true;
  return largeView;
}

function badPack(offset: u64): PackView | null {
  frameStatus = fail(CORRUPT, Cause.PACK_BODY, offset);
  return null;
}

/** Forgets all packs: after a refresh past a dead tail, whose offsets now hold something else. */
export function forgetPacks(): void {
  forgetCachedPacks();
  hasLarge = false;
}
