/** Compacting: the capsule written anew beside the old one, checked, and put in its place. */

import type { LocalFile, Runtime } from "../../runtimes/contract.js";
import { temporaryPath } from "../../runtimes/paths.js";
import { canonicalJson } from "../canonical-json.js";
import { removeQuietly } from "../clean-up.js";
import { MAIN_BRANCH, RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import { capsuleInfo } from "../core/lifecycle.js";
import { worstLevel } from "../diagnostics.js";
import { examineSession } from "../doctor.js";
import { parseAttributes } from "../entry-reader.js";
import { CapsuleError } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import { openForReading, openForWriting, type WriterParts } from "../open.js";
import type { WriterOptions } from "../options.js";
import type { RebuildItem, RecordPlan } from "../rebuild/plan.js";
import { rebuild } from "../rebuild/rebuild.js";
import { createTarget, finishTarget } from "../rebuild/target.js";
import { Session } from "../session.js";
import type { Uri } from "../uri.js";
import { CapsuleWriter, placeOf } from "../writer.js";
import { NewestVersions } from "./newest-versions.js";
import { checkPurge, planPurged } from "./purge.js";

const TEMPORARY_NAME_BYTES = 8;
/** As many as an event has room for. */
const RECORDED_SIGNATURES = 200;

export interface CompactOptions extends WriterOptions {
  /**
   * Keeps of each URI what the branches show now, and gives up what it was before. Events and checkpoints stay, but what
   * could be seen at a checkpoint fails with `HistoryDropped` from then on. Default false.
   */
  readonly dropHistory?: boolean;
  /** URIs of which nothing is to be left, on any branch, but the `Purged` event that names them. */
  readonly purge?: readonly string[];
  /** Why they are purged, for that event. Default `unspecified`. */
  readonly purgeReason?: string;
  /** Ends the compaction, which leaves the capsule as it was; also waiting for the lock. */
  readonly signal?: AbortSignal;
  /** Called now and then, first with the records copied, then with the bytes checked. */
  readonly onProgress?: (phase: "copying" | "checking", done: number, total: number) => void;
}

export interface CompactResult {
  readonly path: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The newest commit before, 64 hexadecimal digits, and its number. */
  readonly oldRoot: string;
  readonly oldSequence: number;
  /** The newest commit now. */
  readonly root: string;
  readonly sequence: number;
  readonly droppedHistory: boolean;
  readonly purged: readonly Uri[];
  /** Records that the old file had and the new one hasn't. */
  readonly recordsLeftOut: number;
}

/**
 * Writes the capsule anew without what it no longer needs, and puts the new file in the old one's place in one step: after a
 * failure, a crash or a power cut one of the two stands there, whole. Readers that have the old file open go on reading it; their
 * `refresh` fails with `SnapshotLost`. No handle of this program may have it open for writing.
 *
 * The capsule's id, URIs, times, branches, checkpoints and what each view shows stay; numbers of commits and offsets don't, and
 * signatures end. A `CapsuleCompacted` event records it.
 *
 * @throws CapsuleError what opening for writing can throw; `NotFound`, `InvalidUri`, `InvalidArgument` for what can't be purged;
 *   `Corrupted` if the new file isn't what it should be; `DiskFull`, `IoError`, `Aborted`
 */
export async function compactCapsule(path: string, options: CompactOptions = {}): Promise<CompactResult> {
  const { specId: _, runId: __, branch: ___, ...writerOptions } = options;
  const parts = await openForWriting(path, { ...writerOptions, mode: "write" });
  const { runtime } = parts;
  const temporary = temporaryPath(parts.lock.capsulePath, runtime.environment.randomBytes(TEMPORARY_NAME_BYTES));
  try {
    const result = await writeAnew(parts, temporary, options);
    await checkCopy(runtime, temporary, options);
    // Windows renames onto no file that is open.
    parts.session.close();
    parts.lock.replaceCapsule(temporary);
    return result;
  } catch (error) {
    removeQuietly(runtime.files, temporary);
    throw toCapsuleError(error, `compact the capsule ${JSON.stringify(path)}`);
  } finally {
    parts.session.close();
    parts.lock.release();
  }
}

async function writeAnew(parts: WriterParts, temporary: string, options: CompactOptions): Promise<CompactResult> {
  const { session, runtime, settings, lock } = parts;
  const { dropHistory = false, signal, onProgress } = options;
  const purged = await checkPurge(session, options.purge ?? []);
  const decide = await decider(session, purged, dropHistory, signal);
  const permissionsOf = lock.capsulePath;
  const file = runtime.files.open(temporary, { mode: "create-exclusive", permissionsOf });
  try {
    const core = await createTarget(file, session.info, settings);
    const { leftOut } = await rebuild(session, core, {
      decide,
      signal,
      onProgress: (done, total) => onProgress?.("copying", done, total),
    });
    const bytesBefore = parts.file.size();
    const target: WriterParts = { ...parts, file, session: await sessionOf(core, file, temporary) };
    const signatures = await endedSignatures(session);
    await recordCompaction(target, session, { purged, bytesBefore, signatures, options });
    finishTarget(core, file);
    const { root, headSequence } = target.session.info;
    return {
      path: lock.capsulePath,
      bytesBefore,
      bytesAfter: file.size(),
      oldRoot: session.info.root,
      oldSequence: session.info.headSequence,
      root,
      sequence: headSequence,
      droppedHistory: dropHistory,
      purged,
      recordsLeftOut: leftOut,
    };
  } finally {
    file.close();
  }
}

async function sessionOf(core: CoreInstance, file: LocalFile, path: string): Promise<Session> {
  return new Session(path, core, file, await capsuleInfo(core), null);
}

async function decider(
  session: Session,
  purged: readonly string[],
  dropHistory: boolean,
  signal: AbortSignal | undefined,
): Promise<(item: RebuildItem) => RecordPlan | Promise<RecordPlan>> {
  const gone = new Set(purged);
  const newest = dropHistory ? await NewestVersions.find(session, signal) : null;
  return (item) => {
    if (gone.has(item.record.uri)) return planPurged(item);
    return newest === null ? "keep" : planWithoutHistory(newest, item);
  };
}

async function planWithoutHistory(newest: NewestVersions, item: RebuildItem): Promise<RecordPlan> {
  const { record } = item;
  if (record.kind === RecordKind.CHECKPOINT) return { attributesJson: withDroppedHistory(record) };
  if (!(await newest.needs(item))) return { leaveOut: "a newer version replaced it" };
  // What it removed may be gone; the promotion of it still hides something.
  return record.kind === RecordKind.REMOVAL && newest.isPromoted(record) ? { isUnconditional: true } : "keep";
}

/** The attributes of a checkpoint that has nothing to go back to any more: docs/attributes.md. */
function withDroppedHistory(record: RebuildItem["record"]): string {
  return canonicalJson({ ...parseAttributes(record), history_dropped: true }, "the attributes");
}

/** A signature of the old file, as the event has it. */
type EndedSignature = {
  readonly key: string;
  readonly sequence: number;
  readonly root: string;
  readonly valid: boolean;
};

/** Newest first. They are about the old file's bytes: the new one has none. */
async function endedSignatures(session: Session): Promise<EndedSignature[]> {
  const { verifySignatures } = await import("../signature/verify.js");
  const { signatures } = await verifySignatures(session);
  return signatures.map(({ key, sequence, root, valid }) => ({ key, sequence, root, valid }));
}

/** The events of the compaction, in a commit of their own, behind all that was copied. */
async function recordCompaction(
  target: WriterParts,
  { info: old }: Session,
  done: Pick<CompactResult, "purged" | "bytesBefore"> & {
    readonly signatures: EndedSignature[];
    readonly options: CompactOptions;
  },
): Promise<void> {
  const { purged, bytesBefore, signatures, options } = done;
  const writer = new CapsuleWriter(target, null, "none");
  const atMs = target.clock();
  const bytesAfter = target.file.size();
  const reason = options.purgeReason ?? "unspecified";
  for (const uri of purged) {
    writer.storeOwnEvent(
      "Purged",
      { uri, reason },
      { place: placeOf(uri), branch: MAIN_BRANCH, stage: undefined, atMs },
    );
  }
  const payload = {
    old_root: old.root,
    old_sequence: old.headSequence,
    signatures: signatures.slice(0, RECORDED_SIGNATURES),
    bytes_before: bytesBefore,
    bytes_after: bytesAfter,
    dropped_history: options.dropHistory ?? false,
  };
  writer.storeOwnEvent("CapsuleCompacted", payload, { place: null, branch: MAIN_BRANCH, stage: undefined, atMs });
  await writer.commitPending(atMs);
}

/** Nothing that isn't whole replaces what is. */
async function checkCopy(runtime: Runtime, path: string, { signal, onProgress }: CompactOptions): Promise<void> {
  const { session } = await openForReading(path, { runtime });
  try {
    const findings = await examineSession(session, {
      deep: true,
      onProgress: (done, total) => onProgress?.("checking", done, total),
      ...(signal === undefined ? {} : { signal }),
    });
    if (worstLevel(findings) === "ok" || findings.length === 0) return;
    throw new CapsuleError("Corrupted", `Cannot use the compacted copy: ${findings[0]?.message ?? ""}`, {
      hint: "The capsule is what it was. Check the disk and the memory of this machine.",
    });
  } finally {
    session.close();
  }
}
