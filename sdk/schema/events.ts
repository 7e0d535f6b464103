/**
 * The payload of each event type, checked by zod when it is emitted. Fields marked optional are left out when absent;
 * unknown fields are refused. The table for readers is docs/events.md.
 *
 * Loading zod takes longer than opening a capsule, so only what emits loads this module.
 */

import { z } from "zod";
import type { EventType } from "../event-types.js";
import { captureModes } from "../options.js";
import { isUri } from "../uri.js";

const text = z.string();
const name = z.string().min(1);
const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();
const hash = z.string().min(1);
const time = z.iso.datetime();
const capsuleUri = z.string().refine(isUri, "expected an mv2:// URI");
const json = z.json();
const jsonObject = z.record(z.string(), json);
const mode = z.enum(captureModes);

const export_ = {
  destination_type: name,
  format: z.enum(["mv2-v1", "mv2e-v1"]),
};

/** A schema for each event type. */
export const eventSchemas = {
  StageTransition: z.strictObject({
    stage: name,
    checkpoint_id: name,
    policy_id: name.optional(),
    policy_hash: hash.optional(),
    policy_uri: capsuleUri.optional(),
  }),
  PolicySnapshotRef: z.strictObject({
    policy_uri: capsuleUri,
    policy_id: name.optional(),
    policy_hash: hash.optional(),
  }),
  RoutingDecision: z.strictObject({
    mode: z.enum(["cloud", "reflex"]),
    stage: name,
    role: name,
    is_fallback: z.boolean(),
    fallback_reason: text.optional(),
    model: name.optional(),
  }),
  BranchMerged: z.strictObject({
    from_branch: name,
    to_branch: name,
    mode: z.enum(["full", "curated"]),
    merge_checkpoint_id: name,
    uris_merged: count,
    events_merged: count,
    spec_id: name.optional(),
    run_id: name.optional(),
  }),
  RetrievalRequest: z.strictObject({
    request_id: name,
    query: text,
    config: json,
    source: name,
    stage: name.optional(),
    role: name.optional(),
  }),
  RetrievalResponse: z.strictObject({
    request_id: name,
    hit_uris: z.array(capsuleUri),
    fused_scores: z.array(z.number()).optional(),
    explainability: json.optional(),
    latency_ms: milliseconds.optional(),
    error: text.optional(),
  }),
  ToolCall: z.strictObject({
    call_id: name,
    tool_name: name,
    input: json,
    stage: name.optional(),
    role: name.optional(),
  }),
  ToolResult: z.strictObject({
    call_id: name,
    tool_name: name,
    success: z.boolean(),
    output: json.optional(),
    error: text.optional(),
    duration_ms: milliseconds.optional(),
  }),
  PatchApply: z.strictObject({
    patch_id: name,
    file_path: name,
    patch_type: z.enum(["create", "modify", "delete"]),
    diff: text.optional(),
    before_hash: hash.optional(),
    after_hash: hash.optional(),
    stage: name.optional(),
    success: z.boolean(),
    error: text.optional(),
  }),
  GateDecision: z.strictObject({
    gate_name: name,
    outcome: name,
    stage: name,
    confidence: z.number().optional(),
    reason: text.optional(),
    details: json.optional(),
    blocking: z.boolean(),
  }),
  ErrorEvent: z.strictObject({
    error_code: name,
    message: text,
    severity: name,
    stage: name.optional(),
    component: name.optional(),
    stack_trace: text.optional(),
    related_uris: z.array(capsuleUri).optional(),
    recoverable: z.boolean(),
  }),
  ModelCallEnvelope: z.strictObject({
    call_id: name,
    model: name,
    routing_mode: name,
    capture_mode: mode,
    stage: name.optional(),
    role: name.optional(),
    prompt_hash: hash.optional(),
    response_hash: hash.optional(),
    prompt: text.optional(),
    response: text.optional(),
    prompt_tokens: count.optional(),
    response_tokens: count.optional(),
    latency_ms: milliseconds.optional(),
    success: z.boolean(),
    error: text.optional(),
  }),
  CapsuleExported: z.strictObject({
    run_id: name,
    spec_id: name,
    ...export_,
    destination: text.optional(),
    checkpoints_included: z.array(name),
    included_tracks: z.array(name),
    sanitized: z.boolean(),
    encrypted: z.boolean(),
    exported_at: time,
    content_hash: hash,
    actor: name,
    redactions: json.optional(),
  }),
  CapsuleImported: z.strictObject({
    source_type: name,
    source: text,
    format: export_.format,
    original_capsule_id: name,
    checkpoints_imported: z.array(name),
    imported_at: time,
    content_hash: hash,
    policy_version: name.optional(),
    mount_name: name,
    verification_passed: z.boolean(),
    validation: json,
    actor: name,
  }),
  FallbackActivated: z.strictObject({
    from_backend: name,
    to_backend: name,
    reason: text,
    operation: name,
    spec_id: name.optional(),
    run_id: name.optional(),
  }),
  AliasRecorded: z.strictObject({ old_uri: capsuleUri, new_uri: capsuleUri, reason: text }),
  Removed: z.strictObject({ uri: capsuleUri, reason: text }),
  Purged: z.strictObject({ uri: capsuleUri, reason: text }),
  CapsuleGC: z.strictObject({
    exports_deleted: count,
    temp_files_deleted: count,
    bytes_freed: count,
    deleted_paths: z.array(text),
    actor: name,
  }),
  CapsuleCompacted: z.strictObject({
    old_root: hash,
    old_sequence: count,
    signatures: z.array(json),
    bytes_before: count,
    bytes_after: count,
    dropped_history: z.boolean(),
  }),
  ExportPinned: z.strictObject({ content_hash: hash, path: text, actor: name }),
  ExportUnpinned: z.strictObject({ content_hash: hash, path: text, actor: name }),
  DebugTrace: z.strictObject({ message: text, context: json }),
  IntakeCompleted: jsonObject,
  BreakerStateChanged: jsonObject,
} as const satisfies Record<EventType, z.ZodType>;

/** What each event type's payload looks like. */
export type EventPayloads = { [Type in EventType]: z.input<(typeof eventSchemas)[Type]> };

/** What is wrong with a payload, field by field; empty if nothing is. */
export function payloadFaults(type: EventType, payload: unknown): string[] {
  const result = eventSchemas[type].safeParse(payload);
  if (result.success) return [];
  return result.error.issues.map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`);
}
