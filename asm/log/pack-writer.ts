import { commonPrefix } from "../bytes/search";
import { writeVarint32, writeVarint64 } from "../bytes/varint";
import { compressPayload } from "../codec/lz4";
import { FrameKind } from "../format/item";
import { PackView, parsePack } from "../format/pack";
import { ContentMode, MAX_URI_BYTES, PayloadCodec } from "../format/record";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { appendFrame } from "./append";

/** Building packs: docs/format.md part 6. Records gather in memory until the pack is closed, which makes a frame of them. */

/** A pack is closed when its records have reached this. */
const PACK_BYTES: usize = 16384;

/** What a record is to hold; the caller fills this in before `addRecord`. */
export namespace draft {
  export let kind: u32 = 0;
  export let tag: u32 = 0;
  export let uri: usize = 0;
  export let uriLength: u32 = 0;
  export let at: u64 = 0;
  export let titleLength: u32 = 0;
  export let attributesLength: u32 = 0;
  export let contentMode: u32 = 0;
  export let contentLength: u64 = 0;
  /** Mode BLOBS: number, hash of the whole (if more than one), and the (varint offset, hash) pairs. */
  export let blobCount: u32 = 0;
  export let contentHash: usize = 0;
  export let blobs: usize = 0;
  export let blobsLength: u32 = 0;
  /** Mode SAME_AS. */
  export let sameAs: u32 = 0;
  /** Title ‖ attributes ‖ inline content. */
  export let payload: usize = 0;
  export let payloadLength: u32 = 0;
}

/** The pack that is open. */
export let openPackRecords: u32 = 0;
export let openPackFirstRecord: u32 = 0;
let branch: u32 = 0;
let sequence: u64 = 0;
let timeBase: u64 = 0;
let dictionaryOffset: u64 = 0;
let usesDictionary: bool = false;
const dictionaryHash: usize = memory.data(32, 16);
let preparedDictionary: usize = 0;
const firstUri: usize = memory.data(1024, 16);
let firstUriLength: u32 = 0;
/** u32 each. */
const lengths: Buffer = Buffer.create();
const records: Buffer = Buffer.create();
const body: Buffer = Buffer.create();
const openView: PackView = PackView.create();
const openStarts: Buffer = Buffer.create();
let viewIsCurrent: bool = false;

/** Bytes that the payload of the record added last takes as stored. */
export let storedPayloadLength: u32 = 0;

/** Begins a pack. `prepared` is the prepared dictionary, 0 for none. */
export function beginPack(
  firstRecord: u32,
  packBranch: u32,
  packSequence: u64,
  at: u64,
  dictionary: u64,
  hash: usize,
  prepared: usize,
): void {
  openPackRecords = 0;
  openPackFirstRecord = firstRecord;
  branch = packBranch;
  sequence = packSequence;
  timeBase = at;
  dictionaryOffset = dictionary;
  if (dictionary != 0) memory.copy(dictionaryHash, hash, 32);
  preparedDictionary = prepared;
  usesDictionary = false;
  lengths.clear();
  records.clear();
  viewIsCurrent = false;
}

export function openPackIsFull(): bool {
  return records.length >= PACK_BYTES;
}
export function openPackBranch(): u32 {
  return branch;
}
export function openPackSequence(): u64 {
  return sequence;
}

/** Longest encoding of what stands before the payload, URI and blobs aside. */
const RECORD_HEAD_BYTES: usize = 128;

/** Adds the record that `draft` describes. OK or OUT_OF_MEMORY. */
export function addRecord(): i32 {
  const most = RECORD_HEAD_BYTES + MAX_URI_BYTES + draft.blobsLength + draft.payloadLength;
  if (!records.reserve(most) || !lengths.reserve(4)) return OUT_OF_MEMORY;
  const start = records.data + records.length;
  let at = writeHead(start);
  at = writePayload(at);
  records.extend(at - start);
  store<u32>(lengths.extend(4), <u32>(at - start));
  openPackRecords++;
  viewIsCurrent = false;
  return OK;
}

function writeHead(start: usize): usize {
  let shared: u32 = 0;
  if (openPackRecords == 0) {
    memory.copy(firstUri, draft.uri, draft.uriLength);
    firstUriLength = draft.uriLength;
  } else {
    shared = <u32>commonPrefix(firstUri, draft.uri, min<u32>(firstUriLength, draft.uriLength));
  }
  store<u8>(start, <u8>draft.kind);
  let at = writeVarint32(start + 1, draft.tag);
  at = writeVarint32(at, shared);
  at = writeVarint32(at, draft.uriLength - shared);
  memory.copy(at, draft.uri + shared, draft.uriLength - shared);
  at += draft.uriLength - shared;
  const difference = <i64>(draft.at - timeBase);
  at = writeVarint64(at, <u64>((difference << 1) ^ (difference >> 63)));
  at = writeVarint32(at, draft.titleLength);
  at = writeVarint32(at, draft.attributesLength);
  store<u8>(at, <u8>draft.contentMode);
  return writeContent(at + 1);
}

function writeContent(start: usize): usize {
  if (draft.contentMode == ContentMode.NONE) return start;
  let at = writeVarint64(start, draft.contentLength);
  if (draft.contentMode == ContentMode.SAME_AS) return writeVarint32(at, draft.sameAs);
  if (draft.contentMode != ContentMode.BLOBS) return at;
  at = writeVarint32(at, draft.blobCount);
  if (draft.blobCount > 1) {
    memory.copy(at, draft.contentHash, 32);
    at += 32;
  }
  memory.copy(at, draft.blobs, draft.blobsLength);
  return at + draft.blobsLength;
}

/** Below this no compression gains anything. */
const LEAST_COMPRESSED: u32 = 16;

function writePayload(at: usize): usize {
  const length = draft.payloadLength;
  const target = at + 1;
  storedPayloadLength = length;
  if (length >= LEAST_COMPRESSED) {
    const compressed = compressPayload(draft.payload, length, preparedDictionary, target, length - 1);
    if (compressed > 0) {
      store<u8>(at, <u8>(preparedDictionary != 0 ? PayloadCodec.LZ4_DICTIONARY : PayloadCodec.LZ4));
      if (preparedDictionary != 0) usesDictionary = true;
      storedPayloadLength = <u32>compressed;
      return target + <usize>compressed;
    }
  }
  store<u8>(at, <u8>PayloadCodec.STORED);
  memory.copy(target, draft.payload, length);
  return target + length;
}

/** Makes the body of the pack as it is now. */
function buildBody(): bool {
  const count = openPackRecords;
  body.clear();
  const start = body.extend(96 + 5 * <usize>count + records.length);
  if (start == 0) return false;
  let at = writeVarint32(start, openPackFirstRecord);
  at = writeVarint64(at, sequence);
  at = writeVarint32(at, branch);
  at = writeVarint64(at, timeBase);
  at = writeVarint64(at, usesDictionary ? dictionaryOffset : 0);
  if (usesDictionary) {
    memory.copy(at, dictionaryHash, 32);
    at += 32;
  }
  at = writeVarint32(at, count);
  for (let i: usize = 0; i < <usize>count; i++) at = writeVarint32(at, load<u32>(lengths.data + (i << 2)));
  memory.copy(at, records.data, records.length);
  body.length = at + records.length - start;
  return true;
}

/** Appends the pack as a frame; `append.ts` has its offset and hash afterwards. The pack is empty then. */
export function closePack(): i32 {
  if (openPackRecords == 0) return OK;
  if (!buildBody()) return OUT_OF_MEMORY;
  const status = appendFrame(FrameKind.PACK, 0, 0, body.data, <u32>body.length, <u32>body.length);
  openPackRecords = 0;
  viewIsCurrent = false;
  return status;
}

/** The open pack, to read records from that are still in it; null when memory is exhausted. Its frame offset is 0. */
export function viewOpenPack(): PackView | null {
  if (viewIsCurrent) return openView;
  if (!buildBody() || !parsePack(openView, openStarts, 0, body.data, <u32>body.length)) return null;
  viewIsCurrent = true;
  return openView;
}

/** Gives the memory back that a batch needed. */
export function releasePacks(): void {
  openPackRecords = 0;
  viewIsCurrent = false;
  lengths.release();
  records.release();
  body.release();
  openStarts.release();
}
