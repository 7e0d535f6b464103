import {
  failReading,
  readableBytes,
  readBytes,
  readFailed,
  readPosition,
  readVarint32,
  readVarint64,
  startReading,
} from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { permanent } from "../memory/chunks";

/** Pack bodies, read: docs/format.md part 6. */

export const MAX_RECORDS_IN_PACK: u32 = 16384;

/** What the head of a pack says; the records' places are worked out once, when the pack is loaded. */
@unmanaged
export class PackView {
  frameOffset: u64;
  body: usize;
  bodyLength: u32;
  firstRecord: u32;
  sequence: u64;
  branch: u32;
  count: u32;
  timeBase: u64;
  dictionaryOffset: u64;
  /** Address of the 32-byte hash of the dictionary frame, within the body; 0 without a dictionary. */
  dictionaryHash: usize;
  /** Address of u32 × (count + 1): where each record begins in the body, and where the last ends. */
  starts: usize;

  static create(): PackView {
    return changetype<PackView>(permanent(offsetof<PackView>()));
  }

  recordStart(index: u32): u32 {
    return load<u32>(this.starts + ((<usize>index) << 2));
  }
}

/**
 * Parses the head of a pack body and lays out its records; where they start is written to `startsOfRecords`. False if it isn't as the
 * format says.
 */
export function parsePack(
  view: PackView,
  startsOfRecords: Buffer,
  frameOffset: u64,
  body: usize,
  bodyLength: u32,
): bool {
  startReading(body, bodyLength);
  view.frameOffset = frameOffset;
  view.body = body;
  view.bodyLength = bodyLength;
  view.firstRecord = readVarint32();
  view.sequence = readVarint64();
  view.branch = readVarint32();
  view.timeBase = readVarint64();
  view.dictionaryOffset = readVarint64();
  view.dictionaryHash = view.dictionaryOffset != 0 ? readBytes(32) : 0;
  view.count = readVarint32();
  if (readFailed() || view.count == 0 || view.count > MAX_RECORDS_IN_PACK) return false;
  startsOfRecords.clear();
  const starts = startsOfRecords.extend((<usize>view.count + 1) << 2);
  if (starts == 0) return false;
  view.starts = starts;
  let total: u64 = 0;
  for (let i: u32 = 0; i < view.count; i++) {
    const length = readVarint32();
    store<u32>(starts + ((<usize>i) << 2), <u32>total);
    total += length;
    if (total > bodyLength) failReading();
  }
  if (readFailed() || total != readableBytes()) return false;
  // Record starts so far are counted from the first record; make them count from the body.
  const base = <u32>(readPosition() - body);
  for (let i: u32 = 0; i < view.count; i++) {
    const slot = starts + ((<usize>i) << 2);
    store<u32>(slot, load<u32>(slot) + base);
  }
  store<u32>(starts + ((<usize>view.count) << 2), bodyLength);
  return true;
}
