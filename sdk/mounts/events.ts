/** What the events of a workspace say of its mounts. */

import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import { pinned } from "../entry-reader.js";
import { readPayload, scanKind } from "../event-reader.js";
import { eventTypeNumbers } from "../event-types.js";
import type { RegistryEntry } from "../schema/mounts.js";
import type { Session } from "../session.js";
import type { MountFormat } from "./places.js";

/** A `CapsuleImported` event, in the registry's words. */
export type ImportEvent = RegistryEntry;

/**
 * The newest `CapsuleImported` event of each mount's name, on main as of the newest commit. Can be called while a write
 * is under way.
 */
export async function newestImports(session: Session): Promise<Map<string, ImportEvent>> {
  const newest = new Map<string, ImportEvent>();
  const view = pinned(session, { branch: MAIN_BRANCH, sequence: AT_HEAD });
  const tag = eventTypeNumbers.CapsuleImported;
  for await (const record of scanKind(session, RecordKind.EVENT, view, { tag })) {
    const event = entryOf(await readPayload(session, record), record.uri);
    newest.set(event.mount_name, event);
  }
  return newest;
}

/** What the registry keeps of an event. */
export function entryOf(payload: { readonly [field: string]: unknown }, eventUri: string): RegistryEntry {
  const text = (field: string): string => String(payload[field] ?? "");
  return {
    mount_name: text("mount_name"),
    format: text("format") as MountFormat,
    content_hash: text("content_hash"),
    original_capsule_id: text("original_capsule_id"),
    source: text("source"),
    imported_at: text("imported_at"),
    event_uri: eventUri,
  };
}
