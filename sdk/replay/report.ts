/** What replaying a run comes to, as it is given out and stored. */

import type { Uri } from "../uri.js";

/** What is checked: see docs/replay.md. */
export const replayChecks = ["retrieval", "policy", "references", "checkpoints", "tool-calls"] as const;
export type ReplayCheckName = (typeof replayChecks)[number];

/** An event of the run, in the order in which they were stored. */
export interface TimelineEntry {
  readonly uri: Uri;
  readonly event_type: string;
  /** UTC, with milliseconds. */
  readonly timestamp: string;
  readonly stage: string | null;
  readonly branch: string;
  /** The commit that it is in. */
  readonly sequence: number;
  /** One line; never the text of a model's prompt or response. */
  readonly summary: string;
}

/** Something that an event says, held against the capsule. */
export interface ReplayCheck {
  readonly check: ReplayCheckName;
  readonly passed: boolean;
  readonly event_uri: Uri;
  /** What is different; only if it failed. */
  readonly detail?: string;
}

/** Something that can't be held against this capsule, which is no fault. */
export interface UncheckedEvent {
  readonly check: ReplayCheckName;
  readonly event_uri: Uri;
  readonly reason: string;
}

/** Depends on the capsule alone: the same on every runtime, at any time. Masked as a safe export is. */
export interface ReplayReport {
  readonly run_id: string;
  readonly spec_id: string | null;
  /** Where the run's events were looked for. */
  readonly branches: readonly string[];
  /** The checkpoint that was asked for; null: the newest commit. */
  readonly as_of: string | null;
  /** The commit that the timeline ends at. */
  readonly sequence: number;
  readonly timeline: readonly TimelineEntry[];
  readonly checks: readonly ReplayCheck[];
  readonly unchecked: readonly UncheckedEvent[];
  /** Whether all checks passed. */
  readonly passed: boolean;
}

/** Gathers what checks find, in the order of the events. */
export class Findings {
  readonly checks: ReplayCheck[] = [];
  readonly unchecked: UncheckedEvent[] = [];

  /** @param faults none: the check passed */
  add(check: ReplayCheckName, event_uri: Uri, faults: readonly string[]): void {
    const passed = faults.length === 0;
    this.checks.push({ check, passed, event_uri, ...(passed ? {} : { detail: faults.join("; ") }) });
  }

  skip(check: ReplayCheckName, event_uri: Uri, reason: string): void {
    this.unchecked.push({ check, event_uri, reason });
  }
}
