/** Whether events name the policy that was in force, and its hash is that of what it said then. */

import type { JsonObject } from "../../runtimes/contract.js";
import { type CoreView, RecordKind } from "../core/exports.js";
import { contentHash, resolveRecord } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { readPayload, scanKind } from "../event-reader.js";
import { eventTypeNumbers } from "../event-types.js";
import type { Session } from "../session.js";
import { isUri } from "../uri.js";
import type { Findings } from "./report.js";
import type { RunEvent, RunScene } from "./run-events.js";

const MEMBERS = ["policy_id", "policy_hash", "policy_uri"] as const;

/** Checks `PolicySnapshotRef` and `StageTransition`. */
export async function checkPolicies({ session }: RunScene, event: RunEvent, findings: Findings): Promise<void> {
  const { type, payload, uri } = event;
  if (type === "PolicySnapshotRef") {
    if (typeof payload["policy_hash"] === "string") findings.add("policy", uri, await hashFaults(session, event));
    else findings.skip("policy", uri, "it names no hash");
  }
  if (type !== "StageTransition") return;
  const inForce = await policyInForce(session, event);
  if (inForce !== null && isSame(inForce, payload)) findings.add("policy", uri, []);
  else if (payload["policy_uri"] !== undefined && payload["policy_hash"] !== undefined)
    // One that the caller named: it need not be in force, but it must be what it says.
    findings.add("policy", uri, await hashFaults(session, event));
  else if (inForce !== null) findings.add("policy", uri, [`the policy in force was ${describe(inForce)}`]);
  else if (MEMBERS.some((member) => payload[member] !== undefined))
    findings.skip("policy", uri, "it names a policy without its URI and hash, and none was in force");
}

function isSame(policy: JsonObject, payload: JsonObject): boolean {
  return MEMBERS.every((member) => policy[member] === payload[member]);
}

function describe(policy: JsonObject): string {
  return MEMBERS.filter((member) => policy[member] !== undefined)
    .map((member) => `${member} ${policy[member]}`)
    .join(", ");
}

/** The payload of the newest `PolicySnapshotRef` that the event's branch saw before it; null if there was none. */
async function policyInForce(session: Session, event: RunEvent): Promise<JsonObject | null> {
  const tag = eventTypeNumbers.PolicySnapshotRef;
  const newest = await newestBefore(session, RecordKind.EVENT, event, { tag });
  return newest === null ? null : readPayload(session, newest);
}

/** The newest record of a kind that an event's branch saw before the event. */
async function newestBefore(
  session: Session,
  kind: number,
  event: RunEvent,
  { tag = 0, uri }: { readonly tag?: number; readonly uri?: string },
): Promise<CoreRecord | null> {
  let newest: CoreRecord | null = null;
  for await (const record of scanKind(session, kind, viewOf(event), { tag })) {
    if (record.recordNumber < event.recordNumber && (uri === undefined || record.uri === uri)) newest = record;
  }
  return newest;
}

function viewOf({ branchNumber, sequence }: RunEvent): CoreView {
  return { branch: branchNumber, sequence };
}

/** Whether the policy's content at the time of the event has the hash that the event names. */
async function hashFaults(session: Session, event: RunEvent): Promise<string[]> {
  const { policy_uri: uri, policy_hash: expected } = event.payload;
  if (typeof uri !== "string" || !isUri(uri)) return [`${JSON.stringify(uri)} is not a URI`];
  const record = await resolveRecord(session.core, uri, viewOf(event));
  if (record === null) return [`${uri} leads nowhere`];
  const hash = await contentHash(session.core, record.recordNumber);
  if (hash === expected) return [];
  // A commit may hold several revisions: what counts is the one before the event.
  const before = await newestBefore(session, RecordKind.REVISION, event, { uri: record.uri });
  const hashThen = before === null ? hash : await contentHash(session.core, before.recordNumber);
  return hashThen === expected ? [] : [`${uri} has the hash ${hashThen}, not ${expected}`];
}
