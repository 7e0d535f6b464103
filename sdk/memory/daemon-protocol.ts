/**
 * What the local-memory daemon and its command answer, as far as it is needed. Answers differ a little between versions
 * and between command and REST, so a list is looked for in the places where it is known to stand.
 */

import { tryDecodeUtf8 } from "../../runtimes/std.js";
import { CapsuleError } from "../errors.js";
import type { MemoryHit } from "./memory.js";

type Fields = { readonly [key: string]: unknown };

const URI_START = "mv2://";

/** The daemon failed, or what came isn't its protocol. `action` is a verb phrase. */
export function daemonError(action: string, reason: string, cause?: unknown): CapsuleError {
  return new CapsuleError("MemoryBackendFailed", `Cannot ${action}: ${reason}`, {
    hint: 'Check the daemon with "local-memory status".',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The JSON object that was answered. An answer that says of itself that it failed is an error. */
export function parseAnswer(action: string, bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(tryDecodeUtf8(bytes) ?? "");
  } catch (cause) {
    throw daemonError(action, "local-memory answered what is not JSON", cause);
  }
  const answer = fieldsOf(value);
  if (answer === null) throw daemonError(action, "local-memory answered what is not a JSON object");
  if (answer["success"] === false) throw daemonError(action, `local-memory says: ${failureOf(answer)}`);
  return answer;
}

/** `{success, data: {results: [{memory, relevance_score}]}}` of the command, `{count, data: […]}` of REST. */
export function parseHits(action: string, bytes: Uint8Array): MemoryHit[] {
  const answer = parseAnswer(action, bytes);
  const { data } = answer;
  const results = Array.isArray(data) ? data : (fieldsOf(data)?.["results"] ?? answer["results"]);
  // Some answer null for an empty list.
  if (results === null || (results === undefined && answer["success"] === true)) return [];
  if (!Array.isArray(results)) throw daemonError(action, "the answer of local-memory has no list of results");
  return results.map((result) => parseHit(action, result));
}

function parseHit(action: string, result: unknown): MemoryHit {
  const outer = fieldsOf(result);
  const memory = fieldsOf(outer?.["memory"]) ?? outer;
  const id = memory?.["id"];
  const content = memory?.["content"] ?? memory?.["summary"];
  if (typeof id !== "string" || id === "") throw daemonError(action, "a result of local-memory has no id");
  const score = outer?.["relevance_score"];
  const title = memory?.["title"];
  return {
    id,
    uri: uriOf(memory?.["tags"]),
    score: typeof score === "number" ? score : null,
    title: typeof title === "string" && title !== "" ? title : null,
    text: typeof content === "string" ? content : "",
  };
}

/** The id of a memory that was stored; it stands at the top, in `data` or in `memory`. */
export function parseStoredId(action: string, bytes: Uint8Array): string {
  const answer = parseAnswer(action, bytes);
  const places = [answer, fieldsOf(answer["data"]), fieldsOf(answer["memory"])];
  for (const place of places) {
    const id = place?.["id"] ?? place?.["memory_id"];
    if (typeof id === "string" && id !== "") return id;
  }
  throw daemonError(action, "the answer of local-memory has no id");
}

/** The text of one memory. */
export function parseContent(action: string, bytes: Uint8Array): string {
  const answer = parseAnswer(action, bytes);
  const places = [answer, fieldsOf(answer["data"]), fieldsOf(answer["memory"])];
  for (const place of places) if (typeof place?.["content"] === "string") return place["content"];
  throw daemonError(action, "the answer of local-memory has no content");
}

function uriOf(tags: unknown): string | null {
  if (!Array.isArray(tags)) return null;
  const uri: unknown = tags.find((tag) => typeof tag === "string" && tag.startsWith(URI_START));
  return typeof uri === "string" ? uri : null;
}

function failureOf({ error, message }: Fields): string {
  const told = typeof error === "string" ? error : (fieldsOf(error)?.["message"] ?? message);
  return typeof told === "string" && told !== "" ? told : "no reason given";
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
