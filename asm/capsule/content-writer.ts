import { writeVarint64 } from "../bytes/varint";
import { compressBlob } from "../codec/lz4";
import { Codec, FrameKind } from "../format/item";
import { BLOB_BYTES } from "../format/record";
import { blake3Finish, blake3Start, blake3Update } from "../hash/blake3";
import { appendFrame, lastFrameHash, lastFrameOffset } from "../log/append";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";

/** Writing content into blobs, whole or as a stream: docs/format.md part 6. */

/** The blobs written: number, the (varint offset, hash) pairs, and the sum of their body lengths. */
export let blobCount: u32 = 0;
export const blobList: Buffer = Buffer.create();
export let blobStoredBytes: u64 = 0;

/** A content that comes in pieces: what waits for its blob, and what came so far. */
export const streamed: Buffer = Buffer.create();
export let streamedLength: u64 = 0;
export let isStreaming: bool = false;
/** The content at hand doesn't come at all: record `repeatedRecord` has it. */
export let isRepeat: bool = false;
export let repeatedRecord: u32 = 0;
const hashState: usize = memory.data(2832, 16);

const compressed: Buffer = Buffer.create();

/** Starts a content without blobs. */
export function beginBlobs(): void {
  blobCount = 0;
  blobStoredBytes = 0;
  blobList.clear();
}

/** Writes one blob: 1 MiB of content, or what is left at its end. Compressed if that saves an eighth. */
export function writeBlob(source: usize, length: u32): i32 {
  compressed.clear();
  const target = compressed.extend(length);
  if (target == 0) return OUT_OF_MEMORY;
  const packed = compressBlob(source, length, target, length - (length >> 3));
  const codec = packed > 0 ? Codec.LZ4 : Codec.STORED;
  const stored = packed > 0 ? <u32>packed : length;
  const status = appendFrame(FrameKind.BLOB, codec, 0, packed > 0 ? target : source, stored, length);
  if (status != OK) return status;
  const entry = blobList.extend(42);
  if (entry == 0) return OUT_OF_MEMORY;
  const end = writeVarint64(entry, lastFrameOffset);
  memory.copy(end, lastFrameHash, 32);
  blobList.length -= 42 - (end + 32 - entry);
  blobCount++;
  blobStoredBytes += stored;
  return OK;
}

/** Writes a content that lies in memory whole. */
export function writeBlobs(source: usize, length: u32): i32 {
  beginBlobs();
  for (let from: u32 = 0; from < length; from += BLOB_BYTES) {
    const status = writeBlob(source + from, min<u32>(length - from, BLOB_BYTES));
    if (status != OK) return status;
  }
  return OK;
}

/** Begins a streamed content. */
export function beginStream(): void {
  beginBlobs();
  streamed.clear();
  streamedLength = 0;
  isStreaming = true;
  blake3Start(hashState);
}

/** Begins a content of which record `number` is known to have the same `length` bytes. */
export function beginRepeat(number: u32, length: u64): void {
  beginStream();
  streamedLength = length;
  isRepeat = true;
  repeatedRecord = number;
}

/** Takes the next piece of the streamed content. Whole blobs are written on the way. */
export function writeStream(source: usize, length: u32): i32 {
  blake3Update(hashState, source, length);
  streamedLength += length;
  let left = length;
  let at = source;
  while (left != 0) {
    // A full blob waits for the next byte: the last one is the record's to write.
    if (streamed.length == BLOB_BYTES) {
      const status = writeBlob(streamed.data, BLOB_BYTES);
      if (status != OK) return status;
      streamed.clear();
    }
    const piece = min<u32>(left, BLOB_BYTES - <u32>streamed.length);
    if (!streamed.append(at, piece)) return OUT_OF_MEMORY;
    at += piece;
    left -= piece;
  }
  return OK;
}

/** Ends the stream; its hash goes to `hash`. What waits for a blob stays in `streamed`. */
export function endStream(hash: usize): void {
  isStreaming = false;
  isRepeat = false;
  blake3Finish(hashState, hash);
}

/** Forgets a stream: blobs that it wrote stay in the batch, unused. */
export function abortStream(): void {
  isStreaming = false;
  isRepeat = false;
  streamed.release();
}

/** Gives the memory back that contents needed. */
export function releaseContentWriter(): void {
  if (!isStreaming) streamed.release();
  compressed.release();
}
