/** Masking of contents: texts, JSON texts, and the objects that have a form of their own. */

import type { JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import type { CoreRecord } from "../core/records.js";
import { mediaTypeOf } from "../media-types.js";
import type { JsonFinding, Masker } from "../redact/masker.js";
import { objectFaults } from "../schema/objects.js";
import { parseUri } from "../uri.js";
import { tryParse } from "./manifest.js";
import type { Place, Receipts } from "./receipts.js";

/** Content that nothing was found in, what is stored in its place, or why it is left out. */
export type MaskedContent = null | string | { readonly omit: string };

/** Texts that are nested deeper are masked as texts alone: parsing them may take more stack than a host has. */
const MAX_JSON_DEPTH = 64;

export const NO_TEXT = "its content isn't text: it can't be looked through for secrets";
const NO_FORM = "it doesn't have its form any more once it is masked";
const NO_JSON = "it can't be parsed";

/** Masks JSON, and notes what was found under `field`. */
export function maskValue(
  masker: Masker,
  receipts: Receipts,
  place: Place,
  value: JsonValue,
): { readonly value: JsonValue; readonly isChanged: boolean } {
  const { value: masked, findings, uriFindings } = masker.maskJson(value);
  const at = ({ pointer, inKey }: JsonFinding): Place => ({
    ...place,
    field: `${place.field}${pointer}${inKey ? " (key)" : ""}`,
  });
  for (const [field, found] of byField(findings, at)) receipts.masked({ ...place, field }, found);
  for (const [field, found] of byField(uriFindings, at)) receipts.inName({ ...place, field }, found);
  return { value: masked, isChanged: findings.length > 0 };
}

function byField(findings: readonly JsonFinding[], at: (finding: JsonFinding) => Place): Map<string, JsonFinding[]> {
  const fields = new Map<string, JsonFinding[]>();
  for (const finding of findings) {
    const { field } = at(finding);
    fields.set(field, [...(fields.get(field) ?? []), finding]);
  }
  return fields;
}

/** Masks what a revision holds. */
export function maskContent(masker: Masker, receipts: Receipts, record: CoreRecord, text: string): MaskedContent {
  const { type } = parseUri(record.uri);
  const place = { recordNumber: record.recordNumber, uri: record.uri, field: "content" };
  if (type === "card" || type === "edge" || type === "policy") return maskObject(masker, receipts, place, type, text);
  const { text: masked, findings } = masker.maskText(text);
  receipts.masked(place, findings);
  const rest = isJson(record) ? maskMembers(masker, receipts, place, text, masked) : null;
  return rest ?? (findings.length === 0 ? null : masked);
}

function maskObject(
  masker: Masker,
  receipts: Receipts,
  place: Place,
  type: "card" | "edge" | "policy",
  text: string,
): MaskedContent {
  const value = tryParse(text);
  if (value === undefined) return { omit: NO_JSON };
  const { value: masked, isChanged } = maskValue(masker, receipts, place, value as JsonValue);
  if (!isChanged) return null;
  return objectFaults(type, masked).length > 0 ? { omit: NO_FORM } : canonicalJson(masked, "the masked object");
}

/**
 * What the names of members give away in a JSON text, besides what the text itself does. A text whose masks have broken it is masked member by
 * member. Null: nothing.
 */
function maskMembers(
  masker: Masker,
  receipts: Receipts,
  place: Place,
  original: string,
  masked: string,
): string | null {
  if (depthOf(original) > MAX_JSON_DEPTH) return null;
  const value = tryParse(original);
  if (value === undefined) return null;
  const rest = tryParse(masked);
  const { value: found, isChanged } = maskValue(masker, receipts, place, (rest ?? value) as JsonValue);
  return isChanged || rest === undefined ? JSON.stringify(found, null, original.includes("\n") ? 2 : 0) : null;
}

function isJson({ uri, attributesJson }: CoreRecord): boolean {
  const { media_type: told } = (tryParse(attributesJson) ?? {}) as { readonly media_type?: unknown };
  return /[/+]json$/.test(typeof told === "string" ? told : mediaTypeOf(uri));
}

/** How deep brackets are nested in a text, those in strings left out. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInside = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') isInside = !isInside;
    else if (isInside) i += character === "\\" ? 1 : 0;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}
