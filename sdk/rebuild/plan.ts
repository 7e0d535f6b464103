/** What a rebuilt capsule takes over from its source: the types that callers of the copier meet. */

import type { CoreInstance } from "../core/instance.js";
import type { CoreInfo } from "../core/lifecycle.js";
import type { CoreRecord } from "../core/records.js";

/** A capsule that is open: a session is one. What is committed when the copying begins is copied. */
export interface RebuildSource {
  readonly core: CoreInstance;
  readonly info: CoreInfo;
}

/** A record of the source that is about to be written. */
export interface RebuildItem {
  readonly record: CoreRecord;
  /** What `record` promotes, if it is a promotion. */
  readonly promoted: CoreRecord | null;
  /** The whole content, of the promoted record if it is a promotion. */
  readContent(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What is written in place of what the record holds; what isn't given stays. */
export interface RecordChange {
  readonly title?: string;
  /** Canonical JSON, or nothing. */
  readonly attributesJson?: string;
  readonly content?: string | Uint8Array;
  readonly isDocument?: boolean;
  /** Of a removal: it is stored also if nothing is left to be removed. Default false. */
  readonly isUnconditional?: boolean;
  /** Number of a branch of the target. Default: that which the record's branch became. */
  readonly branch?: number;
}

/** What becomes of a record. URI, kind, tag and time stay in any case. A promotion that is kept takes a change of `branch` only. */
export type RecordPlan = "keep" | { readonly leaveOut: string } | RecordChange;

export interface RebuildOptions {
  /** Asked for each record, in their order. Default: all are kept. */
  readonly decide?: (item: RebuildItem) => RecordPlan | Promise<RecordPlan>;
  /**
   * Whether a promotion stays one, so that what it promotes must be kept, too; or is written as what it promotes, with the
   * time of that. Default `keep`.
   */
  readonly promotions?: "keep" | "expand";
  /** Told of each record that isn't in the target, and why. */
  readonly onLeftOut?: (record: CoreRecord, reason: string) => void;
  readonly onProgress?: (recordsDone: number, recordsTotal: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface RebuildReport {
  /** Records written, changed ones included. */
  readonly stored: number;
  readonly changed: number;
  readonly leftOut: number;
  /** Number of the target's newest commit. */
  readonly headSequence: number;
}
