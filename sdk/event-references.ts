/** What events refer to: members that name a thing in a capsule by its URI, or a checkpoint by its id. */

import type { JsonObject } from "../runtimes/contract.js";
import type { EventType } from "./event-types.js";

/** Members with URIs of things that were there when the event was stored. What `Removed` and `Purged` name is gone. */
const URI_MEMBERS: { readonly [Type in EventType]?: readonly string[] } = {
  StageTransition: ["policy_uri"],
  PolicySnapshotRef: ["policy_uri"],
  RetrievalResponse: ["hit_uris"],
  ErrorEvent: ["related_uris"],
  AliasRecorded: ["old_uri", "new_uri"],
};

/** Members with ids of checkpoints of this capsule. Those of `CapsuleImported` are another's. */
const CHECKPOINT_MEMBERS: { readonly [Type in EventType]?: readonly string[] } = {
  StageTransition: ["checkpoint_id"],
  BranchMerged: ["merge_checkpoint_id"],
  CapsuleExported: ["checkpoints_included"],
};

/** The URIs that an event refers to, each once. Free JSON, such as a tool's input, refers to nothing. */
export function referredUris(type: string, payload: JsonObject): string[] {
  return textsOf(payload, URI_MEMBERS[type as EventType] ?? []);
}

/** The ids of the checkpoints that an event refers to. */
export function referredCheckpoints(type: string, payload: JsonObject): string[] {
  return textsOf(payload, CHECKPOINT_MEMBERS[type as EventType] ?? []);
}

function textsOf(payload: JsonObject, members: readonly string[]): string[] {
  const values = members.flatMap((member) => payload[member] ?? []);
  return [...new Set(values.filter((value): value is string => typeof value === "string"))];
}
