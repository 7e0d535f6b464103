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
import { MAX_BODY_BYTES } from "./item";
import { PackView } from "./pack";

/** Records, read: docs/format.md part 6. */

export namespace RecordKind {
  export const REVISION: u32 = 1;
  export const REMOVAL: u32 = 2;
  export const ALIAS: u32 = 3;
  export const EVENT: u32 = 4;
  export const CHECKPOINT: u32 = 5;
  export const PROMOTION: u32 = 6;
  export const BRANCH: u32 = 7;
  /** Added to the kind of a document. */
  export const DOCUMENT: u32 = 0x80;
}

export namespace ContentMode {
  export const NONE: u32 = 0;
  export const INLINE: u32 = 1;
  export const BLOBS: u32 = 2;
  export const SAME_AS: u32 = 3;
}

export namespace PayloadCodec {
  export const STORED: u32 = 0;
  export const LZ4: u32 = 1;
  export const LZ4_DICTIONARY: u32 = 2;
}

/** A promotion's tag: the kind of the promoted record, and above these bits its tag. */
export const PROMOTED_KIND_BITS: u32 = 3;
export function promotionTag(kind: u32, tag: u32): u32 {
  return (tag << PROMOTED_KIND_BITS) | kind;
}
export function promotedKind(tag: u32): u32 {
  return tag & ((1 << PROMOTED_KIND_BITS) - 1);
}

export const MAX_URI_BYTES: u32 = 1024;
export const MAX_BRANCH_NAME_BYTES: u32 = 256;
export const MAX_TITLE_BYTES: u32 = 4096;
export const MAX_ATTRIBUTES_BYTES: u32 = 65536;
export const MAX_PAYLOAD_BYTES: u32 = 262144;
/** Content below this is kept in its record. */
export const INLINE_BELOW_BYTES: u32 = 2048;
export const BLOB_BYTES: u32 = MAX_BODY_BYTES;
export const MAX_CONTENT_BYTES: u64 = 1 << 53;

/** Address of a record: pack offset / 8 × 16,384 + index. */
export function recordAddress(packOffset: u64, index: u32): u64 {
  return ((packOffset >> 3) << 14) | <u64>index;
}
export function addressPackOffset(address: u64): u64 {
  return (address >> 14) << 3;
}
export function addressIndex(address: u64): u32 {
  return <u32>(address & 16383);
}

/** One record, parsed. Pointers lead into the pack's body and live as long as that does; the URI is the record's own. */
@unmanaged
export class Record {
  number: u32;
  kind: u32;
  document: bool;
  tag: u32;
  branch: u32;
  sequence: u64;
  at: u64;
  uriLength: u32;
  titleLength: u32;
  attributesLength: u32;
  contentMode: u32;
  contentLength: u64;
  blobCount: u32;
  /** The 32-byte hash of the whole content where there are several blobs, else 0. */
  contentHash: usize;
  /** The first (varint offset, 32-byte hash) pair of the blobs. */
  blobs: usize;
  blobsEnd: usize;
  /** Number of the record that has the content, for mode SAME_AS. */
  sameAs: u32;
  payloadCodec: u32;
  payload: usize;
  payloadLength: u32;
  address: u64;
  uri: usize;

  static create(): Record {
    const record = changetype<Record>(permanent(offsetof<Record>()));
    record.uri = permanent(MAX_URI_BYTES);
    return record;
  }

  /** Length of the payload once decoded. */
  decodedPayloadLength(): u64 {
    const own = <u64>this.titleLength + this.attributesLength;
    return this.contentMode == ContentMode.INLINE ? own + this.contentLength : own;
  }
}

/** Parses record `index` of a pack. False if it isn't as the format says. */
export function parseRecord(record: Record, pack: PackView, index: u32): bool {
  const start = pack.recordStart(index);
  startReading(pack.body + start, pack.recordStart(index + 1) - start);
  const kind = readByte();
  record.kind = kind & 0x7f;
  record.document = (kind & RecordKind.DOCUMENT) != 0;
  record.tag = readVarint32();
  record.number = pack.firstRecord + index;
  record.branch = pack.branch;
  record.sequence = pack.sequence;
  record.address = recordAddress(pack.frameOffset, index);
  if (record.kind == 0 || record.kind > RecordKind.BRANCH) return false;
  const shared = readVarint32();
  const rest = readVarint32();
  const restBytes = readBytes(rest);
  if (readFailed() || rest > MAX_URI_BYTES || shared > MAX_URI_BYTES - rest) return false;
  memory.copy(record.uri + shared, restBytes, rest);
  record.uriLength = shared + rest;
  const time = readVarint64();
  record.at = pack.timeBase + ((time >> 1) ^ (0 - (time & 1)));
  record.titleLength = readVarint32();
  record.attributesLength = readVarint32();
  if (!parseContent(record)) return false;
  record.payloadCodec = readByte();
  record.payload = readPosition();
  record.payloadLength = <u32>readableBytes();
  if (readFailed() || !limitsKept(record)) return false;
  return shared == 0 || completeUri(record, pack, index, shared);
}

function parseContent(record: Record): bool {
  record.contentMode = readByte();
  record.contentLength = 0;
  record.blobCount = 0;
  record.contentHash = 0;
  if (record.contentMode == ContentMode.NONE) return !readFailed();
  if (record.contentMode > ContentMode.SAME_AS) return false;
  record.contentLength = readVarint64();
  if (record.contentLength > MAX_CONTENT_BYTES) return false;
  if (record.contentMode == ContentMode.SAME_AS) {
    record.sameAs = readVarint32();
    if (record.sameAs >= record.number) return false;
  } else if (record.contentMode == ContentMode.BLOBS) {
    record.blobCount = readVarint32();
    if (<u64>record.blobCount != (record.contentLength + BLOB_BYTES - 1) / BLOB_BYTES || record.blobCount == 0)
      return false;
    if (record.blobCount > 1) record.contentHash = readBytes(32);
    record.blobs = readPosition();
    for (let i: u32 = 0; i < record.blobCount && !readFailed(); i++) {
      readVarint64();
      readBytes(32);
    }
    record.blobsEnd = readPosition();
  }
  return !readFailed();
}

function limitsKept(record: Record): bool {
  if (record.titleLength > MAX_TITLE_BYTES || record.attributesLength > MAX_ATTRIBUTES_BYTES) return false;
  const decoded = record.decodedPayloadLength();
  if (decoded > MAX_PAYLOAD_BYTES || record.payloadCodec > PayloadCodec.LZ4_DICTIONARY) return false;
  return record.payloadCodec != PayloadCodec.STORED || decoded == <u64>record.payloadLength;
}

/** Puts the prefix that a record's URI shares with that of the pack's first record before it. */
function completeUri(record: Record, pack: PackView, index: u32, shared: u32): bool {
  if (index == 0) return false;
  const start = pack.recordStart(0);
  startReading(pack.body + start, pack.recordStart(1) - start);
  readByte();
  readVarint32();
  if (readVarint32() != 0) return false;
  const length = readVarint32();
  const first = readBytes(length);
  if (readFailed() || length < shared) return false;
  memory.copy(record.uri, first, shared);
  return true;
}
