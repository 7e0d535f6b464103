/** The core's reading calls, with strings in and objects out. Each answers at once, or with a promise if it had to wait. */

import { encodeHex } from "../../runtimes/std.js";
import type { CoreView } from "./exports.js";
import type { CoreInstance } from "./instance.js";
import { answeredContent, answeredRecord, answeredRecords, type CoreRecord, type FetchedContent } from "./records.js";
import { Status } from "./status.js";

/** A result that may have had to wait for the file. */
export type Eventually<Result> = Result | Promise<Result>;

/** The most content that one call gives. */
export const MAX_CONTENT_CALL_BYTES = 1024 * 1024;

const MAX_NAME_BYTES = 4096;

/** The record that a URI resolves to in a view, or null. */
export function resolveRecord(core: CoreInstance, uri: string, at: CoreView): Eventually<CoreRecord | null> {
  return core.run(
    () => callResolve(core, uri, at),
    (status) => foundOrNull(core, status, "resolve", uri, answeredRecord),
  );
}

/**
 * The content that a URI resolves to in a view, or null. Its bytes come along if they are at most `maxBytes` and
 * {@link MAX_CONTENT_CALL_BYTES}; otherwise they are asked for with {@link copyContent}.
 */
export function fetchContent(
  core: CoreInstance,
  uri: string,
  at: CoreView,
  maxBytes: number,
): Eventually<FetchedContent | null> {
  const limit = Math.max(0, Math.min(maxBytes, MAX_CONTENT_CALL_BYTES));
  return core.run(
    () => core.exports.fetch(passText(core, uri), at.branch, at.sequence, limit),
    (status) => {
      if (status === Status.NOT_FOUND) return null;
      return answeredContent(core, core.check(status, "get", uri) === 1);
    },
  );
}

/** The answer, or null if there is nothing. */
function foundOrNull<Result>(
  core: CoreInstance,
  status: number,
  action: string,
  subject: string,
  decode: (core: CoreInstance) => Result,
): Result | null {
  if (status === Status.NOT_FOUND) return null;
  core.check(status, action, subject);
  return decode(core);
}

function callResolve(core: CoreInstance, uri: string, at: CoreView): number {
  return core.exports.resolve(passText(core, uri), at.branch, at.sequence);
}

/** Puts a text into the IO area and gives its length in bytes. */
function passText(core: CoreInstance, text: string): number {
  const capacity = 3 * text.length;
  const pointer = core.reserve(capacity);
  return core.writeText(text, pointer, capacity);
}

export function recordByNumber(core: CoreInstance, recordNumber: number): Eventually<CoreRecord> {
  return core.run(
    () => core.exports.record(recordNumber),
    (status) => {
      core.check(status, "read record", String(recordNumber));
      return answeredRecord(core);
    },
  );
}

/**
 * Copies `length` bytes of a record's content, from `from` on, into `destination` at `destinationOffset`, and gives how
 * many there were. At most {@link MAX_CONTENT_CALL_BYTES}.
 */
export function copyContent(
  core: CoreInstance,
  recordNumber: number,
  from: number,
  destination: Uint8Array,
  destinationOffset: number,
  length: number,
): Eventually<number> {
  return core.run(
    () => core.exports.content(recordNumber, from, length),
    (status) => {
      const count = core.check(status, "read the content of record", String(recordNumber));
      const pointer = core.exports.resultPointer() >>> 0;
      destination.set(core.bytes.subarray(pointer, pointer + count), destinationOffset);
      return count;
    },
  );
}

/** BLAKE3 of a record's content, in hexadecimal. */
export function contentHash(core: CoreInstance, recordNumber: number): Eventually<string> {
  return core.run(
    () => core.exports.contentHash(recordNumber),
    (status) => {
      core.check(status, "hash the content of record", String(recordNumber));
      const pointer = core.exports.resultPointer() >>> 0;
      return encodeHex(core.bytes.subarray(pointer, pointer + 32));
    },
  );
}

/** Up to `limit` records whose URIs begin with `prefix` and come after `after`, in the order of their URIs. */
export function listRecords(
  core: CoreInstance,
  prefix: string,
  after: string,
  limit: number,
  at: CoreView,
): Eventually<CoreRecord[]> {
  const capacity = 3 * (prefix.length + after.length);
  return core.run(
    () => {
      const pointer = core.reserve(capacity);
      const prefixLength = core.writeText(prefix, pointer, capacity);
      const afterLength = core.writeText(after, pointer + prefixLength, capacity - prefixLength);
      return core.exports.list(prefixLength, afterLength, at.branch, at.sequence, limit);
    },
    (status) => answeredRecords(core, core.check(status, "list", prefix)),
  );
}

/** Some records, and the record number at which to go on. */
export interface RecordPage {
  readonly records: CoreRecord[];
  readonly next: number;
}

/**
 * Up to `limit` records of one kind, and of one tag unless it is 0, from record number `from` on, in the order in which
 * they were stored; merged events where the merge was.
 */
export function scanRecords(
  core: CoreInstance,
  kind: number,
  tag: number,
  from: number,
  limit: number,
  at: CoreView,
): Eventually<RecordPage> {
  return core.run(
    () => core.exports.scan(kind, tag, from, limit, at.branch, at.sequence),
    (status) => ({
      records: answeredRecords(core, core.check(status, "scan records")),
      next: core.exports.scanPosition(),
    }),
  );
}

/** The checkpoint with this id, or null. */
export function findCheckpointId(core: CoreInstance, id: string, at: CoreView): Eventually<CoreRecord | null> {
  return findName(core, "i", [], id, at);
}

/** The newest checkpoint with this label on a branch, or null. */
export function findLabel(core: CoreInstance, label: string, at: CoreView): Eventually<CoreRecord | null> {
  const { branch } = at;
  return findName(core, "l", [branch >>> 24, (branch >>> 16) & 255, (branch >>> 8) & 255, branch & 255], label, at);
}

function findName(
  core: CoreInstance,
  kind: "i" | "l",
  prefix: readonly number[],
  name: string,
  at: CoreView,
): Eventually<CoreRecord | null> {
  // Longer names can't exist; asking for one is no error.
  if (name.length > MAX_NAME_BYTES) return null;
  return core.run(
    () => {
      const fixed = 1 + prefix.length;
      const capacity = fixed + 3 * name.length;
      const pointer = core.reserve(capacity);
      core.bytes[pointer] = kind.charCodeAt(0);
      core.bytes.set(prefix, pointer + 1);
      const length = fixed + core.writeText(name, pointer + fixed, capacity - fixed);
      return core.exports.findName(length, at.branch, at.sequence);
    },
    (status) => foundOrNull(core, status, "find a checkpoint", "", answeredRecord),
  );
}

export interface CoreCommit {
  readonly sequence: number;
  readonly atMs: number;
  readonly offset: number;
  readonly endOffset: number;
  readonly recordCount: number;
  /** 0 before the first. */
  readonly previousOffset: number;
  readonly root: string;
}

const COMMIT_BYTES = 6 * 8 + 32;

/** Up to `limit` commits, newest first, from the one at offset `from` back; -1 begins at the head. */
export function readCommits(core: CoreInstance, from: number, limit: number): Eventually<CoreCommit[]> {
  return core.run(
    () => core.exports.commits(from, limit),
    (status) => {
      const count = core.check(status, "read the log");
      const start = core.exports.resultPointer() >>> 0;
      return Array.from({ length: count }, (_, index) => decodeCommit(core, start + index * COMMIT_BYTES));
    },
  );
}

function decodeCommit(core: CoreInstance, pointer: number): CoreCommit {
  const field = (index: number): number => core.view.getFloat64(pointer + index * 8, true);
  return {
    sequence: field(0),
    atMs: field(1),
    offset: field(2),
    endOffset: field(3),
    recordCount: field(4),
    previousOffset: field(5),
    root: encodeHex(core.bytes.subarray(pointer + 48, pointer + COMMIT_BYTES)),
  };
}
