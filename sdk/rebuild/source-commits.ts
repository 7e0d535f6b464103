/** What the copier has to know of the source's commits before it comes to their records. */

import { parseFork } from "../branch-record.js";
import { branchRecord, type RecordTotal, recordTotals } from "../core/branches.js";
import { RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import { copyContent, readCommits } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { throwIfAborted } from "../errors.js";
import type { RebuildSource } from "./plan.js";

const PAGE_COMMITS = 256;
const PAGE_ROWS = 4096;

/** When each commit was made, by its number: eight bytes each are held. */
export async function readCommitTimes(
  source: RebuildSource,
  signal: AbortSignal | undefined,
): Promise<Float64Array<ArrayBuffer>> {
  const times = new Float64Array(source.info.headSequence + 1);
  for (let from = -1; source.info.headSequence > 0; ) {
    throwIfAborted(signal, "copy the capsule");
    const page = await readCommits(source.core, from, PAGE_COMMITS);
    for (const { sequence, atMs } of page) if (sequence < times.length) times[sequence] = atMs;
    const last = page.at(-1);
    if (last === undefined || last.sequence === 1) break;
    from = last.offset;
  }
  return times;
}

/** Where a branch left its parent. */
export async function readFork(core: CoreInstance, record: CoreRecord) {
  const content = new Uint8Array(record.contentLength);
  await copyContent(core, record.recordNumber, 0, content, 0, content.length);
  return parseFork(content);
}

/** The commits that branches forked from, ascending. */
export async function readForkSequences(source: RebuildSource): Promise<number[]> {
  const sequences = new Set<number>();
  for (let branch = 1; branch < source.info.branchCount; branch++) {
    sequences.add((await readFork(source.core, await branchRecord(source.core, branch))).sequence);
  }
  return [...sequences].sort((a, b) => a - b);
}

/** Looks ahead at the kinds of the records of a commit, commit after commit. */
export class CommitPreview {
  private rows: RecordTotal[] = [];
  private at = 0;
  private next = 0;

  constructor(private readonly source: RebuildSource) {}

  /** Whether a commit promotes something. To be asked in the order of the commits. */
  async promotes(sequence: number): Promise<boolean> {
    let found = false;
    for (let row = await this.row(); row !== null && row.sequence <= sequence; row = await this.row()) {
      if (row.sequence === sequence && row.kind === RecordKind.PROMOTION) found = true;
      this.at++;
    }
    return found;
  }

  private async row(): Promise<RecordTotal | null> {
    if (this.at === this.rows.length) {
      const count = Math.min(PAGE_ROWS, this.source.info.recordCount - this.next);
      if (count <= 0) return null;
      this.rows = await recordTotals(this.source.core, this.next, count);
      this.next += count;
      this.at = 0;
    }
    return this.rows[this.at] ?? null;
  }
}
