/** From a failing status and the core's failure record to a typed error. The causes are those of asm/failure.ts. */

import { encodeHex } from "../../runtimes/std.js";
import { CapsuleError, type CapsuleErrorCode } from "../errors.js";
import { Status, statusName } from "./status.js";

/** Each cause with what to say of it; `{expected}` and `{found}` stand for the record's numbers or hashes. */
export const failureCauses = {
  NONE: [0, "no reason was recorded"],
  SUPERBLOCK_HASH: [1, "the superblock is damaged: its hash is {found}, expected {expected}"],
  SUPERBLOCK_FIELD: [2, "a field of the superblock has an impossible value"],
  FRAME_HASH: [3, "a frame's hash is {found}, expected {expected}"],
  FRAME_HEADER: [4, "a frame's header has an impossible value"],
  FRAME_OFFSET: [5, "a frame says that it lies at {found}, expected {expected}"],
  FRAME_PADDING: [6, "the padding behind a frame is not zero"],
  FRAME_KIND: [7, "a frame is of kind {found}, expected {expected}"],
  BEYOND_END: [8, "something leads beyond the end of the file"],
  MARK: [9, "a mark does not agree with the commit that it names"],
  TRAILER: [10, "a commit's trailer is missing or damaged"],
  BATCH_DIGEST: [11, "a batch's digest is {found}, expected {expected}"],
  BATCH_TILING: [12, "the frames of a batch do not follow one another without a gap"],
  COMMIT_BODY: [13, "a commit's body is malformed"],
  COMMIT_CHAIN: [14, "a commit does not follow from the one before it"],
  PACK_BODY: [15, "a pack's body is malformed"],
  RECORD: [16, "a record is malformed"],
  PAYLOAD: [17, "a record's payload can't be decoded"],
  CONTENT_HASH: [18, "the content's hash is {found}, expected {expected}"],
  DICTIONARY: [19, "a dictionary is malformed"],
  PAGE_HASH: [20, "a page's hash is {found}, expected {expected}"],
  SEGMENT_DIRECTORY: [21, "a segment's directory is malformed"],
  SEGMENT_CONTENT: [22, "a segment's content is malformed"],
  PINNED_HASH: [23, "a frame's hash is {found}, but what refers to it says {expected}"],
  INDEX_MISMATCH: [
    24,
    "a segment of the index does not agree with the records that it covers: its root is {found}, built from them it is {expected}",
  ],
  FOREIGN_MEMVID: [25, "it is a file of Memvid 2"],
  FOREIGN_MEMVID_ENCRYPTED: [26, "it is an encrypted file of Memvid"],
  FOREIGN_RUST_CAPSULE: [27, "it is a capsule of an earlier implementation"],
  FOREIGN_AGE: [28, "it is encrypted with age"],
  FOREIGN_UNKNOWN: [29, "it does not begin as a capsule does"],
  FILE_TOO_SHORT: [30, "it is too short to be a capsule"],
  URI_LENGTH: [31, "a URI has {found} bytes, at most {expected} are allowed"],
  URI_SCHEME: [32, 'a URI does not begin with "mv2://"'],
  URI_COMPONENT: [33, 'a URI has a component that is empty, "." or ".."'],
  URI_CHARACTER: [34, "a URI contains a control character or line end"],
  TITLE_LENGTH: [35, "the title has {found} bytes, at most {expected} are allowed"],
  ATTRIBUTES_LENGTH: [36, "the attributes have {found} bytes, at most {expected} are allowed"],
  CONTENT_LENGTH: [37, "the content has {found} bytes, at most {expected} are allowed"],
  RECORD_COUNT: [38, "the capsule holds as many records as it can: {expected}"],
  BRANCH_DEPTH: [39, "a branch is {found} branches deep, at most {expected} are allowed"],
  SIGNATURE_BATCH: [40, "a batch of signatures is malformed, or holds something else"],
} as const satisfies Record<string, readonly [number, string]>;

export type FailureCause = keyof typeof failureCauses;

/** The failure record, copied out of the core. */
export interface FailureRecord {
  readonly cause: FailureCause | "UNKNOWN";
  readonly offset: number;
  readonly expected: number;
  readonly found: number;
  readonly expectedHash: string;
  readonly foundHash: string;
}

const HASH_BYTES = 32;
const NO_HASH = "00".repeat(HASH_BYTES);

/** Reads the record at `pointer`; its layout is stated in asm/failure.ts. */
export function readFailure(memory: Uint8Array, pointer: number): FailureRecord {
  const view = new DataView(memory.buffer, memory.byteOffset + pointer);
  const number = view.getInt32(4, true);
  const causes = Object.keys(failureCauses) as FailureCause[];
  const hashAt = (at: number) => encodeHex(memory.subarray(pointer + at, pointer + at + HASH_BYTES));
  return {
    cause: causes.find((cause) => failureCauses[cause][0] === number) ?? "UNKNOWN",
    offset: view.getFloat64(8, true),
    expected: view.getFloat64(16, true),
    found: view.getFloat64(24, true),
    expectedHash: hashAt(32),
    foundHash: hashAt(64),
  };
}

/** What was wrong, as the end of a sentence. */
export function failureSentence(failure: FailureRecord): string {
  const sentence: string =
    failure.cause === "UNKNOWN" ? "the core gave an unknown reason" : failureCauses[failure.cause][1];
  const hasHashes = failure.expectedHash !== NO_HASH || failure.foundHash !== NO_HASH;
  const expected = hasHashes ? `${failure.expectedHash.slice(0, 16)}…` : String(failure.expected);
  const found = hasHashes ? `${failure.foundHash.slice(0, 16)}…` : String(failure.found);
  return sentence.replace("{expected}", expected).replace("{found}", found);
}

const CODES: { readonly [status: number]: CapsuleErrorCode } = {
  [Status.NOT_FOUND]: "NotFound",
  [Status.CORRUPT]: "Corrupted",
  [Status.OUT_OF_MEMORY]: "OutOfMemory",
  [Status.INVALID_URI]: "InvalidUri",
  [Status.LIMIT_EXCEEDED]: "TooLarge",
  [Status.VERSION_MISMATCH]: "VersionMismatch",
  [Status.FOREIGN_FORMAT]: "ForeignFormat",
  [Status.ALIAS_CYCLE]: "AliasCycle",
  [Status.ALIAS_TOO_LONG]: "AliasTooLong",
  [Status.POISONED]: "Poisoned",
  [Status.INVALID_ARGUMENT]: "InvalidArgument",
};

const HINTS: { readonly [code in CapsuleErrorCode]?: string } = {
  Corrupted: 'Run "speckit capsule doctor --deep" to see what else is affected.',
  VersionMismatch: "Update speckit-capsule to read it.",
  EncryptedCapsule:
    'Open it for reading, with its passphrase or an identity. It can\'t be written: decrypt it with "age -d".',
  AliasCycle: "Point one of the aliases elsewhere.",
  AliasTooLong: "Let the alias lead to its final target directly; at most 16 are followed.",
  Poisoned: "Open the capsule again; what was committed is unharmed.",
  OutOfMemory: "Close other capsules, or read less at once.",
};

/**
 * The error for a failing status.
 *
 * @param action what was being done, a verb phrase
 */
export function statusError(status: number, failure: FailureRecord, action: string): CapsuleError {
  const code = failure.cause === "FOREIGN_AGE" ? "EncryptedCapsule" : CODES[status];
  if (code === undefined) {
    return new CapsuleError("CoreFault", `Cannot ${action}: the core answered ${statusName(status)}`, {
      hint: "This is a bug. The file is unharmed; open it again.",
    });
  }
  const hint = HINTS[code];
  return new CapsuleError(code, `Cannot ${action}: ${reasonOf(code, failure)}`, {
    ...(hint === undefined ? {} : { hint }),
    details: detailsOf(code, failure),
  });
}

function reasonOf(code: CapsuleErrorCode, failure: FailureRecord): string {
  if (code === "Corrupted") return `at offset ${failure.offset}, ${failureSentence(failure)}`;
  if (code === "VersionMismatch")
    return `it is of format version ${failure.found}, this reader knows ${failure.expected}`;
  if (code === "AliasCycle") return "its aliases lead in a circle";
  if (code === "AliasTooLong") return "more than 16 aliases lead on from one to the next";
  if (code === "OutOfMemory") return "the core's memory is used up";
  if (code === "Poisoned") return "an earlier write failed";
  if (code === "NotFound") return "there is nothing at this URI";
  if (code === "InvalidArgument" && failure.cause === "NONE") return "it is not UTF-8";
  return failureSentence(failure);
}

function detailsOf(code: CapsuleErrorCode, failure: FailureRecord): Record<string, unknown> {
  const numbers =
    failure.expected === 0 && failure.found === 0 ? {} : { expected: failure.expected, found: failure.found };
  const hashes =
    failure.expectedHash === NO_HASH ? {} : { expectedHash: failure.expectedHash, foundHash: failure.foundHash };
  const place = code === "Corrupted" ? { offset: failure.offset } : {};
  return { reason: failure.cause, ...place, ...numbers, ...hashes };
}
