import { readBatch } from "./batch.js";
import { openCapsule } from "./capsule.js";
import { encodeMark, findMark, MARK_BYTES, MarkKind } from "./items.js";

/** The file with one bit turned over; bits are counted from the least significant of byte 0. */
export function flipBit(file: Uint8Array, bit: number): Uint8Array {
  const flipped = file.slice();
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

/** The file as a crash leaves it that lost everything from `keptBytes` on. */
export function tornTail(file: Uint8Array, keptBytes: number): Uint8Array {
  return file.slice(0, keptBytes);
}

/** The file as a crash leaves it that grew the file but lost the bytes from `keptBytes` on: they are zero. */
export function zeroedTail(file: Uint8Array, keptBytes: number): Uint8Array {
  const zeroed = file.slice();
  zeroed.fill(0, keptBytes);
  return zeroed;
}

/** The file with its newest batch damaged in the first frame's body, its commit frame and trailer whole: a reader passes over it. */
export function damageNewestBatch(file: Uint8Array): Uint8Array {
  const { head, root0 } = openCapsule(file);
  if (!head) throw new Error("the capsule has no commit");
  const frame = readBatch(file, head, root0).items.find((item) => item.type === "frame");
  if (!frame) throw new Error("the newest batch has no frame");
  return flipBit(file, 8 * (frame.offset + 60));
}

/**
 * Content full of whole, valid trailers for the newest commit of `file`, made for the case that its first byte comes to lie at
 * `contentOffset` of the same file: the attack that masking stops.
 */
export function forgedTrailers(file: Uint8Array, contentOffset: number, contentBytes: number): Uint8Array {
  const { head, root0 } = openCapsule(file);
  const content = new Uint8Array(contentBytes).fill(0x2e);
  const lead = (8 - (contentOffset % 8)) % 8;
  for (let at = lead; at + MARK_BYTES <= contentBytes; at += MARK_BYTES) {
    content.set(encodeMark(MarkKind.trailer, contentOffset + at, head?.frame, root0), at);
  }
  return content;
}

/** Where the last whole trailer behind `start` ends; undefined if there is none. A recovering writer keeps what lies before. */
export function findTrailerEnd(file: Uint8Array, start: number, root0: Uint8Array): number | undefined {
  for (let at = Math.floor((file.length - MARK_BYTES) / 8) * 8; at >= start; at -= 8) {
    if (findMark(file, at, root0)?.kind === MarkKind.trailer) return at + MARK_BYTES;
  }
  return undefined;
}
