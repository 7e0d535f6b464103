/** How a capsule is opened and created. */

import type { File, LockKind, Runtime } from "../runtimes/contract.js";
import type { DecryptOptions } from "./age/detect.js";

/** What a `ModelCallEnvelope` may keep of a call: nothing, its prompt, or prompt and response. */
export const captureModes = ["none", "prompts_only", "full_io"] as const;
export type CaptureMode = (typeof captureModes)[number];

/** When a run is exported by itself: never, at risk or on request, always. */
export const exportModes = ["manual", "risk", "always"] as const;
export type ExportMode = (typeof exportModes)[number];

/** What a pipeline's memory works on: the capsule, or the local-memory daemon. */
export const memoryBackends = ["memvid", "local-memory"] as const;
export type MemoryBackend = (typeof memoryBackends)[number];

/** What replaces the machine: for tests, for reproducible files, for readers of remote files. */
export interface Injection {
  /** Files, locks and environment. Default: those of the runtime that this program runs in. */
  readonly runtime?: Runtime;
  /** The time, in milliseconds since 1970 UTC. Default: the environment's. */
  readonly clock?: () => number;
  /** `count` random bytes, for ids. Default: the environment's, cryptographically secure. */
  readonly random?: (count: number) => Uint8Array;
}

/** What writing needs besides. */
export interface WriterOptions extends Injection {
  /** Spec and run of whatever is put or emitted without its own. Default: spec `workspace`, run `main`. */
  readonly specId?: string;
  /** `run_abc` and `abc` are the same run. Needs `specId` unless the run has a branch already, which says its spec. */
  readonly runId?: string;
  /**
   * The branch to work on. Default: the run's, `run/<runId>`, which is forked from main by the first write; `main` without a
   * run. A reader sees main as long as the run's branch isn't there.
   */
  readonly branch?: string;
  /** Seconds to wait for another writer before `LockedByWriter`. Default 0. */
  readonly waitSeconds?: number;
  /** How many writes may wait at once. Default 100. */
  readonly queueCapacity?: number;
  /** What a write does when the queue is full: wait for room (default), or fail with `WriteQueueFull`. */
  readonly onFull?: "wait" | "reject";
  /** What may be stored of model calls. Default `prompts_only`. */
  readonly captureMode?: CaptureMode;
  /**
   * Masks secrets and personal data in titles, tags, attributes, text content and events before they are stored, and notes
   * in the attributes that it did (docs/safe-export.md). Default false.
   */
  readonly sanitize?: boolean;
  /** Accepts a lock that doesn't protect against other hosts and containers where there is no better one. */
  readonly allowFallbackLock?: boolean;
  /** Ends waiting for the lock. */
  readonly signal?: AbortSignal;
}

export interface CloseOptions {
  /** Commits nothing: what was put since the last commit is given up. Default false. */
  readonly discard?: boolean;
}

export interface CreateOptions extends WriterOptions {
  /** The first component of every URI in the capsule. Default `default`. */
  readonly workspaceId?: string;
  /** How text becomes terms: `english` stems words (default), `plain` doesn't. Can't be changed later. */
  readonly analyzer?: AnalyzerName;
}

export type AnalyzerName = "english" | "plain";

/** Passphrase and identities are for encrypted capsules, which can be read only; others are opened without them. */
export interface OpenOptions extends WriterOptions, DecryptOptions {
  /** `read` (default) takes no lock and changes nothing; `write` takes the writer's lock. */
  readonly mode?: "read" | "write";
  /** Refuses a capsule of another workspace with `InvalidArgument`. */
  readonly workspaceId?: string;
  /**
   * An open file to read the capsule from instead of the path's, which may answer with promises. Only with mode `read`;
   * the capsule closes it.
   */
  readonly file?: File;
  /** The most bytes that one read of an asynchronous file may keep at once. Default 64 MiB. */
  readonly maxWorkingSetBytes?: number;
}

/** What is known of an open capsule without reading it. */
export interface CapsuleInfo {
  /** As given to `open`, or without symbolic links for a writer. */
  readonly path: string;
  readonly mode: "read" | "write";
  /** 32 hexadecimal digits, drawn when the capsule was created. */
  readonly capsuleId: string;
  readonly workspaceId: string;
  readonly formatMajor: number;
  readonly formatMinor: number;
  readonly createdAtMs: number;
  readonly analyzer: AnalyzerName;
  /** The branch that this handle works on. */
  readonly branch: string;
  /** The newest commit that this handle sees; 0 before the first. */
  readonly sequence: number;
  /** Hash of that commit, 64 hexadecimal digits: pins everything before it. */
  readonly root: string;
  /** The kind of lock that is held; null for a reader. */
  readonly lock: LockKind | null;
}
