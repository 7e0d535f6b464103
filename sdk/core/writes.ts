/** The core's writing calls. A writer's file is local, so that each answers at once. */

import { CapsuleError } from "../errors.js";
import { MAX_URI_BYTES } from "../uri.js";
import { PutFlag } from "./exports.js";
import type { CoreInstance } from "./instance.js";
import { Status } from "./status.js";

/** Limits of docs/format.md part 11, checked here because here it is known which text is too long. */
const MAX_TITLE_BYTES = 4096;
const MAX_ATTRIBUTES_BYTES = 65_536;
/** Longer strings are encoded aside first, so that the IO area need not hold three bytes for each of their units. */
const MAX_DIRECT_UNITS = 65_536;
/** Content beyond it goes to the core in pieces. */
export const MAX_WHOLE_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** A record to store; see docs/format.md part 6 for the meaning of the fields. */
export interface RecordInput {
  readonly kind: number;
  /** An event's type number, else 0. */
  readonly tag: number;
  readonly isDocument: boolean;
  /** Number of the branch that it is put on. */
  readonly branch: number;
  readonly atMs: number;
  readonly uri: string;
  readonly title: string;
  /** Canonical JSON, or nothing. */
  readonly attributesJson: string;
  /** Of a removal: it is stored also if nothing is to be removed. Default false. */
  readonly isUnconditional?: boolean | undefined;
}

/** What storing a record came to. `duplicate`: its content was there already and isn't stored again. */
export type PutOutcome = "stored" | "duplicate" | "absent";

/**
 * Stores a record with its whole content. `absent` if it is a removal of something that isn't there.
 * Text that is not well-formed UTF-16 must have been refused before.
 */
export function putRecord(core: CoreInstance, input: RecordInput, content: string | Uint8Array): PutOutcome {
  const whole = typeof content === "string" && content.length > MAX_DIRECT_UNITS ? encoder.encode(content) : content;
  if (typeof whole !== "string" && whole.length > MAX_WHOLE_BYTES) {
    beginContent(core);
    writeContent(core, whole);
    return putStreamed(core, input);
  }
  const status = core.runNow(
    () => callPut(core, input, whole),
    (answer) => answer,
  );
  return finishPut(core, status, input.uri);
}

/** Stores a record whose content was given by {@link beginContent} and {@link writeContent}. */
export function putStreamed(core: CoreInstance, input: RecordInput): PutOutcome {
  const status = core.runNow(
    () => callPut(core, input, null),
    (answer) => answer,
  );
  return finishPut(core, status, input.uri);
}

function finishPut(core: CoreInstance, status: number, uri: string): PutOutcome {
  if (status === Status.NOT_FOUND) return "absent";
  return core.check(status, "store", uri) === 1 ? "duplicate" : "stored";
}

/** Encodes URI, title, attributes and content one behind the other straight into the core's memory. */
function callPut(core: CoreInstance, input: RecordInput, content: string | Uint8Array | null): number {
  const { uri, title, attributesJson } = input;
  const contentCapacity = content === null ? 0 : typeof content === "string" ? 3 * content.length : content.length;
  const textCapacity = 3 * (uri.length + title.length + attributesJson.length);
  let at = core.reserve(textCapacity + contentCapacity);
  const uriLength = passPart(core, uri, at, MAX_URI_BYTES, "URI");
  at += uriLength;
  const titleLength = passPart(core, title, at, MAX_TITLE_BYTES, "title");
  at += titleLength;
  const attributesLength = passPart(core, attributesJson, at, MAX_ATTRIBUTES_BYTES, "attributes");
  at += attributesLength;
  let contentLength = 0;
  if (typeof content === "string") contentLength = core.writeText(content, at, contentCapacity);
  else if (content !== null) {
    contentLength = content.length;
    core.bytes.set(content, at);
  }
  const flags =
    (input.isDocument ? PutFlag.DOCUMENT : 0) |
    (content === null ? PutFlag.STREAMED : 0) |
    (input.isUnconditional === true ? PutFlag.UNCONDITIONAL : 0);
  return core.exports.put(
    input.kind,
    input.tag,
    flags,
    input.branch,
    input.atMs,
    uriLength,
    titleLength,
    attributesLength,
    contentLength,
  );
}

/** Refuses texts that are too long for a record before anything is done for its sake. @throws CapsuleError `TooLarge` */
export function checkTexts(title: string, attributesJson: string): void {
  checkBytes(title, MAX_TITLE_BYTES, "title");
  checkBytes(attributesJson, MAX_ATTRIBUTES_BYTES, "attributes");
}

function checkBytes(text: string, limitBytes: number, name: string): void {
  if (3 * text.length <= limitBytes) return;
  const length = encoder.encode(text).length;
  if (length > limitBytes) throw tooLong(name, limitBytes, length);
}

function passPart(core: CoreInstance, text: string, at: number, limitBytes: number, name: string): number {
  if (text === "") return 0;
  const length = core.writeText(text, at, 3 * text.length);
  if (length <= limitBytes) return length;
  throw tooLong(name, limitBytes, length);
}

function tooLong(name: string, limitBytes: number, length: number): CapsuleError {
  return new CapsuleError(
    "TooLarge",
    `Cannot store: the ${name} has ${length} bytes, at most ${limitBytes} are allowed`,
    {
      details: { limitBytes, gotBytes: length },
    },
  );
}

/** Begins content that comes in pieces. */
export function beginContent(core: CoreInstance): void {
  core.runNow(
    () => core.exports.contentBegin(),
    (status) => core.check(status, "store content"),
  );
}

/**
 * Begins content that need not come: true if a record has it already, and the record that is stored next by {@link putStreamed} has it, too.
 * `hash` is its BLAKE3.
 */
export function beginRepeatedContent(core: CoreInstance, hash: Uint8Array, contentLength: number): boolean {
  return core.runNow(
    () => {
      // Reserving may move the memory: the view on it is made afterwards.
      const address = core.reserve(hash.length);
      core.bytes.set(hash, address);
      return core.exports.contentRepeat(contentLength);
    },
    (status) => core.check(status, "store content") === 1,
  );
}

/** Adds to the content. `bytes` may be of any length. */
export function writeContent(core: CoreInstance, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; from += MAX_WHOLE_BYTES) {
    const piece = bytes.length <= MAX_WHOLE_BYTES ? bytes : bytes.subarray(from, from + MAX_WHOLE_BYTES);
    core.runNow(
      () => {
        // Reserving may move the memory: the view on it is made afterwards.
        const address = core.reserve(piece.length);
        core.bytes.set(piece, address);
        return core.exports.contentWrite(piece.length);
      },
      (status) => core.check(status, "store content"),
    );
  }
}

/** Gives up content that was begun. */
export function abortContent(core: CoreInstance): void {
  core.runNow(
    () => {
      core.exports.contentAbort();
      return Status.OK;
    },
    () => undefined,
  );
}

/** How many records wait for a commit. */
export function pendingRecords(core: CoreInstance): number {
  return core.runNow(
    () => core.exports.pendingRecords(),
    (status) => core.check(status, "count what waits"),
  );
}

/** Appends the batch. The file is to be synced then, and {@link markSynced} called. */
export function appendCommit(core: CoreInstance, atMs: number): void {
  core.runNow(
    () => core.exports.commit(atMs),
    (status) => core.check(status, "commit"),
  );
}

/** Makes the commit that was appended the newest: it is durable now. */
export function markSynced(core: CoreInstance): void {
  core.runNow(
    () => core.exports.commitSynced(),
    (status) => core.check(status, "commit"),
  );
}

/** Notes at the end of the file that everything before is durable, which makes opening it cheap. */
export function appendCloseNote(core: CoreInstance): void {
  core.runNow(
    () => core.exports.closeNote(),
    (status) => core.check(status, "note that the capsule is closed"),
  );
}
