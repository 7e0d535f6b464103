/** What was masked where, and what may not get out at all: rules, counts and places, never what was found. */

import type { JsonObject } from "../../runtimes/contract.js";
import { CapsuleError } from "../errors.js";
import { countRules } from "../redact/finding.js";

/** Where something is: a record and what of it. */
export interface Place {
  /** Null: it is no record's. */
  readonly recordNumber: number | null;
  readonly uri: string;
  /** `uri`, `title`, `content`, or a JSON Pointer (RFC 6901) behind `attributes`, `payload` or `content`. */
  readonly field: string;
}

interface Found {
  readonly rule: string;
}

/** Rule of the prompts and responses that are left out. */
export const MODEL_IO_RULE = "model-io";
/** Rule of hashes that would tell what they are of. */
export const HASH_RULE = "hash";

export class Receipts {
  private readonly receipts: JsonObject[] = [];
  private readonly totals = new Map<string, number>();
  private kept = 0;

  constructor(private readonly allowUri: boolean) {}

  /** Notes what was masked at a place. */
  masked(place: Place, findings: Iterable<Found>): void {
    for (const [rule, count] of Object.entries(countRules(findings))) {
      this.receipts.push({ uri: place.uri, field: place.field, rule, count });
      this.totals.set(rule, (this.totals.get(rule) ?? 0) + count);
    }
  }

  /**
   * Notes what is in something that can't be masked, since others refer to it.
   *
   * @throws CapsuleError `SecretInName` unless that is allowed; it names the record and the rules
   */
  inName(place: Place, findings: Iterable<Found>): void {
    const counts = Object.entries(countRules(findings));
    if (counts.length === 0) return;
    if (!this.allowUri) throw secretInName(place, Object.fromEntries(counts));
    for (const [rule, count] of counts) {
      this.receipts.push({ uri: place.uri, field: place.field, rule, count, kept: true });
      this.kept += count;
    }
  }

  /** Counts by rule, in the order of their names. */
  summary(): JsonObject {
    const rules = Object.fromEntries([...this.totals].sort(([a], [b]) => (a < b ? -1 : 1)));
    const masked = [...this.totals.values()].reduce((sum, count) => sum + count, 0);
    return { masked, rules, kept_in_uris: this.kept };
  }

  all(): Iterable<JsonObject> {
    return this.receipts;
  }
}

function secretInName({ recordNumber, field }: Place, counts: Readonly<Record<string, number>>): CapsuleError {
  const rules = Object.keys(counts);
  const where = recordNumber === null ? field : `record ${recordNumber}, ${field}`;
  return new CapsuleError(
    "SecretInName",
    `Cannot export the run: a URI or name holds what must be masked (${where}: ${rules.join(", ")})`,
    {
      hint: "It can't be masked, since others refer to it. Allow it (--allow-uri), or export with nothing masked (--unsafe).",
      details: { recordNumber, field, rules },
    },
  );
}
