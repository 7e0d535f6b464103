/** The branches of a capsule, with what is on each. */

import { MAIN_BRANCH_NAME } from "./branch-names.js";
import { parseFork, runOf } from "./branch-record.js";
import { readContent } from "./content-reader.js";
import { branchRecord, recordTotals } from "./core/branches.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "./core/exports.js";
import { parseJson } from "./entry-reader.js";
import { throwIfAborted } from "./errors.js";
import { scanKind } from "./event-reader.js";
import { eventTypeNumbers } from "./event-types.js";
import type { Session } from "./session.js";
import { parseUri } from "./uri.js";

export interface Branch {
  readonly name: string;
  /** Null for main. */
  readonly parent: string | null;
  /** The commit of the parent up to which the branch sees it; null for main. */
  readonly forkSequence: number | null;
  readonly specId: string | null;
  readonly runId: string | null;
  /** Null for main. */
  readonly createdAtMs: number | null;
  /** The newest commit that holds something of the branch itself; 0 if none does. */
  readonly headSequence: number;
  readonly lastCheckpointId: string | null;
  /** Revisions, events and bytes of content that were put on it; what was merged into it isn't counted again. */
  readonly artifactCount: number;
  readonly eventCount: number;
  readonly contentBytes: number;
  /** Whether everything on it was there when it was merged last. Null for main. */
  readonly merged: boolean | null;
}

interface Totals {
  head: number;
  artifacts: number;
  events: number;
  bytes: number;
}

const PAGE_RECORDS = 4096;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The branches in the order in which they were made, main first. Looks at each record once. */
export async function listBranches(session: Session, signal?: AbortSignal): Promise<Branch[]> {
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const { branchCount, recordCount } = session.info;
  const totals = await countByBranch(session, branchCount, recordCount, signal);
  const merges = await readMerges(session, branchCount);
  const branches: Branch[] = [];
  for (let branch = 0; branch < branchCount; branch++) {
    throwIfAborted(signal, "list the branches");
    const { head, artifacts, events, bytes } = totals[branch] as Totals;
    const described = branch === MAIN_BRANCH ? MAIN : await describeFork(session, branch);
    const mergedAt = merges.get(described.name);
    branches.push({
      ...described,
      headSequence: head,
      lastCheckpointId: await lastCheckpoint(session, branch),
      artifactCount: artifacts,
      eventCount: events,
      contentBytes: bytes,
      // The merge itself committed what waited before.
      merged: branch === MAIN_BRANCH ? null : mergedAt !== undefined && mergedAt > head,
    });
  }
  return branches;
}

const MAIN = {
  name: MAIN_BRANCH_NAME,
  parent: null,
  forkSequence: null,
  specId: null,
  runId: null,
  createdAtMs: null,
} as const;

async function describeFork(session: Session, branch: number) {
  const record = await branchRecord(session.core, branch);
  const { parent, sequence } = parseFork(await readContent(session, record));
  const run = runOf(record);
  return {
    name: record.title,
    parent: await session.learnBranch(parent),
    forkSequence: sequence,
    specId: run?.specId ?? null,
    runId: run?.runId ?? null,
    createdAtMs: record.atMs,
  };
}

async function countByBranch(
  session: Session,
  branchCount: number,
  recordCount: number,
  signal: AbortSignal | undefined,
): Promise<Totals[]> {
  const totals = Array.from({ length: branchCount }, (): Totals => ({ head: 0, artifacts: 0, events: 0, bytes: 0 }));
  for (let from = 0; from < recordCount; from += PAGE_RECORDS) {
    throwIfAborted(signal, "list the branches");
    session.requireOpen();
    const page = await recordTotals(session.core, from, Math.min(PAGE_RECORDS, recordCount - from));
    for (const { branch, kind, sequence, contentBytes } of page) {
      const total = totals[branch];
      if (total === undefined) continue;
      total.head = sequence;
      total.bytes += contentBytes;
      if (kind === RecordKind.REVISION) total.artifacts++;
      else if (kind === RecordKind.EVENT) total.events++;
    }
  }
  return totals;
}

/** The commit of each branch's newest merge, by the branch's name. */
async function readMerges(session: Session, branchCount: number): Promise<Map<string, number>> {
  const merges = new Map<string, number>();
  for (let branch = 0; branch < branchCount; branch++) {
    const own = { branch: ~branch, sequence: AT_HEAD };
    for await (const record of scanKind(session, RecordKind.EVENT, own, { tag: eventTypeNumbers.BranchMerged })) {
      const payload = parseJson(decoder.decode(await readContent(session, record)), `the payload of ${record.uri}`);
      const from = payload["from_branch"];
      if (typeof from === "string") merges.set(from, Math.max(merges.get(from) ?? 0, record.sequence));
    }
  }
  return merges;
}

async function lastCheckpoint(session: Session, branch: number): Promise<string | null> {
  let last: string | null = null;
  for await (const record of scanKind(session, RecordKind.CHECKPOINT, { branch: ~branch, sequence: AT_HEAD })) {
    last = parseUri(record.uri).path;
  }
  return last;
}
