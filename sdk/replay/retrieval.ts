/** Running recorded searches again, as of the commit that they saw, and comparing what comes out bit by bit. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import { CapsuleError } from "../errors.js";
import type { SearchResult } from "../hits.js";
import { explainability } from "../recording/explainability.js";
import { searchView } from "../searcher.js";
import { eventsBy } from "./pairs.js";
import type { Findings } from "./report.js";
import { NotReplayable, parseRequest, type RecordedRequest } from "./request.js";
import type { RunEvent, RunScene } from "./run-events.js";

const MAX_LISTED_FAULTS = 5;

/** Runs each recorded search again and holds the answer against the recorded one. */
export async function checkRetrievals(scene: RunScene, findings: Findings): Promise<void> {
  const requests = eventsBy(scene.allEvents, "RetrievalRequest", "request_id");
  const responses = eventsBy(scene.allEvents, "RetrievalResponse", "request_id");
  for (const event of scene.events) {
    const id = String(event.payload["request_id"]);
    if (event.type === "RetrievalRequest") await checkRequest(scene, event, responses.get(id) ?? [], findings);
    else if (event.type === "RetrievalResponse" && !requests.has(id))
      findings.add("retrieval", event.uri, [`there is no request ${id}`]);
  }
}

async function checkRequest(
  scene: RunScene,
  request: RunEvent,
  responses: readonly RunEvent[],
  findings: Findings,
): Promise<void> {
  const [response, ...more] = responses;
  const id = request.payload["request_id"];
  if (response === undefined) return findings.add("retrieval", request.uri, [`the request ${id} has no response`]);
  if (more.length > 0)
    return findings.add("retrieval", request.uri, [`the request ${id} has ${responses.length} responses`]);
  try {
    const recorded = await parseRequest(scene.session, request);
    if (response.payload["error"] !== undefined) throw new NotReplayable("it failed when it was made");
    findings.add("retrieval", request.uri, await differences(scene, recorded, response.payload));
  } catch (error) {
    if (error instanceof NotReplayable) findings.skip("retrieval", request.uri, error.message);
    else if (error instanceof CapsuleError && error.exitCode === 1 && error.code !== "Aborted")
      findings.add("retrieval", request.uri, [error.message]);
    else throw error;
  }
}

async function differences(scene: RunScene, request: RecordedRequest, response: JsonObject): Promise<string[]> {
  const { query, limit, scope, branch, sequence } = request;
  const result = await searchView(scene.session, { branch, sequence }, query, {
    explain: true,
    snippets: false,
    ...(limit === undefined ? {} : { limit }),
    ...(scope === undefined ? {} : { scope }),
    ...(scene.signal === undefined ? {} : { signal: scene.signal }),
  });
  const faults = [...hitFaults(result, response), ...explanationFaults(result, response["explainability"])];
  const unlisted = faults.length - MAX_LISTED_FAULTS;
  return unlisted <= 0 ? faults : [...faults.slice(0, MAX_LISTED_FAULTS), `and ${unlisted} more`];
}

/** Compares URIs and scores, place by place. */
function hitFaults({ hits }: SearchResult, response: JsonObject): string[] {
  const uris = asArray(response["hit_uris"]);
  const faults: string[] = [];
  if (uris.length !== hits.length) faults.push(`there are ${hits.length} hits, ${uris.length} were recorded`);
  for (const [index, { uri }] of hits.entries())
    if (index < uris.length && uris[index] !== uri) faults.push(`hit ${index + 1} is ${uri}, not ${uris[index]}`);
  if (response["fused_scores"] === undefined) return faults;
  const scores = asArray(response["fused_scores"]);
  if (scores.length !== uris.length) faults.push(`${scores.length} scores were recorded of ${uris.length} hits`);
  for (const [index, { score }] of hits.entries())
    if (index < scores.length && scores[index] !== score)
      faults.push(`score ${index + 1} is ${score}, not ${scores[index]}`);
  return faults;
}

/** Compares those members that the recorder knows and the event has: others may have been added by who recorded it. */
function explanationFaults(result: SearchResult, recorded: JsonValue | undefined): string[] {
  if (typeof recorded !== "object" || recorded === null || Array.isArray(recorded)) return [];
  const expected = recorded as JsonObject;
  return Object.entries(explainability(result)).flatMap(([member, value]) => {
    const was = expected[member];
    if (was === undefined) return [];
    return canonicalJson(was, member) === canonicalJson(value, member) ? [] : [`explainability.${member} is different`];
  });
}

function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
