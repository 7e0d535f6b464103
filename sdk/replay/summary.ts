/** An event in one line. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import type { EventType } from "../event-types.js";

const MAX_CHARACTERS = 160;

/** Members that aren't a line's: models' texts, and what goes on for pages. */
const UNSHOWN: ReadonlySet<string> = new Set([
  "prompt",
  "response",
  "diff",
  "stack_trace",
  "explainability",
  "validation",
  "redactions",
]);

type Text = (payload: JsonObject) => string;

const SUMMARIES: { readonly [Type in EventType]?: Text } = {
  StageTransition: (payload) => join(show(payload, "stage"), `checkpoint ${show(payload, "checkpoint_id")}`),
  PolicySnapshotRef: (payload) => show(payload, "policy_uri"),
  RoutingDecision: (payload) =>
    join(
      `${show(payload, "role")}: ${show(payload, "mode")}`,
      show(payload, "model"),
      show(payload, "fallback_reason"),
    ),
  BranchMerged: (payload) =>
    join(
      `${show(payload, "from_branch")} into ${show(payload, "to_branch")}, ${show(payload, "mode")}`,
      `${show(payload, "uris_merged")} URIs, ${show(payload, "events_merged")} events`,
    ),
  RetrievalRequest: (payload) => join(JSON.stringify(show(payload, "query")), show(payload, "source")),
  RetrievalResponse: (payload) => join(hits(payload["hit_uris"]), show(payload, "error")),
  ToolCall: (payload) => join(show(payload, "tool_name"), show(payload, "input")),
  ToolResult: (payload) => join(show(payload, "tool_name"), verdict(payload), show(payload, "error")),
  PatchApply: (payload) =>
    join(`${show(payload, "patch_type")} ${show(payload, "file_path")}`, verdict(payload), show(payload, "error")),
  GateDecision: (payload) =>
    join(`${show(payload, "gate_name")}: ${show(payload, "outcome")}`, show(payload, "reason")),
  ErrorEvent: (payload) =>
    join(`${show(payload, "error_code")}, ${show(payload, "severity")}`, show(payload, "message")),
  ModelCallEnvelope: (payload) => join(show(payload, "model"), verdict(payload), show(payload, "error")),
  CapsuleExported: (payload) => join(show(payload, "format"), show(payload, "destination")),
  CapsuleImported: (payload) => join(show(payload, "format"), show(payload, "source")),
  AliasRecorded: (payload) => `${show(payload, "old_uri")} → ${show(payload, "new_uri")}`,
  Removed: (payload) => join(show(payload, "uri"), show(payload, "reason")),
  Purged: (payload) => join(show(payload, "uri"), show(payload, "reason")),
};

/** @param payload masked already */
export function summarize(type: string, payload: JsonObject): string {
  const known = SUMMARIES[type as EventType];
  const text = known === undefined ? everything(payload) : known(payload);
  return shorten(text.replace(/\s+/g, " ").trim());
}

function everything(payload: JsonObject): string {
  const members = Object.entries(payload).filter(([key]) => !UNSHOWN.has(key));
  return members.map(([key, value]) => `${key}: ${textOf(value)}`).join(", ");
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

function show(payload: JsonObject, key: string): string {
  return textOf(payload[key]);
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function verdict(payload: JsonObject): string {
  return payload["success"] === true ? "done" : "failed";
}

function hits(value: JsonValue | undefined): string {
  const count = Array.isArray(value) ? value.length : 0;
  return count === 1 ? "1 hit" : `${count} hits`;
}

/** Cut between characters, not within a surrogate pair. */
function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MAX_CHARACTERS ? text : `${characters.slice(0, MAX_CHARACTERS - 1).join("")}…`;
}
