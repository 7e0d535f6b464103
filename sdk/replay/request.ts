/** What a `RetrievalRequest` says of how it was made, as far as it can be made again: docs/events.md. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { readCommits } from "../core/reads.js";
import { CapsuleError } from "../errors.js";
import { requireCheckpoint } from "../event-reader.js";
import { CAPSULE_SOURCE } from "../recording/recorder.js";
import type { Session } from "../session.js";
import type { RunEvent } from "./run-events.js";

const LOG_PAGE_COMMITS = 64;

/** A search that can be run again. */
export interface RecordedRequest {
  readonly query: string;
  readonly limit: number | undefined;
  readonly scope: "view" | "run" | undefined;
  readonly branch: number;
  readonly sequence: number;
}

/** Why a request can't be run again here, which is no fault of what it recorded. */
export class NotReplayable extends Error {}

/** @throws NotReplayable; CapsuleError if a checkpoint or branch that it names isn't there */
export async function parseRequest(session: Session, event: RunEvent): Promise<RecordedRequest> {
  const { query, source, config } = event.payload;
  if (source !== CAPSULE_SOURCE) throw new NotReplayable(`it was asked of ${JSON.stringify(source)}`);
  if (typeof query !== "string" || query.includes("[masked:")) throw new NotReplayable("its query was masked");
  if (!isObject(config)) throw new NotReplayable("its config is not an object");
  const branch = await branchOf(session, config, event);
  const [limit, scope] = [optional(config, "limit", isCount), optional(config, "scope", isScope)];
  return { query, limit, scope, branch, sequence: await anchor(session, config, event, branch) };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isCount = (value: JsonValue): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isScope = (value: JsonValue): value is "view" | "run" => value === "view" || value === "run";
const isText = (value: JsonValue): value is string => typeof value === "string" && value !== "";

function optional<Value extends JsonValue>(
  config: JsonObject,
  name: string,
  fits: (value: JsonValue) => value is Value,
): Value | undefined {
  const value = config[name];
  if (value === undefined) return undefined;
  if (fits(value)) return value;
  throw new NotReplayable(`its config's ${name} can't be used: ${JSON.stringify(value)}`);
}

async function branchOf(session: Session, config: JsonObject, event: RunEvent): Promise<number> {
  const name = optional(config, "branch", isText);
  if (name === undefined) return event.branchNumber;
  const found = await session.findBranch(name);
  if (found !== null) return found;
  // A capsule without branches, such as an export, shows all on main.
  if (session.info.branchCount === 1) return MAIN_BRANCH;
  throw new CapsuleError("UnknownBranch", `there is no branch ${JSON.stringify(name)}`);
}

/** The commit that the search saw: as recorded, else that before the request's own, which is what a search sees. */
async function anchor(session: Session, config: JsonObject, event: RunEvent, branch: number): Promise<number> {
  const [capsuleId, root] = [optional(config, "capsule_id", isText), optional(config, "root", isText)];
  const sequence = optional(config, "sequence", isCount);
  const asOf = optional(config, "as_of", isText);
  const isHere = capsuleId === undefined || capsuleId === session.info.capsuleId;
  if (isHere && asOf !== undefined)
    return (await requireCheckpoint(session, asOf, { branch, sequence: session.info.headSequence })).sequence;
  if (!isHere || (root !== undefined && (await rootOf(session, sequence ?? 0)) !== root))
    throw new NotReplayable("the commit that it saw is not in this capsule");
  if (sequence !== undefined && sequence >= event.sequence)
    throw new NotReplayable(`its config's sequence is not before its own commit ${event.sequence}`);
  return sequence ?? event.sequence - 1;
}

/** The hash of a commit, or null if there is none of this number. */
async function rootOf(session: Session, sequence: number): Promise<string | null> {
  for (let before = -1; ; ) {
    const page = await readCommits(session.core, before, LOG_PAGE_COMMITS);
    const last = page.at(-1);
    const found = page.find((commit) => commit.sequence === sequence);
    if (found !== undefined) return found.root;
    if (last === undefined || last.sequence <= Math.max(1, sequence)) return null;
    before = last.offset;
  }
}
