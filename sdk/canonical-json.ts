/** Canonical JSON, RFC 8785: one spelling for each value, whatever the order in which its keys were set. */

import { CapsuleError, describeValue } from "./errors.js";

/** How deep values may be nested; docs/format.md part 11. */
export const MAX_JSON_DEPTH = 32;

/**
 * The canonical text of a JSON value. Properties that are undefined are left out, as `JSON.stringify` does.
 *
 * @param name what the value is, for the error: "attributes"
 * @throws CapsuleError `InvalidArgument` for what isn't JSON (NaN, a Date, a lone surrogate, a cycle),
 *   `TooLarge` beyond a depth of 32
 * @example canonicalJson({ b: 1, a: [1.0, "é"] }, "attributes"); // '{"a":[1,"é"],"b":1}'
 */
export function canonicalJson(value: unknown, name: string): string {
  return write(value, name, 1);
}

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value, path);
    case "number":
      // ECMAScript's shortest form of a number is the one that the RFC prescribes; -0 is 0 in it.
      if (!Number.isFinite(value)) throw notJson(path, value);
      return String(value === 0 ? 0 : value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth > MAX_JSON_DEPTH) throw tooDeep(path);
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw notJson(path, value);
  }
}

function writeString(text: string, path: string): string {
  if (!isWellFormed(text)) throw notJson(path, text, "text without lone surrogates");
  return JSON.stringify(text);
}

function writeArray(values: readonly unknown[], path: string, depth: number): string {
  let text = "[";
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ",";
    text += write(values[i], `${path}[${i}]`, depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has a prototype of its own, but one whose prototype is null.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw notJson(path, value);
  const properties = value as Record<string, unknown>;
  let text = "{";
  // The default order of sort() is that of UTF-16 units, which is the RFC's.
  for (const key of Object.keys(properties).sort()) {
    const member = properties[key];
    if (member === undefined) continue;
    if (text.length > 1) text += ",";
    text += `${writeString(key, path)}:${write(member, `${path}.${key}`, depth + 1)}`;
  }
  return `${text}}`;
}

const SURROGATE_ALONE = /\p{Surrogate}/u;

/** Whether a text has no surrogate that stands alone, so that it survives UTF-8. */
export function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native === undefined ? !SURROGATE_ALONE.test(text) : native.call(text);
}

function notJson(path: string, value: unknown, expected = "a JSON value"): CapsuleError {
  return new CapsuleError(
    "InvalidArgument",
    `Cannot store ${path}: expected ${expected}, got ${describeValue(value)}`,
    {
      details: { path },
    },
  );
}

function tooDeep(path: string): CapsuleError {
  return new CapsuleError("TooLarge", `Cannot store ${path}: it is nested more than ${MAX_JSON_DEPTH} deep`, {
    details: { limit: MAX_JSON_DEPTH },
  });
}
