/** Merging a branch into another: what it changed shows there too, under the same URIs, without copying or indexing anything. */

import { atOnce } from "./aliases.js";
import { normalizeBranchName } from "./branch-names.js";
import { parseFork, runOf } from "./branch-record.js";
import { storeCheckpoint } from "./checkpoint-writer.js";
import { readContent } from "./content-reader.js";
import { branchRecord, changedRecords, ownVersion, promoteRecord } from "./core/branches.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "./core/exports.js";
import { recordByNumber } from "./core/reads.js";
import type { CoreRecord } from "./core/records.js";
import { parseAttributes } from "./entry-reader.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import { eventTypeName, isAuditEvent } from "./event-types.js";
import { unknownBranch } from "./session.js";
import { parseUri, type Uri, type UriType } from "./uri.js";
import type { CapsuleWriter } from "./writer.js";

/** `full` promotes everything, `curated` what was chosen out of what is eligible. */
export const mergeModes = ["full", "curated"] as const;
export type MergeMode = (typeof mergeModes)[number];

/** What a merge would promote. */
export interface MergeCandidate {
  readonly uri: Uri;
  readonly type: UriType;
  /** What happened to the URI on the branch. */
  readonly change: "revision" | "removal" | "alias" | "event" | "checkpoint";
  /** The event's type; null for anything else. */
  readonly eventType: string | null;
  readonly title: string | null;
  readonly sizeBytes: number;
  /** Whether the target changed the URI too since the fork: the branch's side wins. */
  readonly conflicts: boolean;
}

export interface MergeOptions {
  /** The branch that is merged: `run/abc`. */
  readonly from: string;
  /** Default `main`. */
  readonly to?: string;
  /** Default `full`. */
  readonly mode?: MergeMode;
  /** In mode `curated`: which of the eligible candidates. Default: all. */
  readonly select?: (candidate: MergeCandidate) => boolean;
  /** Plans, and changes nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface MergeResult {
  readonly dryRun: boolean;
  readonly from: string;
  readonly to: string;
  readonly mode: MergeMode;
  /** Null for a dry run, and when there was nothing left to merge. */
  readonly mergeCheckpointId: string | null;
  /** Promoted, or to be promoted: events, and all other URIs. */
  readonly urisMerged: number;
  readonly eventsMerged: number;
  /** URIs that the target had changed since the fork. */
  readonly conflicts: readonly Uri[];
  /** What was or would be promoted, in the order in which it was stored. */
  readonly promoted: readonly MergeCandidate[];
}

const PAGE_RECORDS = 256;
const CHANGES: { readonly [kind: number]: MergeCandidate["change"] } = {
  [RecordKind.REVISION]: "revision",
  [RecordKind.REMOVAL]: "removal",
  [RecordKind.ALIAS]: "alias",
  [RecordKind.EVENT]: "event",
  [RecordKind.CHECKPOINT]: "checkpoint",
};
const CURATED_TYPES: readonly UriType[] = ["artifact", "policy", "card", "edge"];

/** A candidate with the record behind it. */
interface Change {
  readonly record: CoreRecord;
  readonly candidate: MergeCandidate;
}

/** `merge()`: to be run by the queue. What waits is committed first, so that all of the branch is merged. */
export async function mergeNow(writer: CapsuleWriter, options: MergeOptions): Promise<MergeResult> {
  writer.requireWritable();
  const { mode = "full", dryRun = false, signal } = options;
  if (!mergeModes.includes(mode)) throw argumentError("mode", mergeModes.join(" or "), mode);
  const [from, to] = [normalizeBranchName(options.from), normalizeBranchName(options.to ?? "main")];
  const [source, target] = [requireBranch(writer, from), requireBranch(writer, to)];
  if (source === target) throw argumentError("from", "another branch than the target", options.from);
  if (source === MAIN_BRANCH) throw argumentError("from", "a branch that was forked, not main", options.from);
  const atMs = writer.parts.clock();
  if (!dryRun) await writer.commitPending(atMs);
  const changes = chosen(readChanges(writer, source, target, signal), mode, options.select);
  const promoted: MergeCandidate[] = [];
  for (const { record, candidate } of changes) {
    if (promoteRecord(writer.parts.session.core, record.recordNumber, target, atMs, dryRun)) promoted.push(candidate);
  }
  const result = { dryRun, from, to, mode, ...countsOf(promoted), promoted };
  if (dryRun || promoted.length === 0) return { ...result, mergeCheckpointId: null };
  writer.policy.forget(target);
  const mergeCheckpointId = storeMerge(writer, source, target, result, atMs);
  await writer.commitPending(atMs);
  return { ...result, mergeCheckpointId };
}

function requireBranch(writer: CapsuleWriter, name: string): number {
  const found = writer.branches.find(name);
  if (found === null) throw unknownBranch(name);
  return found;
}

function countsOf(promoted: readonly MergeCandidate[]) {
  const eventsMerged = promoted.filter(({ change }) => change === "event").length;
  return {
    urisMerged: promoted.length - eventsMerged,
    eventsMerged,
    conflicts: promoted.filter(({ conflicts }) => conflicts).map(({ uri }) => uri),
  };
}

/** Everything that the branch itself changed, with what the target did to it since the fork. */
function readChanges(writer: CapsuleWriter, source: number, target: number, signal: AbortSignal | undefined): Change[] {
  const { core } = writer.parts.session;
  const forkSequence = forkSequenceOf(writer, source);
  const changes: Change[] = [];
  for (let from = 0; ; ) {
    throwIfAborted(signal, "merge");
    const { records, next } = atOnce(changedRecords(core, source, AT_HEAD, from, PAGE_RECORDS));
    for (const record of records) {
      changes.push({ record, candidate: describe(writer, record, source, target, forkSequence) });
    }
    if (records.length < PAGE_RECORDS) return changes;
    from = next;
  }
}

function describe(
  writer: CapsuleWriter,
  record: CoreRecord,
  source: number,
  target: number,
  forkSequence: number,
): MergeCandidate {
  const change = CHANGES[record.kind];
  if (change === undefined)
    throw new CapsuleError("Corrupted", `Cannot merge ${record.uri}: it is of kind ${record.kind}`);
  return {
    uri: record.uri as Uri,
    type: parseUri(record.uri).type,
    change,
    eventType: change === "event" ? eventTypeName(record.tag) : null,
    title: record.title === "" ? null : record.title,
    sizeBytes: record.contentLength,
    conflicts: isConflict(writer, record.uri, source, target, forkSequence),
  };
}

/** Whether the target has a version since the fork that didn't come from the branch itself. */
function isConflict(writer: CapsuleWriter, uri: string, source: number, target: number, forkSequence: number): boolean {
  const { core } = writer.parts.session;
  const version = atOnce(ownVersion(core, uri, target));
  if (version === null || version.sequence <= forkSequence) return false;
  return atOnce(recordByNumber(core, version.recordNumber)).branch !== source;
}

/** The commit of the parent at which a branch forked. */
function forkSequenceOf(writer: CapsuleWriter, branch: number): number {
  const { session } = writer.parts;
  return parseFork(atOnce(readContent(session, atOnce(branchRecord(session.core, branch))))).sequence;
}

function chosen(changes: Change[], mode: MergeMode, select: MergeOptions["select"]): Change[] {
  if (mode === "full") return changes;
  return changes.filter(({ record, candidate }) => isEligible(record, candidate) && (select?.(candidate) ?? true));
}

/** Whether a curated merge may take it: objects that aren't marked `promote: false`, and audit events. */
function isEligible(record: CoreRecord, { type, change, eventType }: MergeCandidate): boolean {
  if (change === "event") return isAuditEvent(eventType ?? "");
  return CURATED_TYPES.includes(type) && parseAttributes(record)["promote"] !== false;
}

type Merged = Omit<MergeResult, "mergeCheckpointId">;

/** Records the merge on the target: its checkpoint and its event. Gives the checkpoint's id. */
function storeMerge(writer: CapsuleWriter, source: number, target: number, merged: Merged, atMs: number): string {
  const run = runOf(atOnce(branchRecord(writer.parts.session.core, source)));
  const checkpoint = storeCheckpoint(writer, {
    label: undefined,
    force: false,
    stage: undefined,
    gitCommit: undefined,
    place: run,
    branch: target,
    mergedFrom: merged.from,
    atMs,
  });
  const payload = {
    from_branch: merged.from,
    to_branch: merged.to,
    mode: merged.mode,
    merge_checkpoint_id: checkpoint.id,
    uris_merged: merged.urisMerged,
    events_merged: merged.eventsMerged,
    ...(run === null ? {} : { spec_id: run.specId, run_id: run.runId }),
  };
  writer.storeOwnEvent("BranchMerged", payload, { place: run, branch: target, stage: undefined, atMs });
  return checkpoint.id;
}
