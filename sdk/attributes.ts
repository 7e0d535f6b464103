/** The attributes of a revision, as they are stored: docs/attributes.md. */

import type { JsonObject } from "../runtimes/contract.js";
import { canonicalJson } from "./canonical-json.js";
import type { PutOptions } from "./entries.js";
import { argumentError } from "./errors.js";
import { mediaTypeOf } from "./media-types.js";

/** Canonical JSON of what `put` was told besides title and content; empty if that is nothing. */
export function documentAttributes(options: PutOptions, uri: string): string {
  const { tags, mediaType, attributes, promote } = options;
  if (tags === undefined && mediaType === undefined && attributes === undefined && promote === undefined) return "";
  const stored: Record<string, unknown> = {};
  if (attributes !== undefined && Object.keys(checkAttributes(attributes)).length > 0)
    stored["attributes"] = attributes;
  // What the extension says already isn't stored.
  if (mediaType !== undefined && checkMediaType(mediaType) !== mediaTypeOf(uri)) stored["media_type"] = mediaType;
  if (promote !== undefined && typeof promote !== "boolean") throw argumentError("promote", "true or false", promote);
  if (promote === false) stored["promote"] = false;
  if (tags !== undefined && checkTags(tags).length > 0) stored["tags"] = tags;
  return Object.keys(stored).length === 0 ? "" : canonicalJson(stored, "the attributes");
}

function checkAttributes(attributes: JsonObject): JsonObject {
  if (typeof attributes === "object" && attributes !== null && !Array.isArray(attributes)) return attributes;
  throw argumentError("attributes", "a JSON object", attributes);
}

function checkMediaType(mediaType: string): string {
  if (typeof mediaType === "string" && /^[\x21-\x7e]+\/[\x20-\x7e]+$/.test(mediaType)) return mediaType;
  throw argumentError("mediaType", 'a media type such as "text/plain"', mediaType);
}

function checkTags(tags: readonly string[]): readonly string[] {
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string" && tag !== "")) return tags;
  throw argumentError("tags", "an array of strings that are not empty", tags);
}

/** Drops what is undefined or null and writes the rest: the attributes of events and checkpoints. */
export function plainAttributes(members: Readonly<Record<string, string | boolean | object | undefined>>): string {
  const text = canonicalJson(members, "the attributes");
  return text === "{}" ? "" : text;
}
