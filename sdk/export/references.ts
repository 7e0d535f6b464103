/** The URIs that a record refers to. */

import { RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import type { CoreRecord } from "../core/records.js";
import { readWhole } from "../rebuild/record-content.js";
import { isUri, parseUri, type UriType } from "../uri.js";

const SCHEME = "mv2://";
/** Types whose content is JSON of a known form. */
const OBJECT_TYPES: readonly UriType[] = ["card", "edge", "policy"];
/** Longer objects aren't looked through: whoever made them has more in mind than references. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Every string that is a URI, and every key: in a record's attributes, in the payload of an event, in the content of a card, an edge or a
 * policy; and where an alias leads.
 */
export async function referencesOf(core: CoreInstance, record: CoreRecord): Promise<Set<string>> {
  const found = new Set<string>();
  collectFromJson(record.attributesJson, found);
  if (record.kind === RecordKind.ALIAS) found.add(decoder.decode(await readWhole(core, record)));
  else if (hasReferences(record)) collectFromJson(decoder.decode(await readWhole(core, record)), found);
  return found;
}

function hasReferences(record: CoreRecord): boolean {
  if (record.kind === RecordKind.EVENT) return true;
  if (record.kind !== RecordKind.REVISION || record.contentLength > MAX_OBJECT_BYTES) return false;
  return OBJECT_TYPES.includes(parseUri(record.uri).type);
}

function collectFromJson(text: string, found: Set<string>): void {
  // Most records refer to nothing: parsing is spared them. A slash may be escaped in JSON that isn't canonical.
  if (!text.includes(SCHEME) && !text.includes("mv2:\\/")) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A policy may be anything.
    return;
  }
  collect(value, found);
}

function collect(root: unknown, found: Set<string>): void {
  // A stack of its own: an object of megabytes may be nested deeper than calls may be.
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string") addUri(value, found);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        addUri(key, found);
        waiting.push(member);
      }
    }
  }
}

function addUri(text: string, found: Set<string>): void {
  if (text.startsWith(SCHEME) && isUri(text)) found.add(text);
}
