/** Creating, opening, refreshing, recovering and verifying. */

import { encodeHex } from "../../runtimes/std.js";
import { AnalyzerId } from "./exports.js";
import { type FailureRecord, readFailure } from "./failures.js";
import type { CoreInstance } from "./instance.js";
import type { Eventually } from "./reads.js";
import { Status } from "./status.js";

/** What the core knows of the capsule as a whole, at its newest commit. */
export interface CoreInfo {
  readonly formatMajor: number;
  readonly formatMinor: number;
  readonly createdAtMs: number;
  readonly analyzerId: number;
  readonly headSequence: number;
  readonly headEnd: number;
  readonly recordCount: number;
  readonly uriCount: number;
  readonly revisionCount: number;
  readonly removalCount: number;
  readonly eventCount: number;
  readonly checkpointCount: number;
  readonly contentBytesPut: number;
  readonly contentBytesStored: number;
  /** Of what was put: content that was there already. */
  readonly contentBytesRepeated: number;
  readonly frameCount: number;
  readonly segmentCount: number;
  readonly branchCount: number;
  /** -1 if nothing lies behind the newest commit. */
  readonly deadTailStart: number;
  readonly deadTailEnd: number;
  /** Offset of a commit that was passed over because its batch is damaged and never was acknowledged; -1 for none. */
  readonly passedOverOffset: number;
  readonly pendingRecords: number;
  readonly capsuleId: string;
  readonly root: string;
  readonly workspaceId: string;
}

const NUMBERS = 26;
const ID_BYTES = 16;
const ROOT_BYTES = 32;

/** Appends the superblock of a new capsule. The file is to be synced then. */
export function createCapsule(
  core: CoreInstance,
  options: { createdAtMs: number; analyzer: keyof typeof AnalyzerId; capsuleId: Uint8Array; workspaceId: string },
): void {
  core.runNow(
    () => {
      const capacity = ID_BYTES + 3 * options.workspaceId.length;
      const pointer = core.reserve(capacity);
      core.bytes.set(options.capsuleId, pointer);
      const length = core.writeText(options.workspaceId, pointer + ID_BYTES, capacity - ID_BYTES);
      return core.exports.createCapsule(options.createdAtMs, AnalyzerId[options.analyzer], length);
    },
    (status) => core.check(status, "create a capsule"),
  );
}

/** Finds the newest commit of a file of `fileBytes` bytes. */
export function openCapsule(core: CoreInstance, fileBytes: number, subject: string): Eventually<void> {
  return core.run(
    () => core.exports.openCapsule(fileBytes),
    (status) => void core.check(status, "open", subject),
  );
}

export function capsuleInfo(core: CoreInstance): Eventually<CoreInfo> {
  return core.run(
    () => core.exports.capsuleInfo(),
    (status) => {
      core.check(status, "describe the capsule");
      return decodeInfo(core);
    },
  );
}

function decodeInfo(core: CoreInstance): CoreInfo {
  const { view, bytes } = core;
  const pointer = core.exports.resultPointer() >>> 0;
  const number = (index: number): number => view.getFloat64(pointer + 8 * index, true);
  const idAt = pointer + 8 * NUMBERS;
  const rootAt = idAt + ID_BYTES;
  const workspaceAt = rootAt + ROOT_BYTES;
  return {
    formatMajor: number(0),
    formatMinor: number(1),
    createdAtMs: number(2),
    analyzerId: number(3),
    headSequence: number(6),
    headEnd: number(8),
    recordCount: number(9),
    uriCount: number(10),
    revisionCount: number(11),
    removalCount: number(12),
    eventCount: number(13),
    checkpointCount: number(14),
    contentBytesPut: number(15),
    contentBytesStored: number(16),
    contentBytesRepeated: number(25),
    frameCount: number(17),
    segmentCount: number(18),
    branchCount: number(19),
    deadTailStart: number(20),
    deadTailEnd: number(21),
    passedOverOffset: number(22),
    pendingRecords: number(24),
    capsuleId: encodeHex(bytes.subarray(idAt, rootAt)),
    root: encodeHex(bytes.subarray(rootAt, workspaceAt)),
    workspaceId: core.readText(workspaceAt + 4, view.getUint32(workspaceAt, true)),
  };
}

/** Writes the last batch again if nobody knows that it is durable. True: the file is to be synced before anything else. */
export function recoverLastBatch(core: CoreInstance): boolean {
  return core.runNow(
    () => core.exports.recoverBegin(),
    (status) => core.check(status, "recover the capsule") === 1,
  );
}

/** The length to cut the file to before anything is appended; -1 if nothing is to be cut. */
export function recoveredLength(core: CoreInstance): number {
  let length = -1;
  return core.runNow(
    () => {
      // The answer isn't a status: -1 means something else here.
      length = core.exports.recoverCutTo();
      return Status.OK;
    },
    () => length,
  );
}

/** What a step of the deep check came to. */
export interface VerifyStep {
  readonly done: boolean;
  /** Bytes of the file that have been checked. */
  readonly position: number;
  /** What was found; the next step goes on behind it. */
  readonly failure: FailureRecord | null;
}

/** Starts the deep check over. */
export function beginVerify(core: CoreInstance): Eventually<void> {
  return core.run(
    () => {
      core.exports.verifyBegin();
      return Status.OK;
    },
    () => undefined,
  );
}

/** Checks about `maxBytes` more. */
export function verifyStep(core: CoreInstance, maxBytes: number): Eventually<VerifyStep> {
  return core.run(
    () => core.exports.verifyStep(maxBytes),
    (status) => decodeStep(core, status, core.exports.verifyPosition()),
  );
}

/** Starts comparing the index with the records. Takes a core of its own, see {@link CoreInstance.sibling}. */
export function beginIndexCheck(core: CoreInstance): Eventually<void> {
  return core.run(
    () => core.exports.indexCheckBegin(),
    (status) => void core.check(status, "check the index"),
  );
}

/** Compares about `maxBytes` more. Nothing follows after a failure. */
export function indexCheckStep(core: CoreInstance, maxBytes: number): Eventually<VerifyStep> {
  return core.run(
    () => core.exports.indexCheckStep(maxBytes),
    (status) => decodeStep(core, status, core.exports.indexCheckPosition()),
  );
}

function decodeStep(core: CoreInstance, status: number, position: number): VerifyStep {
  const failure = status === Status.CORRUPT ? readFailure(core.bytes, core.exports.failurePointer() >>> 0) : null;
  if (failure === null) core.check(status, "verify the capsule");
  return { done: status === Status.OK, position, failure };
}
