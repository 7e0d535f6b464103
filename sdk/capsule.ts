/** The open capsule: what scripts work with. */

import type { DecryptOptions } from "./age/detect.js";
import { type Branch, listBranches } from "./branch-list.js";
import { MAIN_BRANCH_NAME, normalizeBranchName } from "./branch-names.js";
import { commitNow, commitStageNow } from "./checkpoint-writer.js";
import type { CompactOptions, CompactResult } from "./compact/compact.js";
import { AnalyzerId, type CoreView } from "./core/exports.js";
import type { CoreInstance } from "./core/instance.js";
import { capsuleInfo } from "./core/lifecycle.js";
import { readCommits } from "./core/reads.js";
import { appendCloseNote, pendingRecords } from "./core/writes.js";
import type { Diagnostic, DoctorOptions } from "./diagnostics.js";
import { type Difference, type DiffOptions, differences } from "./diff.js";
import { examinePath, examineSession, withVerdict } from "./doctor.js";
import { storeDocuments } from "./document-batch.js";
import type { Document, PutContent, PutManyOptions, PutOptions, PutTarget } from "./entries.js";
import { checkLimit } from "./entry-reader.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import { requireCheckpoint, requireHistory } from "./event-reader.js";
import type { EventInput } from "./events.js";
import type { AutomaticExportOptions, AutomaticExportResult } from "./export/automatic.js";
import type { ExportOptions, ExportResult } from "./export/options.js";
import type { GcOptions, GcResult, PinOptions, PinResult } from "./gc/options.js";
import type {
  CapsuleStats,
  Checkpoint,
  CommitOptions,
  CommitResult,
  LoggedCommit,
  LogOptions,
  StageOptions,
} from "./history.js";
import type { ImportOptions, ImportResult } from "./import/options.js";
import { type MergeOptions, type MergeResult, mergeNow } from "./merge.js";
import type { Mount } from "./mounts/list.js";
import { type OpenMountOptions, openMountFile } from "./mounts/open.js";
import type { MountPlaces } from "./mounts/places.js";
import type { FusedSearchResult, MountSearchOptions } from "./mounts/search.js";
import { searchMountsOf } from "./mounts/search-mounts.js";
import { createSession, openForReading, openForWriting, type ReaderParts, type WriterParts } from "./open.js";
import type { CapsuleInfo, CloseOptions, CreateOptions, Injection, OpenOptions, WriterOptions } from "./options.js";
import type { SpecRun } from "./placement.js";
import type { WriteQueue } from "./queue.js";
import { Reader } from "./reader.js";
import { Recorder, type RecorderOptions } from "./recording/recorder.js";
import { refreshSession } from "./refresh.js";
import type { ReplayReport } from "./replay/report.js";
import type { ReplayOptions } from "./replay/run-events.js";
import type { CapsuleVerification, SignatureReport, VerifySignaturesOptions } from "./signature/report.js";
import type { CapsuleSignature } from "./signature/sign.js";
import type { VerifyCapsuleOptions } from "./signature/verify-capsule.js";
import { DEFAULT_RUN, normalizeRunId, type Uri } from "./uri.js";
import { View } from "./view.js";
import type { Writable } from "./writable.js";
import { CapsuleWriter } from "./writer.js";

const LOG_PAGE_COMMITS = 64;

/**
 * A capsule that is open. One that was opened for writing holds the writer's lock until it is closed.
 *
 * @example
 * const capsule = await Capsule.open(".speckit/memvid/workspace.mv2", { mode: "write", specId: "SPEC-1", runId: "abc" });
 * try {
 *   await capsule.put({ path: "plan.md" }, "# Plan");
 *   await capsule.commitStage({ stage: "plan" });
 * } finally {
 *   await capsule.close();
 * }
 */
export class Capsule extends Reader implements Writable {
  private readonly writer: CapsuleWriter | null;

  private constructor(
    private readonly reading: ReaderParts | null,
    writing: { readonly parts: WriterParts; readonly options: WriterOptions } | null,
  ) {
    super((writing?.parts ?? (reading as ReaderParts)).session);
    this.writer =
      writing === null
        ? null
        : new CapsuleWriter(
            writing.parts,
            defaultsOf(writing.parts.specId, writing.options),
            writing.options.captureMode ?? "prompts_only",
          );
  }

  /**
   * Creates a capsule, with the directories above it, and opens it for writing. It is durable when this returns.
   *
   * @throws CapsuleError `AlreadyExists`, `LockedByWriter`, `LockUnavailable`, `PermissionDenied`, `DiskFull`, …
   */
  static async create(path: string, options: CreateOptions = {}): Promise<Capsule> {
    return new Capsule(null, { parts: await createSession(path, options), options });
  }

  /**
   * Opens a capsule: for reading unless `mode` is `write`. Opening costs the same whatever its size. For reading nothing
   * is created or changed. A writer takes the lock, and cuts off what an interrupted writer left. An encrypted capsule is
   * opened for reading with its passphrase or an identity, and decrypted in memory as it is read.
   *
   * @throws CapsuleError `NotFound`, `LockedByWriter`, `Corrupted`, `VersionMismatch`, `ForeignFormat`, `EncryptedCapsule`,
   * `PassphraseRequired`, `InvalidPassphrase`, `NoMatchingIdentity`, …
   */
  static async open(path: string, options: OpenOptions = {}): Promise<Capsule> {
    const { mode = "read" } = options;
    if (mode !== "read" && mode !== "write") throw argumentError("mode", '"read" or "write"', mode);
    if (mode === "write") return new Capsule(null, { parts: await openForWriting(path, options), options });
    return new Capsule(await openForReading(path, options), null);
  }

  /** What is wrong at a path, whatever stands there; changes nothing. @throws CapsuleError `Aborted` */
  static doctor(path: string, options: DoctorOptions & Injection & DecryptOptions = {}): Promise<Diagnostic[]> {
    return examinePath(path, options);
  }

  /**
   * Writes a capsule anew without what it no longer needs, and puts the new file in the old one's place in one step
   * (docs/retention.md). No handle may have it open for writing; readers of the old file go on with it.
   *
   * @throws CapsuleError what opening for writing can throw; `NotFound`, `InvalidUri`, `InvalidArgument` for what can't be
   * purged; `Corrupted` if the new file isn't what it should be; `DiskFull`, `IoError`, `Aborted`
   */
  static async compact(path: string, options: CompactOptions = {}): Promise<CompactResult> {
    const { compactCapsule } = await import("./compact/compact.js");
    return compactCapsule(path, options);
  }

  /** What is known without reading. */
  get info(): CapsuleInfo {
    const { info, path } = this.session;
    return {
      path,
      mode: this.writer === null ? "read" : "write",
      capsuleId: info.capsuleId,
      workspaceId: info.workspaceId,
      formatMajor: info.formatMajor,
      formatMinor: info.formatMinor,
      createdAtMs: info.createdAtMs,
      analyzer: info.analyzerId === AnalyzerId.english ? "english" : "plain",
      branch: this.session.branch.name,
      sequence: info.headSequence,
      root: info.root,
      lock: this.writer?.parts.lock.kind ?? null,
    };
  }

  put(target: PutTarget, content: PutContent, options: PutOptions = {}): Promise<Uri> {
    return this.write((writer) => writer.put(target, content, options));
  }

  putMany(documents: Iterable<Document> | AsyncIterable<Document>, options: PutManyOptions = {}): Promise<Uri[]> {
    return this.write((writer, queue) => storeDocuments(writer, queue, documents, options));
  }

  remove(uri: string, options: { readonly reason?: string } = {}): Promise<boolean> {
    return this.write((writer) => writer.remove(uri, options.reason ?? "unspecified"));
  }

  alias(oldUri: string, newUri: string, reason: string): Promise<void> {
    return this.write((writer) => writer.alias(oldUri, newUri, reason));
  }

  emit(event: EventInput): Promise<Uri> {
    return this.write((writer) => writer.emit(event));
  }

  fork(name: string, options: { readonly from?: string } = {}): Promise<string> {
    return this.write((writer) => {
      writer.requireWritable();
      return writer.branches.fork(name, options.from ?? MAIN_BRANCH_NAME, writer.parts.clock());
    });
  }

  merge(options: MergeOptions): Promise<MergeResult> {
    return this.write((writer) => mergeNow(writer, options));
  }

  commit(options: CommitOptions = {}): Promise<CommitResult> {
    return this.write((writer) => commitNow(writer, options));
  }

  commitStage(options: StageOptions): Promise<Checkpoint> {
    return this.write((writer) => commitStageNow(writer, options));
  }

  /**
   * Signs the newest commit, what waits being committed first. Signing again with the same key writes nothing.
   *
   * @param secretKey `SPECKIT-SIGN-1…`, of `generateSigningKeys()`
   */
  sign(secretKey: string): Promise<CapsuleSignature> {
    return this.write(async (writer) => {
      writer.requireWritable();
      const { signCapsule } = await import("./signature/sign.js");
      const target = { core: this.session.core, settle: () => writer.settle() };
      return signCapsule(target, secretKey, writer.parts.clock());
    });
  }

  /**
   * Who signed the capsule at a path, how far, whether every byte is what it was, and its digest; changes nothing.
   *
   * @throws CapsuleError `NotFound`, `ForeignFormat`, `PassphraseRequired`, `InvalidArgument`, `Aborted`, …
   */
  static async verify(path: string, options: VerifyCapsuleOptions = {}): Promise<CapsuleVerification> {
    const { verifyCapsule } = await import("./signature/verify-capsule.js");
    return verifyCapsule(path, options);
  }

  /** Who signed this capsule, and how far. @throws CapsuleError `InvalidArgument`, `Corrupted`, `Aborted` */
  async verifySignatures(options: VerifySignaturesOptions = {}): Promise<SignatureReport> {
    const { verifySignatures } = await import("./signature/verify.js");
    return verifySignatures(this.session, options);
  }

  /**
   * The capsule as it was at a checkpoint, by its id or else its label, on this handle's branch or another.
   *
   * @throws CapsuleError `UnknownCheckpoint`, `CheckpointOnOtherBranch`, `UnknownBranch`, `HistoryDropped`
   */
  async at(checkpoint: string, options: { readonly branch?: string } = {}): Promise<View> {
    await this.session.beforeRead();
    const view = await this.headOf(options.branch);
    const record = await requireCheckpoint(this.session, checkpoint, view);
    requireHistory(record);
    return new View(this.session, { branch: view.branch, sequence: record.sequence });
  }

  /**
   * The capsule as of the newest commit, which later ones don't change, on this handle's branch or another.
   *
   * @throws CapsuleError `UnknownBranch`
   * @example const run = await capsule.snapshot({ branch: "run/abc" });
   */
  async snapshot(options: { readonly branch?: string } = {}): Promise<View> {
    await this.session.beforeRead();
    const { branch } = await this.headOf(options.branch);
    return new View(this.session, { branch, sequence: this.session.info.headSequence });
  }

  /**
   * The branches in the order in which they were made, main first, with what is on each at the newest commit. Looks at each
   * record once.
   */
  async branches(options: { readonly signal?: AbortSignal } = {}): Promise<Branch[]> {
    return listBranches(this.session, options.signal);
  }

  /**
   * Exports a run: a capsule of its own with everything of the run, its checkpoints, and what it refers to (docs/export.md), encrypted and
   * masked unless told otherwise. Takes the writer's lock, which this handle has, and records a `CapsuleExported` event. What waits is
   * committed first. The file appears in one step, or not at all.
   *
   * @throws CapsuleError `UnknownRun`, `AlreadyExists`, `PassphraseRequired`, `InvalidArgument`, `UnknownCheckpoint` of a golden query,
   * `DiskFull`, `Aborted`, …
   * @example const { outputPath, contentHash } = await capsule.export({ runId: "abc", encrypt: false, safe: false });
   */
  export(options: ExportOptions): Promise<ExportResult> {
    return this.write(async (writer) => (await import("./export/export.js")).exportNow(writer, options));
  }

  /**
   * Exports a run at the end of a pipeline, if the mode says so: `always`, or `risk` and something calls for it. Encrypted and masked,
   * without asking anybody. It doesn't throw if that fails: the answer says so, and an `ErrorEvent`.
   *
   * @example const { error } = await capsule.maybeExport({ runId: "abc", mode: "risk", highRisk: true, recipients: ["age1…"] });
   */
  maybeExport(options: AutomaticExportOptions): Promise<AutomaticExportResult> {
    return this.write(async (writer) => (await import("./export/automatic.js")).exportAutomatically(writer, options));
  }

  private async headOf(branch: string | undefined): Promise<CoreView> {
    const view = this.committedView();
    if (branch === undefined) return view;
    return { ...view, branch: await this.session.requireBranch(normalizeBranchName(branch)) };
  }

  /**
   * What became different from one checkpoint to another, in the order of the URIs' bytes. Each is given by its id or
   * else its label; null is the newest commit, which is the default for `to`. "Changed" is a URI whose content, title,
   * tags, media type, attributes or indexing differ: the same thing stored again isn't. One that became an alias counts
   * as removed.
   *
   * @throws CapsuleError `UnknownCheckpoint`, `CheckpointOnOtherBranch`; `Aborted` by the signal
   * @example
   * for await (const { uri, change } of capsule.diff("plan done")) console.log(change, uri);
   */
  async *diff(
    from: string | null,
    to: string | null = null,
    options: DiffOptions = {},
  ): AsyncGenerator<Difference, void, undefined> {
    const before = from === null ? await this.snapshot() : await this.at(from);
    const after = to === null ? await this.snapshot() : await this.at(to);
    yield* differences(this.session, before, after, options);
  }

  /**
   * Replays a run: its events in order, and whether what they recorded still holds: searches run again, policies, references,
   * checkpoints, tool calls (docs/replay.md). The report is masked as a safe export is.
   *
   * @throws CapsuleError `NotFound`, `UnknownBranch`, `UnknownCheckpoint`, `SecretInName`; `Aborted` by the signal
   * @example const { passed, timeline } = await capsule.replay({ runId: "abc" });
   */
  async replay(options: ReplayOptions): Promise<ReplayReport> {
    const { replayRun } = await import("./replay/replay.js");
    return replayRun(this.session, options);
  }

  /**
   * Does things and records that they were done: searches that can be replayed, calls of tools and models, patches.
   *
   * @throws CapsuleError `ReadOnly`
   * @example const { hits } = await capsule.recorder({ stage: "plan" }).search("retry budget");
   */
  recorder(options: RecorderOptions = {}): Recorder {
    return new Recorder(this, this.requireWriter(), options);
  }

  /**
   * Moves a reader on to the newest commit. False if there was none. A writer always sees its own commits.
   *
   * @throws CapsuleError `SnapshotLost` if another file stands at the path now, or this one was cut
   */
  async refresh(): Promise<boolean> {
    this.session.requireOpen();
    return this.reading === null ? false : refreshSession(this.reading);
  }

  /** Counts at the newest commit. */
  async stats(): Promise<CapsuleStats> {
    await this.session.beforeRead();
    const { core, file, queue } = this.session;
    const info = await capsuleInfo(core);
    return {
      sizeBytes: file.size(),
      sequence: info.headSequence,
      frameCount: info.frameCount,
      recordCount: info.recordCount,
      // Records of branches have URIs that are never given out.
      uriCount: info.uriCount - (info.branchCount - 1),
      revisionCount: info.revisionCount,
      removalCount: info.removalCount,
      eventCount: info.eventCount,
      checkpointCount: info.checkpointCount,
      branchCount: info.branchCount,
      segmentCount: info.segmentCount,
      contentBytesPut: info.contentBytesPut,
      contentBytesStored: info.contentBytesStored,
      contentBytesRepeated: info.contentBytesRepeated,
      deadTailBytes: info.deadTailStart < 0 ? 0 : info.deadTailEnd - info.deadTailStart,
      pendingRecords: info.pendingRecords,
      queuedWrites: queue?.length ?? 0,
      coreMemoryBytes: core.exports.memoryInUse(),
    };
  }

  /** The commits, newest first. */
  async *log(options: LogOptions = {}): AsyncGenerator<LoggedCommit, void, undefined> {
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    checkLimit("limit", limit);
    await this.session.beforeRead();
    let given = 0;
    for (let before = -1; given < limit; ) {
      throwIfAborted(options.signal, "read the log");
      this.session.requireOpen();
      const page = await readCommits(this.session.core, before, Math.min(LOG_PAGE_COMMITS, limit - given));
      for (const { sequence, atMs, root, recordCount, offset, endOffset } of page) {
        given++;
        yield { sequence, atMs, root, recordCount, offset, endOffset };
      }
      const last = page.at(-1);
      if (last === undefined || last.sequence === 1) return;
      before = last.offset;
    }
  }

  /**
   * Mounts another capsule, for reading, beside this one, once every check of it was passed (docs/import.md). The same
   * file under the same name again changes nothing; an import that was interrupted is completed. What waits is committed with its event.
   *
   * @throws CapsuleError `InvalidMountName`, `MountHashConflict`, `VerificationFailed`, `Corrupted`, `ForeignFormat`,
   * `VersionMismatch`, `EncryptedCapsule`, `PassphraseRequired`, `InvalidPassphrase`, `NoMatchingIdentity`, `Aborted`, …
   * @example
   * const { mountName } = await capsule.import("run-abc.mv2e", { passphrase });
   * const mount = await capsule.openMount(mountName, { passphrase });
   */
  import(path: string, options: ImportOptions = {}): Promise<ImportResult> {
    return this.write(async (writer) => (await import("./import/import.js")).importCapsule(writer, path, options));
  }

  /** The mounts in the order of their names' bytes. */
  async mounts(): Promise<Mount[]> {
    this.session.requireOpen();
    return (await import("./mounts/list.js")).listMounts(await this.mountPlaces());
  }

  /** Takes a mount away. @throws CapsuleError `NotFound`, `InvalidMountName` */
  unmount(name: string): Promise<void> {
    return this.write(async (writer) => {
      writer.requireWritable();
      const { unmountCapsule } = await import("./mounts/list.js");
      await unmountCapsule(await this.mountPlaces(), this.session, name);
    });
  }

  /**
   * Opens a mount for reading: on the branch that it was exported from, decrypted in memory as it is read. Its searches
   * look at what was exported unless they name another scope.
   *
   * @throws CapsuleError `NotFound`, `InvalidMountName`, and what {@link open} throws
   */
  async openMount(name: string, options: OpenMountOptions = {}): Promise<Capsule> {
    this.session.requireOpen();
    const places = await this.mountPlaces();
    return new Capsule(await openMountFile(places, places.require(name), options), null);
  }

  /**
   * The documents of this capsule and its mounts that match best, in one list by reciprocal ranks. Mounts are opened for the
   * call; `searchTogether` takes those that are open.
   *
   * @throws CapsuleError what {@link openMount} and {@link search} throw
   * @example const { hits } = await capsule.searchMounts("retry budget", { secrets: { passphrase } });
   */
  async searchMounts(query: string, options: MountSearchOptions = {}): Promise<FusedSearchResult> {
    this.session.requireOpen();
    return searchMountsOf(this, await this.mountPlaces(), query, options);
  }

  /**
   * Deletes exports of the workspace that are `retentionDays` old or older and not pinned, and temporary files that nobody finished
   * (docs/retention.md). A reader may only ask for a `dryRun`.
   *
   * @throws CapsuleError `InvalidArgument`, `PermissionDenied`, `Aborted`, …: what was deleted before is told of in an event
   * @example const { exportsDeleted } = await capsule.gc({ retentionDays: 30 });
   */
  async gc(options: GcOptions = {}): Promise<GcResult> {
    if (options.dryRun !== true) {
      return this.write(async (writer) => (await import("./gc/gc.js")).collectNow(writer, options));
    }
    await this.session.beforeRead();
    const { runtime } = (this.writer?.parts ?? this.reading) as ReaderParts | WriterParts;
    const atMs = this.writer?.parts.clock() ?? runtime.environment.now();
    return (await import("./gc/gc.js")).planCollection({ session: this.session, runtime, atMs }, options);
  }

  /**
   * Keeps `gc` from deleting an export, wherever it is moved to; given by its path or its SHA-256.
   *
   * @throws CapsuleError `NotFound`, `InvalidArgument` for what is no export, …
   */
  pin(target: string, options: PinOptions = {}): Promise<PinResult> {
    return this.write(async (writer) => (await import("./gc/pins.js")).setPinned(writer, target, true, options));
  }

  /** Takes a pin back; see {@link pin}. */
  unpin(target: string, options: PinOptions = {}): Promise<PinResult> {
    return this.write(async (writer) => (await import("./gc/pins.js")).setPinned(writer, target, false, options));
  }

  private async mountPlaces(): Promise<MountPlaces> {
    const { placesOf } = await import("./mounts/places.js");
    return placesOf((this.writer?.parts ?? this.reading) as ReaderParts | WriterParts);
  }

  /** What is wrong with this capsule; a single finding of level `ok` if nothing is. */
  async doctor(options: DoctorOptions = {}): Promise<Diagnostic[]> {
    return withVerdict(await examineSession(this.session, options), options);
  }

  /**
   * Waits for queued writes, commits what waits, gives the lock and the file back. Calling it again does nothing. With
   * `discard` it commits nothing: what was put since the last commit is given up.
   *
   * @throws CapsuleError what the last commit threw; the lock and the file are given back all the same
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { queue } = this.session;
    if (this.session.isClosed) return;
    if (this.writer === null || queue === null) this.session.close();
    else await queue.push(() => closeWriter(this.writer as CapsuleWriter, options.discard === true));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected override lookupView(): CoreView {
    return this.session.lookupView;
  }

  protected override committedView(): CoreView {
    return this.session.committedView;
  }

  private async write<Result>(
    work: (writer: CapsuleWriter, queue: WriteQueue) => Result | Promise<Result>,
  ): Promise<Result> {
    const writer = this.requireWriter();
    const queue = this.session.queue as WriteQueue;
    return queue.run(() => work(writer, queue));
  }

  private requireWriter(): CapsuleWriter {
    if (this.writer !== null) return this.writer;
    const path = JSON.stringify(this.session.path);
    throw new CapsuleError("ReadOnly", `Cannot write to the capsule ${path}: it was opened for reading`, {
      hint: 'Open it with mode "write".',
    });
  }
}

/** Spec and run for whatever doesn't name its own. */
function defaultsOf(specId: string | undefined, options: WriterOptions): SpecRun | null {
  if (specId === undefined) return null;
  return { specId, runId: options.runId === undefined ? DEFAULT_RUN : normalizeRunId(options.runId) };
}

async function closeWriter(writer: CapsuleWriter, discard: boolean): Promise<void> {
  const { session, lock, clock } = writer.parts;
  if (session.isClosed) return;
  try {
    if (session.isPoisoned) return;
    if (!discard && pendingRecords(session.core) > 0) await writer.commitPending(clock());
    noteClose(session.core);
  } finally {
    session.close();
    lock.release();
  }
}

/** The note only makes the next opening cheaper: nothing is lost without it. The core writes none behind an unfinished batch. */
function noteClose(core: CoreInstance): void {
  try {
    appendCloseNote(core);
  } catch (error) {
    if (!(error instanceof CapsuleError)) throw error;
  }
}
