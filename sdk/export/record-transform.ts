/** The seam between exporting and masking: what becomes of each record on its way into an export. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import type { CoreRecord } from "../core/records.js";

/** What is written of a record in place of what it holds; what isn't given stays. */
export interface RecordEdit {
  readonly title?: string;
  /** Canonical JSON, or nothing. */
  readonly attributesJson?: string;
  readonly content?: string | Uint8Array;
  readonly isDocument?: boolean;
}

/** Null: as it is. */
export type TransformedRecord = RecordEdit | { readonly omit: string } | null;

export interface RecordTransform {
  /**
   * What is written of a record: a revision, an event, a checkpoint, an alias, or a removal, of which nothing is edited. Called for each once, in the order in which they are
   * written. What it throws ends the export: a URI or a label that must not get out, for example.
   *
   * @param readContent reads the whole content
   */
  apply(record: CoreRecord, readContent: () => Promise<Uint8Array>): TransformedRecord | Promise<TransformedRecord>;
  /** Looks at a name that the export holds besides its records' URIs. What it throws ends the export. */
  checkName?(name: string, what: string): void;
  /** What is written of a value that the export makes itself: the golden queries. Default: as it is. */
  value?(value: JsonValue, what: string): JsonValue;
  /** What was masked by rule, for the event; called at the end. */
  summary(): JsonObject;
  /** What was masked where, a JSON value for each receipt; stored in the export. */
  receipts(): Iterable<JsonObject>;
}
