/** Deleting exports that are old enough, and temporary files that nobody finished (docs/retention.md). */

import type { Runtime } from "../../runtimes/contract.js";
import { parentPath, portablePath, relativeTo, resolvePath } from "../../runtimes/paths.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { argumentError, throwIfAborted } from "../errors.js";
import { translating } from "../machine-errors.js";
import { MountPlaces } from "../mounts/places.js";
import type { Session } from "../session.js";
import type { CapsuleWriter } from "../writer.js";
import { type ExportFile, exportDirectories, filesIn, removeFile } from "./export-files.js";
import { type Judgement, judgeExport } from "./judge.js";
import { readKnownExports } from "./known-exports.js";
import type { GcDeletion, GcOptions, GcResult } from "./options.js";

const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_DAYS = 30;
const DEFAULT_ACTOR = "speckit-capsule";
/** Paths that one event names at most, by their bytes: a payload holds 64 KiB. */
const EVENT_PATH_BYTES = 48 * 1024;

/** The open workspace that something is deleted for. */
export interface GcWorkspace {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly atMs: number;
}

/** What a collection has to look for. */
interface Job extends GcWorkspace {
  readonly options: GcOptions;
  /** Absolute. */
  readonly workspaceDir: string;
}

/** What is to be done with each file. */
interface Plan {
  readonly exports: readonly ExportFile[];
  readonly temporary: readonly ExportFile[];
  readonly preserved: number;
  readonly skipped: number;
}

/** `gc()` of a reader, or with `dryRun`: what would be deleted. Changes nothing. */
export async function planCollection(workspace: GcWorkspace, options: GcOptions): Promise<GcResult> {
  const job = jobOf(workspace, options);
  const plan = await planOf(job);
  const doomed = [...plan.exports, ...plan.temporary];
  return resultOf(job, plan, doomed, true);
}

/** `gc()`: to be run by the queue. The event follows what it tells of. */
export async function collectNow(writer: CapsuleWriter, options: GcOptions): Promise<GcResult> {
  writer.requireWritable();
  const { session, runtime, clock } = writer.parts;
  const atMs = clock();
  const job = jobOf({ session, runtime, atMs }, options);
  await writer.commitPending(atMs);
  const plan = await planOf(job);
  const deleted: ExportFile[] = [];
  try {
    for (const file of [...plan.exports, ...plan.temporary]) {
      throwIfAborted(options.signal, "delete old exports");
      if (removeFile(runtime, file)) deleted.push(file);
    }
  } finally {
    // What was deleted is told of also if the rest fails.
    const result = resultOf(job, plan, deleted, false);
    for (const directory of new Set(deleted.map(({ path }) => parentPath(path)))) syncQuietly(runtime, directory);
    recordCollection(writer, result, options, atMs);
    await writer.commitPending(atMs);
  }
  return resultOf(job, plan, deleted, false);
}

function jobOf(workspace: GcWorkspace, options: GcOptions): Job {
  const { retentionDays = DEFAULT_RETENTION_DAYS } = options;
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 0) {
    throw argumentError("retentionDays", "a whole number of 0 or more", retentionDays);
  }
  const { environment } = workspace.runtime;
  const here = portablePath(environment.currentDirectory() ?? ".", environment.platform);
  const workspaceDir = resolvePath(here, portablePath(options.workspaceDir ?? ".", environment.platform));
  return { ...workspace, options, workspaceDir };
}

async function planOf(job: Job): Promise<Plan> {
  const { session, runtime, options, workspaceDir, atMs } = job;
  const known = await readKnownExports(session, options.signal);
  const dir =
    options.dir === undefined
      ? null
      : resolvePath(workspaceDir, portablePath(options.dir, runtime.environment.platform));
  const mounts = mountsDirectory(job);
  const isMounts = (path: string) => runtime.files.stat(path)?.identity === runtime.files.stat(mounts)?.identity;
  const directories = exportDirectories(runtime, { workspaceDir, dir }).filter((path) => !isMounts(path));
  const rules = {
    known,
    keepPinned: options.keepPinned ?? true,
    exportedBeforeMs: atMs - (options.retentionDays ?? DEFAULT_RETENTION_DAYS) * DAY_MS,
    workspace: session.file.identity(),
  };
  const judgements: Judgement[] = [];
  for (const file of directories.flatMap((directory) => filesIn(runtime, directory, "finished"))) {
    throwIfAborted(options.signal, "look for old exports");
    judgements.push({ file, verdict: await judgeExport(runtime, file, rules) });
  }
  const of = (verdict: Judgement["verdict"]) => judgements.filter((judged) => judged.verdict === verdict);
  return {
    exports: of("delete").map(({ file }) => file),
    temporary: orphans(job, directories),
    preserved: of("preserve").length,
    skipped: of("skip").length,
  };
}

/** Where imported capsules lie, which are no exports of this workspace. */
function mountsDirectory({ session, runtime }: Job): string {
  const capsulePath = translating("look for old files", () => runtime.files.realPath(session.path));
  return new MountPlaces(runtime, capsulePath).directory;
}

/** Temporary files older than a day: beside exports, the workspace capsule and the mounts. */
function orphans(job: Job, exportPlaces: readonly string[]): ExportFile[] {
  const { runtime, atMs } = job;
  const mounts = mountsDirectory(job);
  const places = new Set([...exportPlaces, parentPath(mounts), mounts]);
  return [...places]
    .flatMap((directory) => filesIn(runtime, directory, "temporary"))
    .filter(({ modifiedAtMs }) => modifiedAtMs < atMs - DAY_MS);
}

function resultOf(job: Job, plan: Plan, deleted: readonly ExportFile[], dryRun: boolean): GcResult {
  const isGone = new Set(deleted);
  return {
    dryRun,
    exportsDeleted: plan.exports.filter((file) => isGone.has(file)).length,
    exportsPreserved: plan.preserved,
    // What was replaced or deleted meanwhile isn't what was judged.
    exportsSkipped: plan.skipped + plan.exports.filter((file) => !dryRun && !isGone.has(file)).length,
    tempFilesDeleted: plan.temporary.filter((file) => isGone.has(file)).length,
    bytesFreed: deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    deleted: deleted.map(
      (file): GcDeletion => ({
        path: relativeTo(job.workspaceDir, file.path) ?? file.path,
        sizeBytes: file.sizeBytes,
        isTemporary: plan.temporary.includes(file),
      }),
    ),
  };
}

/** One event, unless its paths don't fit: then each tells of its own. */
function recordCollection(writer: CapsuleWriter, { deleted }: GcResult, options: GcOptions, atMs: number): void {
  for (const part of partsOf(deleted)) {
    const temporary = part.filter(({ isTemporary }) => isTemporary).length;
    const payload = {
      exports_deleted: part.length - temporary,
      temp_files_deleted: temporary,
      bytes_freed: part.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      deleted_paths: part.map(({ path }) => path),
      actor: options.actor ?? DEFAULT_ACTOR,
    };
    writer.storeOwnEvent("CapsuleGC", payload, { place: null, branch: MAIN_BRANCH, stage: undefined, atMs });
  }
}

function partsOf(deleted: readonly GcDeletion[]): GcDeletion[][] {
  const parts: GcDeletion[][] = [];
  let bytes = EVENT_PATH_BYTES;
  for (const deletion of deleted) {
    // A unit of UTF-16 takes six bytes at most in JSON.
    bytes += 6 * deletion.path.length + 3;
    if (bytes > EVENT_PATH_BYTES) {
      parts.push([]);
      bytes = 6 * deletion.path.length + 3;
    }
    parts.at(-1)?.push(deletion);
  }
  return parts;
}

/** A deletion that a power cut undoes is made again next time. */
function syncQuietly(runtime: Runtime, directory: string): void {
  try {
    runtime.files.syncDirectory(directory);
  } catch {
    // See above.
  }
}
