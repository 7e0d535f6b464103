/** From a path to a session: creating a capsule, opening one for writing with its recovery, opening one for reading. */

import type { File, FileSystem, LocalFile, Lock, Runtime } from "../runtimes/contract.js";
import { parentPath, portablePath } from "../runtimes/paths.js";
import { AGE_MAGIC_BYTES, beginsAsAge, type DecryptOptions, hasSecrets } from "./age/detect.js";
import { isRunBranch, MAIN_BRANCH_NAME, normalizeBranchName, runBranchName } from "./branch-names.js";
import { runOf } from "./branch-record.js";
import { branchRecord } from "./core/branches.js";
import { MAIN_BRANCH } from "./core/exports.js";
import type { CoreHostOptions } from "./core/host.js";
import { CoreInstance } from "./core/instance.js";
import { capsuleInfo, createCapsule, openCapsule, recoveredLength, recoverLastBatch } from "./core/lifecycle.js";
import { argumentError, CapsuleError } from "./errors.js";
import { acquireLock } from "./lock.js";
import { toCapsuleError, translating } from "./machine-errors.js";
import { type CreateOptions, captureModes, type OpenOptions, type WriterOptions } from "./options.js";
import { WriteQueue } from "./queue.js";
import { defaultRuntime } from "./runtime.js";
import { Session, unknownBranch } from "./session.js";
import { checkSpecId, checkWorkspaceId, DEFAULT_SPEC, normalizeRunId } from "./uri.js";

export const DEFAULT_WORKSPACE = "default";
const DEFAULT_QUEUE_CAPACITY = 100;
const DEFAULT_WORKING_SET_BYTES = 64 * 1024 * 1024;
const CAPSULE_ID_BYTES = 16;

/** What a writer has besides its session. */
export interface WriterParts {
  readonly session: Session;
  readonly runtime: Runtime;
  /** How its core works: another one on another file works the same way. */
  readonly settings: CoreHostOptions;
  readonly lock: Lock;
  readonly file: LocalFile;
  readonly clock: () => number;
  readonly random: (count: number) => Uint8Array;
  /** Null unless the writer sanitizes: loading it takes longer than opening. */
  readonly sanitizer: typeof import("./redact/sanitizer.js") | null;
  /** The spec of what doesn't name its own: as told, else that which the run's branch was made for. */
  readonly specId: string | undefined;
  /** Whether what belongs to another run goes to that run's branch: unless the handle was told its branch. */
  readonly branchFollowsRun: boolean;
}

/** What a reader needs to open its file once more when it has grown. */
export interface ReaderParts {
  readonly session: Session;
  readonly settings: CoreHostOptions;
  readonly runtime: Runtime;
  /** Where the path leads now; null for a file that the caller opened. */
  readonly files: FileSystem | null;
}

function coreOptions(options: OpenOptions, runtime: Runtime): CoreHostOptions {
  return {
    maxWorkingSetBytes: options.maxWorkingSetBytes ?? DEFAULT_WORKING_SET_BYTES,
    prefersHorizontalHash: runtime.environment.runtimeName === "bun",
  };
}

export function runtimeOf(options: WriterOptions): Runtime {
  return options.runtime ?? defaultRuntime;
}

function normalPath(path: string, runtime: Runtime): string {
  if (typeof path !== "string" || path === "") throw argumentError("path", "the path of a capsule", path);
  return portablePath(path, runtime.environment.platform);
}

/** Checks what can be checked before anything is touched, and gives the run id its one spelling. */
function checkWriterOptions(options: WriterOptions): string | undefined {
  const { queueCapacity = DEFAULT_QUEUE_CAPACITY, onFull = "wait" } = options;
  if (!Number.isSafeInteger(queueCapacity) || queueCapacity < 1) {
    throw argumentError("queueCapacity", "a whole number of 1 or more", queueCapacity);
  }
  if (onFull !== "wait" && onFull !== "reject") throw argumentError("onFull", '"wait" or "reject"', onFull);
  if (options.captureMode !== undefined && !captureModes.includes(options.captureMode)) {
    throw argumentError("captureMode", captureModes.join(", "), options.captureMode);
  }
  if (options.sanitize !== undefined && typeof options.sanitize !== "boolean") {
    throw argumentError("sanitize", "true or false", options.sanitize);
  }
  if (options.specId !== undefined) checkSpecId(options.specId);
  if (options.runId === undefined) return undefined;
  return normalizeRunId(options.runId);
}

/** Creates a capsule; it is durable, and open for writing, when this returns. */
export async function createSession(path: string, options: CreateOptions): Promise<WriterParts> {
  const runtime = runtimeOf(options);
  const normal = normalPath(path, runtime);
  const { workspaceId = DEFAULT_WORKSPACE, analyzer = "english" } = options;
  checkWorkspaceId(workspaceId);
  if (analyzer !== "english" && analyzer !== "plain") throw argumentError("analyzer", '"english" or "plain"', analyzer);
  const runId = checkWriterOptions(options);
  const action = `create the capsule ${JSON.stringify(normal)}`;
  translating(action, () => runtime.files.makeDirectory(parentPath(normal)));
  refuseExisting(runtime, normal, action);
  const lock = await acquireLock(runtime, normal, options, runId);
  return releasingOnFailure(lock, action, async () => {
    const file = runtime.files.open(lock.capsulePath, { mode: "create-exclusive" });
    return closingOnFailure(file, action, async () => {
      try {
        const random = options.random ?? ((count) => runtime.environment.randomBytes(count));
        const clock = options.clock ?? (() => runtime.environment.now());
        const superblock = { createdAtMs: clock(), analyzer, capsuleId: random(CAPSULE_ID_BYTES), workspaceId };
        createCapsule(new CoreInstance(file, coreOptions(options, runtime)), superblock);
        file.sync();
        runtime.files.syncDirectory(parentPath(lock.capsulePath));
        lock.cover();
        return await startWriting(file, lock, options, runtime);
      } catch (error) {
        // Half a superblock would stand in the way of the next attempt.
        runtime.files.remove(lock.capsulePath);
        throw error;
      }
    });
  });
}

function refuseExisting(runtime: Runtime, path: string, action: string): void {
  if (translating(action, () => runtime.files.stat(path)) === null) return;
  throw new CapsuleError("AlreadyExists", `Cannot ${action}: something stands there already`, {
    hint: "Open it, or choose another path.",
    details: { path },
  });
}

/** Opens an existing capsule for writing: lock first, then recovery. */
export async function openForWriting(path: string, options: OpenOptions): Promise<WriterParts> {
  const runtime = runtimeOf(options);
  const normal = normalPath(path, runtime);
  if (options.file !== undefined) throw argumentError("file", 'no file with mode "write"', options.file);
  const runId = checkWriterOptions(options);
  const action = `open the capsule ${JSON.stringify(normal)}`;
  requireExisting(runtime, normal, action);
  const lock = await acquireLock(runtime, normal, options, runId);
  return releasingOnFailure(lock, action, async () => {
    const file = runtime.files.open(lock.capsulePath, { mode: "write" });
    return closingOnFailure(file, action, () => startWriting(file, lock, options, runtime));
  });
}

function requireExisting(runtime: Runtime, path: string, action: string): void {
  if (translating(action, () => runtime.files.stat(path)) !== null) return;
  throw new CapsuleError("NotFound", `Cannot ${action}: there is no such file`, {
    hint: 'Run "speckit capsule init" to create it, or check the path.',
    details: { path },
  });
}

async function startWriting(file: LocalFile, lock: Lock, options: OpenOptions, runtime: Runtime): Promise<WriterParts> {
  const core = new CoreInstance(file, { ...coreOptions(options, runtime), beforeAppend: () => lock.check(file) });
  await recoverWriting(core, file, lock);
  const info = await capsuleInfo(core);
  checkWorkspace(options.workspaceId, info.workspaceId);
  const sanitizer = options.sanitize === true ? await import("./redact/sanitizer.js") : null;
  const queue = new WriteQueue(options.queueCapacity ?? DEFAULT_QUEUE_CAPACITY, options.onFull ?? "wait");
  const session = new Session(lock.capsulePath, core, file, info, queue);
  await useBranch(session, options);
  return {
    session,
    runtime,
    settings: coreOptions(options, runtime),
    specId: options.specId ?? (await specOfRun(session, options.runId)),
    branchFollowsRun: options.branch === undefined,
    lock,
    file,
    clock: options.clock ?? (() => runtime.environment.now()),
    random: options.random ?? ((count) => runtime.environment.randomBytes(count)),
    sanitizer,
  };
}

/**
 * Finds the newest commit of a file that is to be written to, makes sure that it is durable, and cuts off what an
 * interrupted writer left (docs/format.md 8.2). The crash simulator calls it too.
 */
export async function recoverWriting(core: CoreInstance, file: LocalFile, lock: Lock): Promise<void> {
  await openCapsule(core, file.size(), JSON.stringify(lock.capsulePath));
  if (recoverLastBatch(core)) file.sync();
  const length = recoveredLength(core);
  if (length >= 0) {
    lock.check(file);
    file.truncate(length);
  }
  core.host.expectedEnd = file.size();
}

/** Opens a capsule for reading; changes nothing and takes no lock. */
export async function openForReading(path: string, options: OpenOptions): Promise<ReaderParts> {
  const runtime = runtimeOf(options);
  const normal = normalPath(path, runtime);
  const action = `open the capsule ${JSON.stringify(normal)}`;
  const stored = options.file ?? openFile(runtime, normal, action);
  const file = await closingOnFailure(stored, action, () => decryptedIfNeeded(stored, options));
  return closingOnFailure(file, action, async () => {
    const settings = coreOptions(options, runtime);
    const files = options.file === undefined ? runtime.files : null;
    const core = await openCore(file, settings, normal);
    const info = await capsuleInfo(core);
    checkWorkspace(options.workspaceId, info.workspaceId);
    const session = new Session(normal, core, file, info, null);
    await useBranch(session, options);
    return { session, settings, runtime, files };
  });
}

/** The file, or what is encrypted in it. Secrets that a file doesn't need are let be; one without them is refused by the core. */
async function decryptedIfNeeded(file: File, options: DecryptOptions): Promise<File> {
  if (!hasSecrets(options) || !beginsAsAge(await file.read(0, AGE_MAGIC_BYTES))) return file;
  const { openAgeFile } = await import("./age/decrypted-file.js");
  return openAgeFile(file, options);
}

/** The branch that the options name, else the run's, else main. A reader's has to be there if it was named itself. */
async function useBranch(session: Session, options: OpenOptions): Promise<void> {
  const ofRun = options.runId === undefined ? MAIN_BRANCH_NAME : runBranchName(options.runId);
  const name = options.branch === undefined ? ofRun : normalizeBranchName(options.branch);
  await session.useBranch(name);
  const mayBeMade = isRunBranch(name) && (options.branch === undefined || session.queue !== null);
  if (session.branch.number === null && !mayBeMade) throw unknownBranch(name);
}

/** The spec of a run that was named without it. @throws CapsuleError `InvalidArgument` if nothing tells it */
async function specOfRun(session: Session, runId: string | undefined): Promise<string | undefined> {
  if (runId === undefined) return undefined;
  const branch = await session.findBranch(runBranchName(runId));
  if (branch === MAIN_BRANCH) return DEFAULT_SPEC;
  const specId = branch === null ? undefined : runOf(await branchRecord(session.core, branch))?.specId;
  if (specId !== undefined) return specId;
  throw argumentError("specId", "a spec, since runId is given and the run is not there yet", undefined);
}

/** A fresh core that has found the newest commit of a file. */
export async function openCore(file: File, settings: CoreHostOptions, path: string): Promise<CoreInstance> {
  const core = new CoreInstance(file, settings);
  await openCapsule(core, file.size(), JSON.stringify(path));
  return core;
}

function openFile(runtime: Runtime, path: string, action: string): LocalFile {
  try {
    return runtime.files.open(path, { mode: "read" });
  } catch (error) {
    requireExisting(runtime, path, action);
    throw toCapsuleError(error, action);
  }
}

function checkWorkspace(wanted: string | undefined, found: string): void {
  if (wanted === undefined || wanted === found) return;
  throw argumentError("workspaceId", `the capsule's own, ${JSON.stringify(found)}`, wanted);
}

async function releasingOnFailure<Result>(lock: Lock, action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    lock.release();
    throw toCapsuleError(error, action);
  }
}

async function closingOnFailure<Result>(file: File, action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    file.close();
    throw toCapsuleError(error, action);
  }
}
