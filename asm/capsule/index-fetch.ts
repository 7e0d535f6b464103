import { equalBytes } from "../bytes/search";
import { Cause, failHashes } from "../failure";
import { BLOB_BYTES, ContentMode, Record, RecordKind } from "../format/record";
import { blake3Finish, blake3Start, blake3Update } from "../hash/blake3";
import { frameStatus, loadPack } from "../log/frames";
import { decodePayload } from "../log/payload";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { readContent } from "./content";
import { isDocument } from "./index-record";
import { takeRecord } from "./records";

/**
 * Reading all that indexing a record will read, before anything is changed: what has to be fetched first is then at hand, and a call
 * that was pending can be made again. A content in several blobs is compared with the hash of the whole meanwhile.
 */

const record: Record = Record.create();
const piece: Buffer = Buffer.create();
const hashState: usize = memory.data(2832, 16);
const computed: usize = memory.data(32, 16);
const stated: usize = memory.data(32, 16);

export function fetchRecord(packOffset: u64, packHash: usize, number: u32): i32 {
  const pack = loadPack(packOffset, packHash);
  if (pack == null) return frameStatus;
  let status = takeRecord(record, pack, number - pack.firstRecord);
  if (status == OK) status = decodePayload(record, pack);
  if (status != OK) return status;
  if (record.kind == RecordKind.PROMOTION) return min<i32>(isDocument(record.sameAs), OK);
  const isWanted =
    record.contentMode == ContentMode.BLOBS || (record.contentMode == ContentMode.SAME_AS && record.document);
  return isWanted ? fetchContent(packOffset) : OK;
}

function fetchContent(packOffset: u64): i32 {
  const isStated = record.contentHash != 0;
  // The pack may be pushed out of its place by what is read.
  if (isStated) memory.copy(stated, record.contentHash, 32);
  blake3Start(hashState);
  for (let from: u64 = 0; from < record.contentLength; from += BLOB_BYTES) {
    const length = <u32>min<u64>(record.contentLength - from, BLOB_BYTES);
    piece.clear();
    const target = piece.extend(length);
    if (target == 0) return OUT_OF_MEMORY;
    const status = readContent(record, from, length, target);
    if (status != OK) return status;
    if (isStated) blake3Update(hashState, target, length);
  }
  if (!isStated) return OK;
  blake3Finish(hashState, computed);
  return equalBytes(computed, stated, 32) ? OK : failHashes(CORRUPT, Cause.CONTENT_HASH, packOffset, stated, computed);
}
