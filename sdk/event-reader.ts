/** From records to events and checkpoints. */

import { readContent } from "./content-reader.js";
import { type CoreView, RecordKind } from "./core/exports.js";
import { findCheckpointId, findLabel, scanRecords } from "./core/reads.js";
import type { CoreRecord } from "./core/records.js";
import { checkLimit, parseAttributes, parseJson, pinned } from "./entry-reader.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import { checkEventType, eventTypeName, eventTypeNumbers, isAuditEvent } from "./event-types.js";
import type { CapsuleEvent, EventFilters } from "./events.js";
import type { Checkpoint } from "./history.js";
import type { Session } from "./session.js";
import { normalizeRunId, parseUri, type Uri } from "./uri.js";

/** Records that one call of the core gives. */
const PAGE_RECORDS = 256;
const ANY_TAG = 0;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The records of one kind in a view, in the order in which they were stored. */
export async function* scanKind(
  session: Session,
  kind: number,
  view: CoreView,
  options: { readonly tag?: number; readonly from?: number; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<CoreRecord, void, undefined> {
  for (let from = options.from ?? 0; ; ) {
    throwIfAborted(options.signal, "read");
    session.requireOpen();
    const { records, next } = await scanRecords(session.core, kind, options.tag ?? ANY_TAG, from, PAGE_RECORDS, view);
    for (const record of records) {
      await session.learnBranch(record.branch);
      yield record;
    }
    if (records.length < PAGE_RECORDS) return;
    from = next;
  }
}

/** The events of a view that pass all filters. */
export async function* readEvents(
  session: Session,
  view: CoreView,
  filters: EventFilters,
): AsyncGenerator<CapsuleEvent, void, undefined> {
  const limit = filters.limit ?? Number.POSITIVE_INFINITY;
  checkLimit("limit", limit);
  const accepts = recordFilter(filters);
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const at = pinned(session, view);
  const since =
    filters.sinceCheckpoint === undefined ? null : await requireCheckpoint(session, filters.sinceCheckpoint, at);
  const from = since === null ? 0 : since.recordNumber + 1;
  let given = 0;
  if (limit === 0) return;
  const tag = filters.type === undefined ? ANY_TAG : eventTypeNumbers[filters.type];
  for await (const record of scanKind(session, RecordKind.EVENT, at, { tag, from, signal: filters.signal })) {
    if (since !== null && record.sequence <= since.sequence) continue;
    const described = describeEvent(session, record);
    if (!accepts(described)) continue;
    yield { ...described, payload: await readPayload(session, record) };
    if (++given === limit) return;
  }
}

type EventHead = Omit<CapsuleEvent, "payload">;

/** All of an event that is known without its content. */
export function describeEvent(session: Session, record: CoreRecord): EventHead {
  const { specId, runId } = parseUri(record.uri);
  const { stage } = parseAttributes(record);
  return {
    uri: record.uri as Uri,
    type: eventTypeName(record.tag),
    atMs: record.atMs,
    specId,
    runId,
    stage: typeof stage === "string" ? stage : null,
    branch: session.branchName(record.branch),
    sequence: record.sequence,
  };
}

function recordFilter(filters: EventFilters): (event: EventHead) => boolean {
  const { stage, specId, auditOnly } = filters;
  if (filters.type !== undefined) checkEventType(filters.type);
  const runId = filters.runId === undefined ? undefined : normalizeRunId(filters.runId);
  return (event) =>
    (stage === undefined || event.stage === stage) &&
    (specId === undefined || event.specId === specId) &&
    (runId === undefined || event.runId === runId) &&
    (auditOnly !== true || isAuditEvent(event.type));
}

/** The payload of an event's record. */
export async function readPayload(session: Session, record: CoreRecord): Promise<CapsuleEvent["payload"]> {
  return parseJson(decoder.decode(await readContent(session, record)), `the payload of ${record.uri}`);
}

/** The checkpoints of a view, in the order in which they were made. */
export async function readCheckpoints(session: Session, view: CoreView): Promise<Checkpoint[]> {
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const checkpoints: Checkpoint[] = [];
  for await (const record of scanKind(session, RecordKind.CHECKPOINT, pinned(session, view))) {
    checkpoints.push(toCheckpoint(session, record));
  }
  return checkpoints;
}

/** A checkpoint's record as callers know it; its attributes are described in docs/attributes.md. */
export function toCheckpoint(session: Session, record: CoreRecord): Checkpoint {
  const { specId, runId, path } = parseUri(record.uri);
  const stored = parseAttributes(record);
  const text = (key: string): string | null => {
    const value = stored[key];
    return typeof value === "string" ? value : null;
  };
  return {
    id: path,
    uri: record.uri as Uri,
    label: record.title === "" ? null : record.title,
    stage: text("stage"),
    specId,
    runId,
    commitHash: text("commit_hash"),
    isManual: stored["is_manual"] === true,
    branch: session.branchName(record.branch),
    atMs: record.atMs,
    sequence: record.sequence,
  };
}

/**
 * The record of a checkpoint by its id, or else its label. @throws CapsuleError `UnknownCheckpoint`,
 * `CheckpointOnOtherBranch`
 */
export async function requireCheckpoint(session: Session, name: string, view: CoreView): Promise<CoreRecord> {
  if (typeof name !== "string" || name === "")
    throw argumentError("checkpoint", "the id or label of a checkpoint", name);
  const record = (await findCheckpointId(session.core, name, view)) ?? (await findLabel(session.core, name, view));
  if (record === null) throw await unknownCheckpoint(session, name, view);
  if (record.branch !== view.branch) throw await onOtherBranch(session, name, record.branch, view);
  return record;
}

/** @throws CapsuleError `HistoryDropped` for a checkpoint that a compaction has left without what could be seen there */
export function requireHistory(record: CoreRecord): void {
  if (parseAttributes(record)["history_dropped"] !== true) return;
  throw new CapsuleError(
    "HistoryDropped",
    `Cannot go back to ${record.uri}: a later compaction dropped the history of this capsule`,
    {
      hint: "Ask for the newest state, for a later checkpoint, or in a copy that was made before.",
      details: { checkpointUri: record.uri },
    },
  );
}

async function onOtherBranch(session: Session, name: string, branch: number, view: CoreView): Promise<CapsuleError> {
  const found = await session.learnBranch(branch);
  const wanted = await session.learnBranch(view.branch);
  return new CapsuleError(
    "CheckpointOnOtherBranch",
    `Cannot go back to ${JSON.stringify(name)} on ${wanted}: it is on ${found}`,
    { hint: `Ask for it on the branch ${found}.`, details: { checkpoint: name, branch: found } },
  );
}

/** A label is known on its own branch only: the others are looked at when it comes to telling what is wrong. */
async function unknownCheckpoint(session: Session, name: string, view: CoreView): Promise<CapsuleError> {
  for (let branch = 0; branch < session.info.branchCount; branch++) {
    if (branch === view.branch) continue;
    const record = await findLabel(session.core, name, { branch, sequence: view.sequence });
    if (record !== null) return onOtherBranch(session, name, branch, view);
  }
  return new CapsuleError(
    "UnknownCheckpoint",
    `Cannot go back to ${JSON.stringify(name)}: no checkpoint has this id or label`,
    {
      hint: 'Run "speckit capsule checkpoints" to see which there are.',
      details: { checkpoint: name },
    },
  );
}
