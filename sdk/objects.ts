/** Cards, edges and policies: stored as canonical JSON under the URI types of their names. See docs/objects.md. */

import type { JsonObject } from "../runtimes/contract.js";
import { canonicalJson } from "./canonical-json.js";
import type { PutOptions } from "./entries.js";
import { argumentError, CapsuleError } from "./errors.js";
import type { Readable } from "./readable.js";
import type { Card, Edge, ObjectTypes, Policy } from "./schema/objects.js";
import { parseUri, type Uri } from "./uri.js";
import type { Writable } from "./writable.js";

/** Where an object is put; default: spec and run of the open capsule. */
export interface ObjectPlace {
  readonly specId?: string;
  readonly runId?: string;
}

/** Which objects to list. */
export interface ObjectFilter {
  /** Only those with this `card_type` or `edge_type`. */
  readonly type?: string;
  /** Only URIs that begin with it. */
  readonly prefix?: string;
}

/** An object with its URI. */
export interface StoredObject<Value> {
  readonly uri: Uri;
  readonly value: Value;
}

const MEDIA_TYPE = "application/json";

/**
 * Stores a card under `…/card/<card_id>` and returns its URI; its title is searched, its text too.
 *
 * @throws CapsuleError `InvalidArgument` with the fields that are wrong
 * @example
 * await putCard(capsule, { card_id: "c1", card_type: "risk", title: "Retries", facts: [], provenance: {}, version: 1 });
 */
export async function putCard(capsule: Writable, card: Card, place: ObjectPlace = {}): Promise<Uri> {
  const text = await encodeObject("card", card);
  const options: PutOptions = { title: card.title, mediaType: MEDIA_TYPE, attributes: { card_type: card.card_type } };
  return capsule.put({ path: card.card_id, type: "card", ...place }, text, options);
}

/**
 * Stores an edge under `…/edge/<edge_id>` and returns its URI. It isn't searched.
 *
 * @throws CapsuleError `InvalidArgument` with the fields that are wrong
 */
export async function putEdge(capsule: Writable, edge: Edge, place: ObjectPlace = {}): Promise<Uri> {
  const text = await encodeObject("edge", edge);
  const options: PutOptions = { mediaType: MEDIA_TYPE, attributes: { edge_type: edge.edge_type }, index: false };
  return capsule.put({ path: edge.edge_id, type: "edge", ...place }, text, options);
}

/** The card at a URI; null if there is none. @throws CapsuleError `InvalidArgument` if something else is there */
export function getCard(capsule: Readable, uri: string): Promise<Card | null> {
  return getObject(capsule, "card", uri);
}

/** The edge at a URI; null if there is none. @throws CapsuleError `InvalidArgument` if something else is there */
export function getEdge(capsule: Readable, uri: string): Promise<Edge | null> {
  return getObject(capsule, "edge", uri);
}

/** The policy at a URI; null if there is none. @throws CapsuleError `InvalidArgument` if something else is there */
export function getPolicy(capsule: Readable, uri: string): Promise<Policy | null> {
  return getObject(capsule, "policy", uri);
}

/** The cards, in the order of their URIs. */
export function listCards(capsule: Readable, filter: ObjectFilter = {}): AsyncGenerator<StoredObject<Card>> {
  return listObjects(capsule, "card", filter);
}

/** The edges, in the order of their URIs. */
export function listEdges(capsule: Readable, filter: ObjectFilter = {}): AsyncGenerator<StoredObject<Edge>> {
  return listObjects(capsule, "edge", filter);
}

/** What is known of the policy in force. */
export interface PolicyReference {
  readonly policyUri: Uri;
  readonly policyId: string;
  /** BLAKE3 of the policy as it is stored, 64 hexadecimal digits. */
  readonly policyHash: string;
}

/**
 * Puts a policy in force on the branch that the capsule works on: stores it, unless its URI is given, and emits `PolicySnapshotRef`. Every `StageTransition` from now on
 * names it, in this handle and in later ones.
 *
 * @throws CapsuleError `NotFound` if there is nothing at the URI, `InvalidArgument` with the fields that are wrong
 * @example await setPolicy(capsule, { policy_id: "strict", version: 2, max_cost: 5 });
 */
export async function setPolicy(capsule: Writable & Readable, policy: Policy | string): Promise<PolicyReference> {
  const uri = typeof policy === "string" ? policy : await putPolicy(capsule, policy);
  if (parseUri(uri).type !== "policy") throw argumentError("policy", "a policy, or the URI of one", uri);
  const [entry, found] = [await capsule.resolve(uri, { contentHash: true }), await getPolicy(capsule, uri)];
  if (entry === null || found === null) {
    throw new CapsuleError("NotFound", `Cannot put the policy ${uri} in force: nothing is there`);
  }
  const reference = { policyUri: entry.uri, policyId: found.policy_id, policyHash: entry.contentHash };
  const payload = { policy_uri: entry.uri, policy_id: found.policy_id, policy_hash: entry.contentHash };
  await capsule.emit({ type: "PolicySnapshotRef", payload });
  return reference;
}

async function putPolicy(capsule: Writable, policy: Policy): Promise<Uri> {
  const text = await encodeObject("policy", policy);
  return capsule.put({ path: policy.policy_id, type: "policy" }, text, { mediaType: MEDIA_TYPE });
}

async function encodeObject(type: keyof ObjectTypes, value: unknown): Promise<string> {
  const { objectFaults } = await import("./schema/objects.js");
  const faults = objectFaults(type, value);
  if (faults.length === 0) return canonicalJson(value, `the ${type}`);
  throw new CapsuleError("InvalidArgument", `Cannot store the ${type}: ${faults.join("; ")}`, {
    hint: "docs/objects.md lists the fields.",
    details: { faults },
  });
}

async function getObject<Type extends keyof ObjectTypes>(
  capsule: Readable,
  type: Type,
  uri: string,
): Promise<ObjectTypes[Type] | null> {
  const text = await capsule.get(uri, { as: "text" });
  if (text === null) return null;
  const { objectFaults } = await import("./schema/objects.js");
  const value = parse(text);
  const faults = objectFaults(type, value);
  if (faults.length === 0) return value as unknown as ObjectTypes[Type];
  throw new CapsuleError("InvalidArgument", `Cannot read ${uri} as a ${type}: ${faults.join("; ")}`, {
    details: { uri, faults },
  });
}

function parse(text: string): JsonObject | null {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return null;
  }
}

async function* listObjects<Type extends "card" | "edge">(
  capsule: Readable,
  type: Type,
  { type: wanted, prefix }: ObjectFilter,
): AsyncGenerator<StoredObject<ObjectTypes[Type]>> {
  for await (const { uri, attributes } of capsule.list(prefix === undefined ? {} : { prefix })) {
    if (parseUri(uri).type !== type || (wanted !== undefined && attributes[`${type}_type`] !== wanted)) continue;
    const value = await getObject(capsule, type, uri);
    if (value !== null) yield { uri, value };
  }
}
