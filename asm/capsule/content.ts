import { readBytes, readVarint64, startReading } from "../bytes/varint";
import { lz4Decompress } from "../codec/lz4";
import { Cause, fail, failNumbers } from "../failure";
import { Codec, FrameKind } from "../format/item";
import { BLOB_BYTES, ContentMode, Record } from "../format/record";
import { blake3, blake3Finish, blake3Start, blake3Update } from "../hash/blake3";
import { frameBodyLength, frameCodec, frameDecodedLength, frameStatus, loadFrame } from "../log/frames";
import { decodePayload, payload } from "../log/payload";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { loadRecord, recordPack } from "./records";

/** Contents of records: decoded, whatever their mode, a piece at a time. */

/** A blob that was decoded, kept while pieces of it are asked for. */
const blob: Buffer = Buffer.create();
let blobOffset: u64 = 0;
const holder: Record = Record.create();
const hashState: usize = memory.data(2832, 16);

/** Forgets the decoded blob, and gives its memory back. */
export function releaseBlob(): void {
  blobOffset = 0;
  blob.release();
}

/**
 * Copies `length` bytes of a record's content from `from` on to `destination`; the range must lie within the content. The record
 * must be the one that was loaded last.
 */
export function readContent(record: Record, from: u64, length: u32, destination: usize): i32 {
  if (length == 0) return OK;
  if (record.contentMode == ContentMode.SAME_AS) {
    const wanted = record.contentLength;
    const status = loadRecord(holder, record.sameAs);
    if (status != OK) return status;
    if (holder.contentLength != wanted || holder.contentMode == ContentMode.SAME_AS) {
      return failNumbers(CORRUPT, Cause.RECORD, recordPack.frameOffset, wanted, holder.contentLength);
    }
    return readOwnContent(holder, from, length, destination);
  }
  return readOwnContent(record, from, length, destination);
}

function readOwnContent(record: Record, from: u64, length: u32, destination: usize): i32 {
  if (record.contentMode == ContentMode.BLOBS) return readBlobs(record, from, length, destination);
  const status = decodePayload(record, recordPack);
  if (status != OK) return status;
  memory.copy(destination, payload + record.titleLength + record.attributesLength + <usize>from, length);
  return OK;
}

function readBlobs(record: Record, from: u64, length: u32, destination: usize): i32 {
  let index = <u32>(from / BLOB_BYTES);
  let inBlob = <u32>(from % BLOB_BYTES);
  while (length != 0) {
    const decodedLength = <u32>min<u64>(record.contentLength - <u64>index * BLOB_BYTES, BLOB_BYTES);
    const piece = min<u32>(length, decodedLength - inBlob);
    const status = readBlob(record, index, decodedLength, inBlob, piece, destination);
    if (status != OK) return status;
    length -= piece;
    destination += piece;
    inBlob = 0;
    index++;
  }
  return OK;
}

function readBlob(record: Record, index: u32, decodedLength: u32, inBlob: u32, piece: u32, destination: usize): i32 {
  startReading(record.blobs, record.blobsEnd - record.blobs);
  let offset: u64 = 0;
  let hash: usize = 0;
  for (let i: u32 = 0; i <= index; i++) {
    offset = readVarint64();
    hash = readBytes(32);
  }
  if (offset == blobOffset && blobOffset != 0) {
    memory.copy(destination, blob.data + inBlob, piece);
    return OK;
  }
  const body = loadFrame(offset, FrameKind.BLOB, hash);
  if (body == 0) return frameStatus;
  if (frameDecodedLength != decodedLength) {
    return failNumbers(CORRUPT, Cause.CONTENT_LENGTH, offset, decodedLength, frameDecodedLength);
  }
  if (frameCodec == Codec.STORED) {
    memory.copy(destination, body + inBlob, piece);
    return OK;
  }
  if (piece == decodedLength) {
    return lz4Decompress(body, frameBodyLength, destination, decodedLength) < 0
      ? fail(CORRUPT, Cause.PAYLOAD, offset)
      : OK;
  }
  blob.clear();
  blobOffset = 0;
  const target = blob.extend(decodedLength);
  if (target == 0) return OUT_OF_MEMORY;
  if (lz4Decompress(body, frameBodyLength, target, decodedLength) < 0) return fail(CORRUPT, Cause.PAYLOAD, offset);
  blobOffset = offset;
  memory.copy(destination, target + inBlob, piece);
  return OK;
}

const piece: Buffer = Buffer.create();

/** The hash of a record's content, to `out`. The record must be the one that was loaded last. */
export function hashContent(record: Record, out: usize): i32 {
  if (record.contentHash != 0) {
    memory.copy(out, record.contentHash, 32);
    return OK;
  }
  if (record.contentMode == ContentMode.SAME_AS) {
    const wanted = record.contentLength;
    const status = loadRecord(holder, record.sameAs);
    if (status != OK) return status;
    if (holder.contentLength != wanted || holder.contentMode == ContentMode.SAME_AS)
      return fail(CORRUPT, Cause.RECORD, recordPack.frameOffset);
    return hashContent(holder, out);
  }
  // Without a stored hash there is at most one blob: the content fits in memory.
  const length = <u32>record.contentLength;
  piece.clear();
  const target = piece.extend(max<u32>(length, 1));
  if (target == 0) return OUT_OF_MEMORY;
  const status = readOwnContent(record, 0, length, target);
  if (status != OK) return status;
  blake3(target, length, out);
  return OK;
}

/** Checks that several blobs together have the hash that their record states: what reading them one by one doesn't show. */
export function checkContentHash(record: Record, out: usize): i32 {
  blake3Start(hashState);
  for (let from: u64 = 0; from < record.contentLength; from += BLOB_BYTES) {
    const length = <u32>min<u64>(record.contentLength - from, BLOB_BYTES);
    piece.clear();
    const target = piece.extend(length);
    if (target == 0) return OUT_OF_MEMORY;
    const status = readOwnContent(record, from, length, target);
    if (status != OK) return status;
    blake3Update(hashState, target, length);
  }
  blake3Finish(hashState, out);
  return OK;
}
