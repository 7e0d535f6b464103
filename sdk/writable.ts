/** What a capsule that is open for writing takes. */

import type { Document, PutContent, PutManyOptions, PutOptions, PutTarget } from "./entries.js";
import type { EventInput } from "./events.js";
import type { Checkpoint, CommitOptions, CommitResult, StageOptions } from "./history.js";
import type { MergeOptions, MergeResult } from "./merge.js";
import type { Uri } from "./uri.js";

/**
 * Writing. Calls take effect in the order in which they were made, awaited or not. Nothing is durable, and no reader or
 * search sees it, before a commit has returned; `get`, `resolve` and `list` of this handle see it at once.
 *
 * While a write waits for its caller's stream or async iterable, reads don't wait for it, so that these may read from the
 * capsule. They must not await a write to it: that would wait for itself.
 *
 * All throw `ReadOnly`, `Closed`, `WriteQueueFull`, `Poisoned` after a failed write, `LockLost`, `DiskFull`, `IoError`.
 */
export interface Writable {
  /**
   * Stores content under a URI, as a new revision if there is one already, and returns the URI.
   *
   * @throws CapsuleError `InvalidUri`, `InvalidArgument`, `TooLarge`, `RunOfOtherSpec`
   * @example const uri = await capsule.put({ path: "plan.md" }, "# Plan", { title: "Plan", tags: ["plan"] });
   */
  put(target: PutTarget, content: PutContent, options?: PutOptions): Promise<Uri>;

  /**
   * Stores many documents, as one entry of the queue, and returns their URIs in order. Targets and attributes of an
   * array are checked before the first is stored. If a later fault ends it, `details.documentsPut` of the error says how
   * many were stored.
   *
   * @example await capsule.putMany(files.map(({ path, text }) => ({ target: { path }, content: text })));
   */
  putMany(documents: Iterable<Document> | AsyncIterable<Document>, options?: PutManyOptions): Promise<Uri[]>;

  /** Hides a URI from now on and records a `Removed` event; the past keeps it. False if there was nothing to hide. */
  remove(uri: string, options?: { readonly reason?: string }): Promise<boolean>;

  /**
   * Makes `oldUri` lead to `newUri` and records an `AliasRecorded` event.
   *
   * @throws CapsuleError `AliasCycle`; `NotFound` if `newUri` leads nowhere
   */
  alias(oldUri: string, newUri: string, reason: string): Promise<void>;

  /**
   * Stores an event and returns its URI.
   *
   * @throws CapsuleError `UnknownEventType`, `InvalidEventPayload`, `CaptureModeViolation`, `TooLarge`
   * @example
   * await capsule.emit({ type: "DebugTrace", payload: { message: "retrying", context: { attempt: 2 } } });
   */
  emit(event: EventInput): Promise<Uri>;

  /**
   * Makes a branch that sees its parent as of the parent's newest commit. Branches of runs are made by the first write to them.
   * Returns the name in its one spelling.
   *
   * @throws CapsuleError `DuplicateBranch`, `UnknownBranch`, `InvalidArgument`
   * @example await capsule.fork("experiment", { from: "run/abc" });
   */
  fork(name: string, options?: { readonly from?: string }): Promise<string>;

  /**
   * Shows what a branch changed on another one, under the same URIs, with a `BranchMerged` event and a checkpoint there, and
   * commits. Nothing is copied. Merging the same again changes nothing.
   *
   * @throws CapsuleError `UnknownBranch`, `InvalidArgument`, `Aborted`
   * @example const { conflicts } = await capsule.merge({ from: "run/abc" });
   */
  merge(options: MergeOptions): Promise<MergeResult>;

  /**
   * Makes everything stored so far durable, and a manual checkpoint if there is a label.
   *
   * @throws CapsuleError `DuplicateLabel`
   * @example const { checkpoint } = await capsule.commit({ label: "before the rewrite" });
   */
  commit(options?: CommitOptions): Promise<CommitResult>;

  /**
   * Ends a stage of a pipeline: a checkpoint and a `StageTransition` event, in one commit with what waits.
   *
   * @throws CapsuleError `DuplicateLabel`, `InvalidArgument`
   * @example const checkpoint = await capsule.commitStage({ stage: "plan" });
   */
  commitStage(options: StageOptions): Promise<Checkpoint>;
}
