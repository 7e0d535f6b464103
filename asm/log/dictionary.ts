import { LZ4_DICTIONARY_BYTES, lz4Decompress, lz4PrepareDictionary } from "../codec/lz4";
import { Cause, fail } from "../failure";
import { Codec, FrameKind } from "../format/item";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY } from "../status";
import { frameBodyLength, frameCodec, frameDecodedLength, frameStatus, loadFrame } from "./frames";

/** The dictionary that small payloads are compressed with: docs/format.md part 6. */

export const MAX_DICTIONARY_BYTES: u32 = 65536;

/** The dictionary that was loaded last: its decoded bytes, and where its frame lies. */
const bytes: Buffer = Buffer.create();
let bytesOffset: u64 = 0;
/** The same, prepared for compression. */
const prepared: Buffer = Buffer.create();
let preparedOffset: u64 = 0;

export function dictionaryBytes(): usize {
  return bytes.data;
}
export function dictionaryLength(): usize {
  return bytes.length;
}

/** Loads the dictionary at `offset`, pinned by `hash`. */
export function loadDictionary(offset: u64, hash: usize): i32 {
  if (bytesOffset == offset) return OK;
  bytesOffset = 0;
  const body = loadFrame(offset, FrameKind.DICTIONARY, hash);
  if (body == 0) return frameStatus;
  if (frameDecodedLength > MAX_DICTIONARY_BYTES) return fail(CORRUPT, Cause.DICTIONARY, offset);
  bytes.clear();
  const target = bytes.extend(frameDecodedLength);
  if (target == 0) return OUT_OF_MEMORY;
  if (frameCodec == Codec.STORED) memory.copy(target, body, frameDecodedLength);
  else if (lz4Decompress(body, frameBodyLength, target, frameDecodedLength) < 0)
    return fail(CORRUPT, Cause.DICTIONARY, offset);
  bytesOffset = offset;
  return OK;
}

/** As `loadDictionary`, and prepares it for compression. Answers OK with `preparedDictionary()`, or a status. */
export function prepareDictionary(offset: u64, hash: usize): i32 {
  if (preparedOffset == offset) return OK;
  const status = loadDictionary(offset, hash);
  if (status != OK) return status;
  prepared.clear();
  const target = prepared.extend(LZ4_DICTIONARY_BYTES);
  if (target == 0) return OUT_OF_MEMORY;
  lz4PrepareDictionary(bytes.data, bytes.length, target);
  preparedOffset = offset;
  return OK;
}

export function preparedDictionary(): usize {
  return prepared.data;
}

/** Forgets what was loaded: another file, or another state of it, is being opened. */
export function forgetDictionaries(): void {
  bytesOffset = 0;
  preparedOffset = 0;
}
