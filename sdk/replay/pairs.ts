/** Calls and their results, requests and their responses: which belongs to which. */

import type { Findings } from "./report.js";
import type { RunEvent, RunScene } from "./run-events.js";

/** The events of one type by the value of a member. */
export function eventsBy(events: readonly RunEvent[], type: string, member: string): Map<string, RunEvent[]> {
  const found = new Map<string, RunEvent[]>();
  for (const event of events) {
    const key = event.payload[member];
    if (event.type !== type || typeof key !== "string") continue;
    found.set(key, [...(found.get(key) ?? []), event]);
  }
  return found;
}

/** Whether each `ToolCall` has one result that came after it, and each `ToolResult` its call. */
export function checkToolCalls({ events, allEvents }: RunScene, findings: Findings): void {
  const calls = eventsBy(allEvents, "ToolCall", "call_id");
  const results = eventsBy(allEvents, "ToolResult", "call_id");
  for (const event of events) {
    const id = String(event.payload["call_id"]);
    if (event.type === "ToolCall") {
      findings.add("tool-calls", event.uri, callFaults(event, calls.get(id) ?? [], results.get(id) ?? []));
    } else if (event.type === "ToolResult" && !calls.has(id)) {
      findings.add("tool-calls", event.uri, [`there is no call ${id}`]);
    }
  }
}

function callFaults(call: RunEvent, calls: readonly RunEvent[], results: readonly RunEvent[]): string[] {
  const id = call.payload["call_id"];
  if (calls.length > 1) return [`${calls.length} calls have the id ${id}`];
  const [result, ...more] = results;
  if (result === undefined) return [`the call ${id} has no result`];
  if (more.length > 0) return [`the call ${id} has ${results.length} results`];
  const faults: string[] = [];
  if (result.recordNumber < call.recordNumber) faults.push("the result came before the call");
  const [called, answered] = [call.payload["tool_name"], result.payload["tool_name"]];
  if (called !== answered) faults.push(`the result is one of ${answered}, not of ${called}`);
  return faults;
}
