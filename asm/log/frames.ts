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
import { permanent } from "../memory/chunks";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
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

const PACK_SLOTS: u32 = 64;
/** Packs above this share one slot, so that the cache stays below 64 × 64 KiB. */
const LARGE_PACK_BYTES: u32 = 1 << 16;

@unmanaged
class PackSlot {
  offset: u64;
  used: bool;
  bytes: Buffer;
  view: PackView;

  static create(): PackSlot {
    const slot = changetype<PackSlot>(permanent(offsetof<PackSlot>()));
    slot.bytes = Buffer.create();
    slot.view = PackView.create();
    slot.used = false;
    return slot;
  }
}

/** Pointers to the slots, the one for large packs last. */
const slots: usize = memory.data(4 * 65, 16);

function slotAt(index: u32): PackSlot {
  const place = slots + ((<usize>index) << 2);
  if (load<u32>(place) == 0) store<u32>(place, <u32>changetype<usize>(PackSlot.create()));
  return changetype<PackSlot>(<usize>load<u32>(place));
}

function holds(slot: PackSlot, offset: u64, expectedHash: usize): bool {
  if (!slot.used || slot.offset != offset) return false;
  return expectedHash == 0 || equalBytes(slot.bytes.data, expectedHash, 32);
}

/** The pack at `offset`, checked as by `loadFrame`; null on failure. Valid until packs are loaded that push it out. */
export function loadPack(offset: u64, expectedHash: usize): PackView | null {
  const slot = slotAt(<u32>(((offset >> 3) * 0x9e3779b97f4a7c15) >> 58));
  if (holds(slot, offset, expectedHash)) return slot.view;
  const large = slotAt(PACK_SLOTS);
  if (holds(large, offset, expectedHash)) return large.view;
  slot.used = false;
  frameStatus = readFrame(slot.bytes, offset, FrameKind.PACK, expectedHash);
  if (frameStatus != OK) return null;
  let home = slot;
  if (frameBodyLength > LARGE_PACK_BYTES) {
    home = large;
    large.used = false;
    const emptied = large.bytes;
    large.bytes = slot.bytes;
    slot.bytes = emptied;
    slot.bytes.release();
  }
  if (!parsePack(home.view, offset, frameBody, frameBodyLength)) {
    frameStatus = fail(CORRUPT, Cause.PACK_BODY, offset);
    return null;
  }
  home.offset = offset;
  home.used = true;
  return home.view;
}

/** Forgets all packs: after a refresh past a dead tail, whose offsets now hold something else. */
export function forgetPacks(): void {
  for (let i: u32 = 0; i <= PACK_SLOTS; i++) if (load<u32>(slots + ((<usize>i) << 2)) != 0) slotAt(i).used = false;
}
