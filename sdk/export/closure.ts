/** What the records of a run refer to outside of it, as the run sees it: an export takes it along, so that references hold. */

import { ownVersion } from "../core/branches.js";
import { RecordKind } from "../core/exports.js";
import { listRecords } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { eventTypeName } from "../event-types.js";
import type { Session } from "../session.js";
import { parseUri } from "../uri.js";
import type { Omission } from "./options.js";
import { isExportUri } from "./places.js";
import { referencesOf } from "./references.js";
import { belongsTo, type RunSource } from "./run-source.js";

/** The most that is taken along. What lies beyond is omitted and listed. */
const MAX_RECORDS = 10_000;
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;
/** Distinct references that are remembered, so that each is looked up once; then they are forgotten, and some looked up again. */
const MAX_REMEMBERED = 100_000;

export class Closure {
  /** By the record's number. */
  private readonly taken = new Map<number, CoreRecord>();
  private readonly left = new Map<string, string>();
  private remembered = new Set<string>();
  private readonly aliases = new Set<string>();
  private contentBytes = 0;
  private readonly sequence: number;

  constructor(
    private readonly session: Session,
    private readonly source: RunSource,
  ) {
    this.sequence = session.info.headSequence;
  }

  /** The records to take along, in the order in which they were stored. */
  get records(): readonly CoreRecord[] {
    return [...this.taken.values()].sort((a, b) => a.recordNumber - b.recordNumber);
  }

  /** What is referred to and isn't taken along. */
  get omissions(): readonly Omission[] {
    return [...this.left].map(([uri, reason]) => ({ uri, reason }));
  }

  /** The aliases that are referred to, which may lead nowhere. */
  get referredAliases(): Iterable<string> {
    return this.aliases;
  }

  /** Takes along what a record refers to, and what that refers to, and so on. */
  async add(record: CoreRecord): Promise<void> {
    const waiting = [...(await referencesOf(this.session.core, record))];
    for (let uri = waiting.pop(); uri !== undefined; uri = waiting.pop()) {
      if (this.remembered.has(uri)) continue;
      if (this.remembered.size === MAX_REMEMBERED) this.remembered = new Set();
      this.remembered.add(uri);
      const found = await this.find(uri);
      if (typeof found === "string") this.left.set(uri, found);
      else if (found !== null && !this.taken.has(found.recordNumber)) {
        this.taken.set(found.recordNumber, found);
        this.contentBytes += found.contentLength;
        waiting.push(...(await referencesOf(this.session.core, found)));
      }
    }
  }

  /** The record to take along; null if it is the run's own; else why it can't be. */
  private async find(uri: string): Promise<CoreRecord | string | null> {
    const { session, source } = this;
    if (parseUri(uri).workspaceId !== session.info.workspaceId) return "it belongs to another workspace";
    if (isExportUri(uri)) return "it tells of another export";
    const [record] = await listRecords(session.core, uri, "", 1, { branch: source.branch, sequence: this.sequence });
    if (record?.uri !== uri) return this.whyNothing(uri);
    if (record.kind === RecordKind.ALIAS) this.aliases.add(uri);
    if (!isTakenOver(record)) return `events of the type ${eventTypeName(record.tag)} are left out`;
    if (belongsTo(session, source, uri) && (await ownVersion(session.core, uri, source.branch)) !== null) return null;
    const isBeyond = this.taken.size >= MAX_RECORDS || this.contentBytes + record.contentLength > MAX_CONTENT_BYTES;
    return isBeyond && !this.taken.has(record.recordNumber)
      ? "there is more referred to than an export takes along"
      : record;
  }

  private async whyNothing(uri: string): Promise<string> {
    const own = await ownVersion(this.session.core, uri, this.source.branch);
    return own === null ? "the run sees nothing there" : "the run removed it: only earlier checkpoints may show it";
  }
}

/** Whether a record belongs into an export: all but traces for debugging. */
export function isTakenOver(record: CoreRecord): boolean {
  return record.kind !== RecordKind.EVENT || eventTypeName(record.tag) !== "DebugTrace";
}
