/** Sanitizing on the way in: what a writer that was opened with `sanitize` stores in place of what it was given. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import { nextPiece, piecesOf } from "../content.js";
import type { PutContent, PutOptions, WholeContent } from "../entries.js";
import { CapsuleError } from "../errors.js";
import { countRules, createMasker } from "./masker.js";

/** The member of a record's attributes that says so. `rules` counts the findings; `binary` says that the content isn't text. */
export interface SanitizedMark {
  readonly rules: Readonly<Record<string, number>>;
  readonly binary?: true;
}

/** A document without its secrets. */
export interface SanitizedDocument<Options extends PutOptions> {
  readonly options: Options;
  readonly content: WholeContent;
}

/** Streams are masked as a whole: a secret may lie across any two pieces. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;

const masker = createMasker();

/**
 * Masks title, tags, attributes and text content, and marks the attributes. What has a wrong type is left for the writer to refuse.
 *
 * @throws CapsuleError `InvalidArgument` for attributes that aren't JSON
 */
export function sanitizeDocument<Options extends PutOptions>(
  options: Options,
  content: WholeContent,
): SanitizedDocument<Options> {
  const found: { readonly rule: string }[] = [];
  const mask = (text: string) => {
    const { text: masked, findings } = masker.maskText(text);
    found.push(...findings);
    return masked;
  };
  const { title, tags, attributes = {} } = options;
  const masked = {
    ...(typeof title === "string" ? { title: mask(title) } : {}),
    ...(Array.isArray(tags) ? { tags: tags.map((tag) => (typeof tag === "string" ? mask(tag) : tag)) } : {}),
  };
  const { value, findings } = masker.maskJson(plainJson(attributes, "the attributes"));
  found.push(...findings);
  const body = maskContent(content);
  found.push(...(body?.findings ?? []));
  const sanitized: SanitizedMark = { rules: countRules(found), ...(body === null ? { binary: true } : {}) };
  const marked = isObject(value) ? { ...value, sanitized: sanitized as unknown as JsonValue } : attributes;
  return { options: { ...options, ...masked, attributes: marked }, content: body?.content ?? content };
}

function maskContent(content: WholeContent) {
  if (typeof content === "string") {
    const { text, findings } = masker.maskText(content);
    return { content: text, findings };
  }
  const masked = masker.maskBytes(content);
  return masked === null ? null : { content: masked.bytes, findings: masked.findings };
}

/** Masks a payload; counts by rule. */
export function sanitizePayload<Payload>(payload: Payload): {
  readonly payload: Payload;
  readonly mark: SanitizedMark;
} {
  const { value, findings } = masker.maskJson(plainJson(payload, "the payload"));
  return { payload: value as Payload, mark: { rules: countRules(findings) } };
}

/**
 * Refuses a name that holds a secret: it can't be masked, since others refer to it.
 *
 * @throws CapsuleError `SecretInName`; the message has the rules, not the name
 */
export function refuseSecretIn(what: string, name: string): void {
  const rules = Object.keys(countRules(masker.findInUri(name)));
  if (rules.length === 0) return;
  throw new CapsuleError("SecretInName", `Cannot use the ${what}: it holds what must be masked (${rules.join(", ")})`, {
    hint: "Choose another one: names are how others refer to a thing, so they can't be masked.",
    details: { rules },
  });
}

/** All of a stream. @throws CapsuleError `TooLarge` beyond 256 MiB */
export async function wholeContent(
  content: PutContent,
  waitFor: (next: () => Promise<Uint8Array | null>) => Promise<Uint8Array | null>,
): Promise<Uint8Array> {
  const pieces = piecesOf(content);
  const taken: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await waitFor(() => nextPiece(pieces));
    if (piece === null) break;
    length += piece.length;
    if (length > MAX_STREAM_BYTES) {
      await pieces.return?.();
      throw new CapsuleError("TooLarge", `Cannot sanitize the stream: it has more than ${MAX_STREAM_BYTES} bytes`, {
        hint: "Put it in parts, or open the capsule without sanitize.",
        details: { limitBytes: MAX_STREAM_BYTES },
      });
    }
    taken.push(piece.slice());
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of taken) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A copy that is nothing but JSON, or the error that storing it would give. */
function plainJson(value: unknown, name: string): JsonValue {
  return JSON.parse(canonicalJson(value, name)) as JsonValue;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
