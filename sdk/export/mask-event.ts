/** Masking of events: what models were told and answered, hashes that would give it away, and everything else in a payload. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import type { CoreRecord } from "../core/records.js";
import { type EventType, eventTypeName, eventTypes } from "../event-types.js";
import { MAX_PAYLOAD_BYTES } from "../event-writer.js";
import type { CaptureMode } from "../options.js";
import type { Masker } from "../redact/masker.js";
import { payloadFaults } from "../schema/events.js";
import { tryParse } from "./manifest.js";
import { type MaskedContent, maskValue } from "./mask-content.js";
import { HASH_RULE, MODEL_IO_RULE, type Place, type Receipts } from "./receipts.js";

/** A hash of a shorter text can be found out by trying texts. */
const MIN_HASHED_UNITS = 64;
const MODEL_IO = ["prompt", "response"] as const;

const NO_JSON = "its payload can't be parsed";
const NO_FORM = "its payload doesn't fit its type any more once it is masked";
const TOO_LONG = "its payload is too long once it is masked";

/** What events are masked by. */
export interface EventRules {
  readonly masker: Masker;
  readonly receipts: Receipts;
  readonly captureMode: CaptureMode;
  /** Whether a policy is in the export, and nothing in it was masked. */
  readonly isPolicyPlain: (uri: string) => boolean;
}

/** Masks an event's payload, given as the text that was stored. */
export function maskPayload(rules: EventRules, record: CoreRecord, text: string): MaskedContent {
  const original = tryParse(text);
  if (original === undefined) return { omit: NO_JSON };
  const place = { recordNumber: record.recordNumber, uri: record.uri, field: "payload" };
  const type = eventTypeName(record.tag);
  const kept = isObject(original) ? withoutTraces(rules, place, type, original) : (original as JsonValue);
  const { value, isChanged } = maskValue(rules.masker, rules.receipts, place, kept);
  const fitting = isChanged && type === "PatchApply" ? withoutPatchHashes(rules, place, value) : value;
  if (!isChanged && kept === original) return null;
  if (isKnown(type) && payloadFaults(type, fitting).length > 0) return { omit: NO_FORM };
  const masked = canonicalJson(fitting, "the masked payload");
  return new TextEncoder().encode(masked).length > MAX_PAYLOAD_BYTES ? { omit: TOO_LONG } : masked;
}

const isKnown = (type: string): type is EventType => (eventTypes as readonly string[]).includes(type);

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The payload without raw model traffic, and without hashes of what isn't shown as it was. */
function withoutTraces(rules: EventRules, place: Place, type: string, payload: JsonObject): JsonObject {
  const dropped = new Map<string, string>();
  if (type === "ModelCallEnvelope") {
    const isRawKept = rules.captureMode === "full_io" && payload["capture_mode"] === "full_io";
    for (const member of MODEL_IO) {
      if (payload[member] !== undefined && !isRawKept) dropped.set(member, MODEL_IO_RULE);
      if (payload[`${member}_hash`] !== undefined && !mayHash(rules.masker, payload[member]))
        dropped.set(`${member}_hash`, HASH_RULE);
    }
  }
  if (payload["policy_hash"] !== undefined && isKnown(type)) {
    const uri = payload["policy_uri"];
    if (typeof uri !== "string" || !rules.isPolicyPlain(uri)) dropped.set("policy_hash", HASH_RULE);
  }
  return without(rules, place, payload, dropped);
}

/** Whether the hash of a text tells nothing that isn't told anyway: the text is known, long enough, and holds nothing to mask. */
function mayHash(masker: Masker, text: JsonValue | undefined): boolean {
  return typeof text === "string" && text.length >= MIN_HASHED_UNITS && masker.maskText(text).findings.length === 0;
}

/** Of a patch that was masked, the hashes go: what it was made to is known but for what was masked. */
function withoutPatchHashes(rules: EventRules, place: Place, payload: JsonValue): JsonValue {
  if (!isObject(payload)) return payload;
  const hashes = ["before_hash", "after_hash"].filter((member) => payload[member] !== undefined);
  return without(rules, place, payload, new Map(hashes.map((member) => [member, HASH_RULE])));
}

function without(
  { receipts }: EventRules,
  place: Place,
  payload: JsonObject,
  dropped: ReadonlyMap<string, string>,
): JsonObject {
  if (dropped.size === 0) return payload;
  for (const [member, rule] of dropped) receipts.masked({ ...place, field: `${place.field}/${member}` }, [{ rule }]);
  return Object.fromEntries(Object.entries(payload).filter(([member]) => !dropped.has(member)));
}
