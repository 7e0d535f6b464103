import {
  readableBytes,
  readByte,
  readBytes,
  readFailed,
  readPosition,
  readVarint32,
  readVarint64,
  startReading,
} from "../bytes/varint";
import { permanent } from "../memory/chunks";

/** Commit frames' bodies, read: docs/format.md part 5. */

export namespace Counter {
  export const URIS: u32 = 0;
  export const REVISIONS: u32 = 1;
  export const REMOVALS: u32 = 2;
  export const EVENTS: u32 = 3;
  export const CHECKPOINTS: u32 = 4;
  export const BYTES_PUT: u32 = 5;
  export const BYTES_STORED: u32 = 6;
  export const FRAMES: u32 = 7;
  export const PAYLOAD_BYTES: u32 = 8;
  export const BYTES_REPEATED: u32 = 9;
}
export const COUNTERS: u32 = 10;

/** A commit frame's body, parsed. Pointers lead into the body and live as long as that does. */
@unmanaged
export class CommitView {
  sequence: u64;
  at: u64;
  batchStart: u64;
  previousOffset: u64;
  /** 32 bytes each. */
  previousRoot: usize;
  batchDigest: usize;
  recordCount: u32;
  /** u64 × 10, by `Counter`. */
  counters: usize;
  /** 0 without a dictionary. */
  dictionaryOffset: u64;
  dictionaryHash: usize;
  /** Branches besides main. */
  branchCount: u32;
  deadRangeCount: u32;
  deadRanges: usize;
  tailPackCount: u32;
  tailPacks: usize;
  hasSegmentList: bool;
  segmentCount: u32;
  /** The entries of the segment list. */
  segments: usize;
  end: usize;

  static create(): CommitView {
    const view = changetype<CommitView>(permanent(offsetof<CommitView>()));
    view.counters = permanent(8 * COUNTERS);
    return view;
  }
}

/** Parses the body of a commit frame. False if it isn't as the format says. */
export function parseCommit(view: CommitView, body: usize, length: u32): bool {
  startReading(body, length);
  const fixed = readBytes(96);
  if (fixed == 0) return false;
  view.sequence = load<u64>(fixed);
  view.at = load<u64>(fixed, 8);
  view.batchStart = load<u64>(fixed, 16);
  view.previousOffset = load<u64>(fixed, 24);
  view.previousRoot = fixed + 32;
  view.batchDigest = fixed + 64;
  view.recordCount = readVarint32();
  for (let i: u32 = 0; i < COUNTERS; i++) store<u64>(view.counters + ((<usize>i) << 3), readVarint64());
  view.dictionaryOffset = readVarint64();
  view.dictionaryHash = view.dictionaryOffset != 0 ? readBytes(32) : 0;
  view.branchCount = readVarint32();
  view.deadRangeCount = readVarint32();
  view.deadRanges = readPosition();
  for (let i: u32 = 0; i < view.deadRangeCount && !readFailed(); i++) {
    readVarint64();
    readVarint64();
  }
  view.tailPackCount = readVarint32();
  view.tailPacks = readPosition();
  for (let i: u32 = 0; i < view.tailPackCount && !readFailed(); i++) {
    readVarint64();
    readBytes(32);
  }
  return parseSegmentList(view) && readableBytes() == 0;
}

function parseSegmentList(view: CommitView): bool {
  const listed = readByte();
  if (readFailed() || listed > 1) return false;
  view.hasSegmentList = listed == 1;
  view.segmentCount = listed == 1 ? readVarint32() : 0;
  view.segments = readPosition();
  for (let i: u32 = 0; i < view.segmentCount && !readFailed(); i++) {
    readVarint64();
    readVarint64();
    readVarint32();
    readVarint32();
    readBytes(32);
    const masked = readVarint32();
    for (let k: u32 = 0; k < masked && !readFailed(); k++) {
      readVarint32();
      readBytes(4);
    }
  }
  view.end = readPosition();
  return !readFailed();
}
