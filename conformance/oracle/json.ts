import { decodeText } from "./bytes.js";
import { demand } from "./failure.js";

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
/** Greatest nesting of JSON (part 11); the outermost array or object counts as 1. */
export const MAX_JSON_DEPTH = 32;

/** Canonical JSON (RFC 8785): members ordered by UTF-16 code units, numbers and strings as ECMAScript writes them. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  // Array.prototype.sort without a comparison orders strings by their UTF-16 code units.
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(",")}}`;
}

/** Parses JSON. Throws `corrupt`. */
export function parseJson(bytes: Uint8Array, what: string): Json {
  try {
    return JSON.parse(decodeText(bytes, what)) as Json;
  } catch (error) {
    demand(!(error instanceof SyntaxError), `${what} is not JSON`);
    throw error;
  }
}

/** Throws `corrupt` unless the bytes are canonical JSON, at most MAX_JSON_DEPTH deep. */
export function checkCanonicalJson(bytes: Uint8Array, what: string): void {
  const value = parseJson(bytes, what);
  demand(depth(value) <= MAX_JSON_DEPTH, `${what} is nested too deep`);
  demand(canonicalJson(value) === decodeText(bytes, what), `${what} is not canonical JSON`);
}

function depth(value: Json): number {
  if (value === null || typeof value !== "object") return 0;
  const members: Json[] = Array.isArray(value) ? value : Object.values(value);
  return 1 + members.reduce((deepest: number, member) => Math.max(deepest, depth(member)), 0);
}
