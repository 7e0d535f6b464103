/** Events as callers give and get them. */

import type { JsonObject } from "../runtimes/contract.js";
import type { EventType } from "./event-types.js";
import type { EventPayloads } from "./schema/events.js";
import type { Uri } from "./uri.js";

export interface EventOptions {
  /** Default: those of the open capsule; an event may belong to no run. */
  readonly specId?: string;
  readonly runId?: string;
  /** Default: the payload's `stage`, if it has one. */
  readonly stage?: string;
  /** Milliseconds since 1970 UTC. Default: the clock's. */
  readonly atMs?: number;
}

/** An event to emit: its type, and the payload that belongs to the type. */
export type EventInput = {
  [Type in EventType]: EventOptions & { readonly type: Type; readonly payload: EventPayloads[Type] };
}[EventType];

/** An event that is stored. */
export interface CapsuleEvent {
  readonly uri: Uri;
  /** An {@link EventType}, or `Unknown(n)` if a newer version wrote it. */
  readonly type: string;
  readonly atMs: number;
  readonly specId: string | null;
  readonly runId: string | null;
  readonly stage: string | null;
  readonly branch: string;
  readonly sequence: number;
  readonly payload: JsonObject;
}

/** Which events to give. Ids match whole: `run-1` never means `run-10`. */
export interface EventFilters {
  readonly stage?: string;
  readonly type?: EventType;
  readonly specId?: string;
  readonly runId?: string;
  /** Id or label: only what was committed after that checkpoint. */
  readonly sinceCheckpoint?: string;
  /** Leaves out `DebugTrace` and `ModelCallEnvelope`. */
  readonly auditOnly?: boolean;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}
