/** What the workspace's events say of exports: when each was made, and which are pinned. Files are told by their digests. */

import { MAIN_BRANCH, RecordKind } from "../core/exports.js";
import { readPayload, scanKind } from "../event-reader.js";
import { type EventType, eventTypeNumbers } from "../event-types.js";
import type { Session } from "../session.js";

export interface KnownExports {
  /** When an export with this digest was made last, in milliseconds since 1970. */
  readonly exportedAtMs: ReadonlyMap<string, number>;
  readonly pinned: ReadonlySet<string>;
}

/** On main as of the newest commit. Can be called while a write is under way. */
export async function readKnownExports(session: Session, signal?: AbortSignal): Promise<KnownExports> {
  const exportedAtMs = new Map<string, number>();
  for await (const { content_hash: digest, exported_at: at } of payloadsOf(session, "CapsuleExported", signal)) {
    const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
    if (typeof digest === "string" && !Number.isNaN(time)) exportedAtMs.set(digest, time);
  }
  return { exportedAtMs, pinned: await readPinned(session, signal) };
}

/** The digests whose newest event of the two pins them. */
export async function readPinned(session: Session, signal?: AbortSignal): Promise<Set<string>> {
  const changes: { readonly recordNumber: number; readonly digest: unknown; readonly isPinned: boolean }[] = [];
  for (const type of ["ExportPinned", "ExportUnpinned"] as const) {
    for await (const { content_hash: digest, recordNumber } of payloadsOf(session, type, signal)) {
      changes.push({ recordNumber: recordNumber as number, digest, isPinned: type === "ExportPinned" });
    }
  }
  const pinned = new Set<string>();
  for (const { digest, isPinned } of changes.sort((a, b) => a.recordNumber - b.recordNumber)) {
    if (isPinned) pinned.add(digest as string);
    else pinned.delete(digest as string);
  }
  return pinned;
}

async function* payloadsOf(
  session: Session,
  type: EventType,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly [field: string]: unknown }> {
  const view = { branch: MAIN_BRANCH, sequence: session.info.headSequence };
  const tag = eventTypeNumbers[type];
  for await (const record of scanKind(session, RecordKind.EVENT, view, { tag, signal })) {
    yield { ...(await readPayload(session, record)), recordNumber: record.recordNumber };
  }
}
