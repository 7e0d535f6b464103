import { concat, equalBytes, hash } from "./bytes.js";
import type { SegmentReference } from "./commit.js";
import { demand } from "./failure.js";
import {
  FRAME_HEADER_BYTES,
  type Frame,
  FrameKind,
  findMark,
  frameBody,
  MARK_BYTES,
  MAX_BODY_BYTES,
  MarkKind,
} from "./items.js";

export const PAGE_BYTES = 4096;
/** Number of hashes in a page of the page tree. */
export const FAN_OUT = 128;
const HASH_BYTES = 32;
/** A full extent and the anchor behind it (part 7). */
export const FULL_EXTENT_BYTES = FRAME_HEADER_BYTES + MAX_BODY_BYTES + MARK_BYTES;

/** The page tree over a segment's data: the levels above the data, lowest first, and the segment root. */
export function buildPageTree(data: Uint8Array): { levels: Uint8Array[]; root: Uint8Array } {
  const levels: Uint8Array[] = [];
  let pages = cut(data, PAGE_BYTES);
  while (pages.length > 1) {
    const level = concat(...pages.map((page) => hash(page)));
    levels.push(level);
    pages = cut(level, FAN_OUT * HASH_BYTES);
  }
  return { levels, root: hash(pages[0] ?? new Uint8Array(0)) };
}

/** The stream of a segment: its data and the levels of its page tree. */
export function buildStream(data: Uint8Array): Uint8Array {
  return concat(data, ...buildPageTree(data).levels);
}

/** Cuts bytes into pieces of `pieceBytes`; the last may be shorter. */
export function cut(bytes: Uint8Array, pieceBytes: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
}

/** Length of the stream of a segment with `dataBytes` bytes of data. */
export function streamBytes(dataBytes: number): number {
  let total = dataBytes;
  let pages = Math.ceil(dataBytes / PAGE_BYTES);
  while (pages > 1) {
    total += pages * HASH_BYTES;
    pages = Math.ceil(pages / FAN_OUT);
  }
  return total;
}

/**
 * Reads a segment's data out of its extents and checks every page against the segment root (part 7).
 * `frames` holds the live frames by offset; those of the segment lie before `limit`, the commit frame that lists it. Throws `corrupt`.
 */
export function readSegmentData(
  file: Uint8Array,
  root0: Uint8Array,
  frames: ReadonlyMap<number, Frame>,
  segment: SegmentReference,
  limit: number,
): Uint8Array {
  const total = streamBytes(segment.dataBytes);
  const extents = Math.ceil(total / MAX_BODY_BYTES);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < extents; i++) {
    const offset = segment.firstExtentOffset + i * FULL_EXTENT_BYTES;
    const frame = frames.get(offset);
    demand(
      frame !== undefined && frame.kind === FrameKind.extent && offset < limit,
      `extent ${i} of a segment is missing`,
      offset,
    );
    const wanted = Math.min(MAX_BODY_BYTES, total - i * MAX_BODY_BYTES);
    demand(
      frame.stored.length === wanted,
      `extent ${i} of a segment has ${frame.stored.length} bytes, not ${wanted}`,
      offset,
    );
    const mask = segment.maskedExtents.find(({ index }) => index === i)?.mask ?? 0;
    demand(frame.mask === mask, `extent ${i} of a segment has another mask than the segment list says`, offset);
    const full = wanted === MAX_BODY_BYTES;
    demand(
      !full || findMark(file, frame.end, root0)?.kind === MarkKind.anchor,
      "no anchor behind a full extent",
      frame.end,
    );
    pieces.push(frameBody(frame));
  }
  demand(
    segment.maskedExtents.every(({ index }) => index < extents),
    "the segment list masks an extent that isn't there",
  );
  return checkStream(concat(...pieces), segment);
}

function checkStream(stream: Uint8Array, segment: SegmentReference): Uint8Array {
  const data = stream.slice(0, segment.dataBytes);
  const tree = buildPageTree(data);
  demand(
    equalBytes(concat(...tree.levels), stream.subarray(segment.dataBytes)),
    "page tree of a segment is wrong",
    segment.firstExtentOffset,
  );
  demand(equalBytes(tree.root, segment.root), "segment root is wrong", segment.firstExtentOffset);
  return data;
}
