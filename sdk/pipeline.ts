/** What an automation calls: stages of runs, each all or nothing, and the merge and export at their end. See docs/pipeline.md. */

import { runBranchName } from "./branch-names.js";
import type { Capsule } from "./capsule.js";
import type { Config } from "./config.js";
import { openConfigured } from "./configured-capsule.js";
import { abortedError, argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import type { AutomaticExportOptions, AutomaticExportResult } from "./export/automatic.js";
import type { Checkpoint } from "./history.js";
import type { MergeCandidate, MergeMode, MergeResult } from "./merge.js";
import type { Injection } from "./options.js";

const DEFAULT_WAIT_SECONDS = 30;

export interface PipelineOptions extends Injection {
  /** Seconds to wait for another writer. Default 30. */
  readonly waitSeconds?: number;
  /** Creates the capsule if there is none. Default true. */
  readonly create?: boolean;
  /** What the exports' relative paths are seen from. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Told what a person should know, such as a failure that couldn't be recorded. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** Accepts a lock that doesn't protect against other hosts and containers where there is no better one. */
  readonly allowFallbackLock?: boolean;
}

/** A stage of a run. */
export interface PipelineStage {
  readonly spec: string;
  /** `run_abc` and `abc` are the same run. */
  readonly run: string;
  readonly stage: string;
  /** For the checkpoint that ends it. */
  readonly label?: string;
  readonly gitCommit?: string;
  /** How often the work is begun at most, 1 or more, if it fails. Default 1. */
  readonly attempts?: number;
  /** Between two attempts. Default 0. */
  readonly retryDelayMs?: number;
  readonly signal?: AbortSignal;
}

/** What a stage's work is told besides its capsule. */
export interface StageContext {
  /** From 1. */
  readonly attempt: number;
  /** Fires when the stage is aborted; the work should end then. */
  readonly signal: AbortSignal | undefined;
}

/** Stores and reads through a capsule that stands on the run's branch. It must not close it. */
export type StageWork<Result> = (capsule: Capsule, context: StageContext) => Result | Promise<Result>;

export interface StageResult<Result> {
  readonly result: Result;
  readonly checkpoint: Checkpoint;
}

/** The end of a run: what is known of it decides whether it is exported. */
export interface PipelineUnlock
  extends Pick<AutomaticExportOptions, "highRisk" | "judgeRequested" | "auditHandoff" | "actor"> {
  readonly spec: string;
  readonly run: string;
  /** Default `full`. */
  readonly mode?: MergeMode;
  /** In mode `curated`: which of the eligible candidates. Default: all. */
  readonly select?: (candidate: MergeCandidate) => boolean;
  readonly signal?: AbortSignal;
}

export interface UnlockResult {
  readonly merge: MergeResult;
  /** A failed export doesn't fail the run: `export.error` tells. */
  readonly export: AutomaticExportResult;
}

/**
 * A pipeline over the capsule that the configuration names. It keeps nothing open between calls; several pipelines, in one
 * process or many, take turns by the writer's lock.
 *
 * @example
 * const { stage, unlock } = pipeline(await loadConfig());
 * await stage({ spec: "SPEC-1", run: "r1", stage: "plan" }, (capsule) => capsule.put({ path: "plan.md" }, "# Plan"));
 * const { merge } = await unlock({ spec: "SPEC-1", run: "r1" });
 */
export function pipeline(config: Config, options: PipelineOptions = {}): Pipeline {
  return {
    stage: (stage, work) => runStage(config, options, stage, work),
    unlock: (request) => unlockRun(config, options, request),
  };
}

export interface Pipeline {
  /**
   * Does a stage's work on the branch of its run, which is forked from main by the first write, and commits it: a checkpoint
   * and a `StageTransition`. If the work fails, nothing that it stored stays but an `ErrorEvent` that tells of it, and what it
   * threw is thrown on. (What the work has committed itself does stay.)
   *
   * @throws CapsuleError `LockedByWriter`, `RunOfOtherSpec`, `DuplicateLabel`, `Aborted`, …; whatever the work throws
   */
  stage<Result>(stage: PipelineStage, work: StageWork<Result>): Promise<StageResult<Result>>;

  /**
   * Merges a run into main and exports it if the configuration says so. Calling it again changes nothing on main.
   *
   * @throws CapsuleError `UnknownBranch` for a run that stored nothing, `LockedByWriter`, `Aborted`, …
   */
  unlock(request: PipelineUnlock): Promise<UnlockResult>;
}

async function runStage<Result>(
  config: Config,
  options: PipelineOptions,
  stage: PipelineStage,
  work: StageWork<Result>,
): Promise<StageResult<Result>> {
  const { attempts = 1, retryDelayMs = 0, signal } = stage;
  if (!Number.isSafeInteger(attempts) || attempts < 1) throw argumentError("attempts", "1 or more", attempts);
  for (let attempt = 1; ; attempt++) {
    const capsule = await openForRun(config, options, stage);
    try {
      return await attemptStage(capsule, stage, work, attempt);
    } catch (error) {
      await capsule.close({ discard: true });
      const isLast = attempt === attempts || signal?.aborted === true;
      await recordFailure(config, options, stage, error, !isLast);
      if (isLast) throw error;
    }
    await delay(retryDelayMs, signal);
  }
}

async function attemptStage<Result>(
  capsule: Capsule,
  { stage, label, gitCommit, signal }: PipelineStage,
  work: StageWork<Result>,
  attempt: number,
): Promise<StageResult<Result>> {
  throwIfAborted(signal, `run the stage ${stage}`);
  const result = await work(capsule, { attempt, signal });
  throwIfAborted(signal, `run the stage ${stage}`);
  const checkpoint = await capsule.commitStage({
    stage,
    ...(label === undefined ? {} : { label }),
    ...(gitCommit === undefined ? {} : { gitCommit }),
  });
  await capsule.close();
  return { result, checkpoint };
}

/** What became of a stage whose work is gone. That it can't be recorded must not hide why it failed. */
async function recordFailure(
  config: Config,
  options: PipelineOptions,
  { signal: _, ...stage }: PipelineStage,
  error: unknown,
  isRetried: boolean,
): Promise<void> {
  try {
    const capsule = await openForRun(config, options, stage);
    try {
      await capsule.emit({
        type: "ErrorEvent",
        payload: {
          error_code: codeOf(error),
          message: error instanceof Error ? error.message : String(error),
          severity: isRetried ? "warning" : "error",
          stage: stage.stage,
          component: "pipeline",
          recoverable: isRetried,
        },
      });
    } finally {
      await capsule.close();
    }
  } catch (unrecorded) {
    warn(options, `Cannot record that the stage ${stage.stage} of ${stage.run} failed: ${String(unrecorded)}`);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof CapsuleError) return error.code;
  return error instanceof Error && error.name !== "" ? error.name : "Error";
}

async function unlockRun(config: Config, options: PipelineOptions, request: PipelineUnlock): Promise<UnlockResult> {
  const { spec, run, mode = "full", select, signal, ...reasons } = request;
  const { waitSeconds, ...writer } = writerOptions(options);
  const common = { ...(signal === undefined ? {} : { signal }) };
  const capsule = await openConfigured(config, { ...writer, ...common, waitSeconds, mode: "write", create: false });
  try {
    const chosen = select === undefined ? {} : { select };
    const merge = await capsule.merge({ from: runBranchName(run), mode, ...chosen, ...common });
    const exported = await capsule.maybeExport({
      ...reasons,
      ...common,
      ...exportSettings(config, options),
      specId: spec,
      runId: run,
    });
    if (exported.error !== null) warn(options, `The run ${run} is merged but not exported: ${exported.error.message}`);
    return { merge, export: exported };
  } finally {
    await capsule.close();
  }
}

function exportSettings(config: Config, { workspaceDir }: PipelineOptions) {
  const { mode, dir, recipients } = config.capsule.export;
  return {
    mode,
    recipients,
    ...(dir === null ? {} : { dir }),
    ...(workspaceDir === undefined ? {} : { workspaceDir }),
  };
}

function openForRun(config: Config, options: PipelineOptions, { spec, run, signal }: PipelineStage): Promise<Capsule> {
  return openConfigured(config, {
    ...writerOptions(options),
    ...(signal === undefined ? {} : { signal }),
    specId: spec,
    runId: run,
    mode: "write",
    create: options.create ?? true,
  });
}

function writerOptions({ waitSeconds = DEFAULT_WAIT_SECONDS, ...options }: PipelineOptions) {
  const { create: _, workspaceDir: __, onWarning: ___, ...writer } = options;
  return { ...writer, waitSeconds };
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(abortedError("wait for the next attempt", signal as AbortSignal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

function warn({ onWarning = console.warn }: PipelineOptions, message: string): void {
  onWarning(message);
}
