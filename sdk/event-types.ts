/** The registry of event types: names, and the numbers that stand for them in the file (docs/events.md). */

import { CapsuleError, describeValue } from "./errors.js";

/** Numbers are never reused: old files hold them. */
export const eventTypeNumbers = {
  StageTransition: 1,
  PolicySnapshotRef: 2,
  RoutingDecision: 3,
  BranchMerged: 4,
  RetrievalRequest: 5,
  RetrievalResponse: 6,
  ToolCall: 7,
  ToolResult: 8,
  PatchApply: 9,
  GateDecision: 10,
  ErrorEvent: 11,
  ModelCallEnvelope: 12,
  CapsuleExported: 13,
  CapsuleImported: 14,
  FallbackActivated: 15,
  AliasRecorded: 16,
  Removed: 17,
  Purged: 18,
  CapsuleGC: 19,
  CapsuleCompacted: 20,
  ExportPinned: 21,
  ExportUnpinned: 22,
  DebugTrace: 23,
  IntakeCompleted: 24,
  BreakerStateChanged: 25,
} as const;

export type EventType = keyof typeof eventTypeNumbers;

/** All event types, in the order of their numbers. */
export const eventTypes = Object.keys(eventTypeNumbers) as readonly EventType[];

const namesByNumber = new Map<number, EventType>(eventTypes.map((type) => [eventTypeNumbers[type], type]));

/** Everything is kept for audits but what is there for debugging and raw model traffic. */
const NOT_AUDITED: readonly EventType[] = ["DebugTrace", "ModelCallEnvelope"];

/** Whether an event counts as evidence: all but `DebugTrace` and `ModelCallEnvelope`. */
export function isAuditEvent(type: string): boolean {
  return !(NOT_AUDITED as readonly string[]).includes(type);
}

/** The name for a number of the file. A newer version may have written one that this one doesn't know: `Unknown(200)`. */
export function eventTypeName(number: number): string {
  return namesByNumber.get(number) ?? `Unknown(${number})`;
}

/** Checks the name of an event type. @throws CapsuleError `UnknownEventType`, listing the valid ones */
export function checkEventType(type: string): EventType {
  if (Object.hasOwn(eventTypeNumbers, type)) return type as EventType;
  throw new CapsuleError(
    "UnknownEventType",
    `Cannot use the event type ${describeValue(type)}: there is no such type`,
    {
      hint: `Valid types: ${eventTypes.join(", ")}.`,
      details: { validTypes: eventTypes },
    },
  );
}
