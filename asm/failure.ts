/**
 * The failure record: where the last failing call leaves its details, for the host to make an error of.
 * A status code alone travels up through the layers; the layer that noticed fills in the record.
 */

/** What was found to be wrong. `sdk/core/failures.ts` has a sentence for each. */
export namespace Cause {
  export const NONE: i32 = 0;
  export const SUPERBLOCK_HASH: i32 = 1;
  export const SUPERBLOCK_FIELD: i32 = 2;
  export const FRAME_HASH: i32 = 3;
  export const FRAME_HEADER: i32 = 4;
  export const FRAME_OFFSET: i32 = 5;
  export const FRAME_PADDING: i32 = 6;
  export const FRAME_KIND: i32 = 7;
  export const BEYOND_END: i32 = 8;
  export const MARK: i32 = 9;
  export const TRAILER: i32 = 10;
  export const BATCH_DIGEST: i32 = 11;
  export const BATCH_TILING: i32 = 12;
  export const COMMIT_BODY: i32 = 13;
  export const COMMIT_CHAIN: i32 = 14;
  export const PACK_BODY: i32 = 15;
  export const RECORD: i32 = 16;
  export const PAYLOAD: i32 = 17;
  export const CONTENT_HASH: i32 = 18;
  export const DICTIONARY: i32 = 19;
  export const PAGE_HASH: i32 = 20;
  export const SEGMENT_DIRECTORY: i32 = 21;
  export const SEGMENT_CONTENT: i32 = 22;
  export const PINNED_HASH: i32 = 23;
  export const INDEX_MISMATCH: i32 = 24;
  export const FOREIGN_MEMVID: i32 = 25;
  export const FOREIGN_MEMVID_ENCRYPTED: i32 = 26;
  export const FOREIGN_RUST_CAPSULE: i32 = 27;
  export const FOREIGN_AGE: i32 = 28;
  export const FOREIGN_UNKNOWN: i32 = 29;
  export const FILE_TOO_SHORT: i32 = 30;
  export const URI_LENGTH: i32 = 31;
  export const URI_SCHEME: i32 = 32;
  export const URI_COMPONENT: i32 = 33;
  export const URI_CHARACTER: i32 = 34;
  export const TITLE_LENGTH: i32 = 35;
  export const ATTRIBUTES_LENGTH: i32 = 36;
  export const CONTENT_LENGTH: i32 = 37;
  export const RECORD_COUNT: i32 = 38;
  export const BRANCH_DEPTH: i32 = 39;
  export const SIGNATURE_BATCH: i32 = 40;
}

/** Layout: i32 status, i32 cause, f64 offset, f64 expected number, f64 found number, 32 bytes expected hash, 32 bytes found hash. */
export const FAILURE_BYTES: i32 = 96;
const record: usize = memory.data(96, 16);

/** Records a failure at a file offset and answers its status. */
export function fail(status: i32, cause: i32, offset: u64): i32 {
  memory.fill(record, 0, FAILURE_BYTES);
  store<i32>(record, status);
  store<i32>(record, cause, 4);
  store<f64>(record, <f64>offset, 8);
  return status;
}

/** As `fail`, with the two numbers that should have been equal. */
export function failNumbers(status: i32, cause: i32, offset: u64, expected: u64, found: u64): i32 {
  fail(status, cause, offset);
  store<f64>(record, <f64>expected, 16);
  store<f64>(record, <f64>found, 24);
  return status;
}

/** As `fail`, with the two hashes that should have been equal. */
export function failHashes(status: i32, cause: i32, offset: u64, expected: usize, found: usize): i32 {
  fail(status, cause, offset);
  memory.copy(record + 32, expected, 32);
  memory.copy(record + 64, found, 32);
  return status;
}

export function failurePointer(): usize {
  return record;
}
