/** Which records a capsule still needs once its history is dropped: what each branch shows at its head. */

import { branchRecord, ownVersion, recordTotals } from "../core/branches.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import { recordByNumber } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { throwIfAborted } from "../errors.js";
import type { RebuildItem, RebuildSource } from "../rebuild/plan.js";
import { readFork } from "../rebuild/source-commits.js";

const PAGE_ROWS = 4096;
/** What has versions that replace one another. Events, checkpoints and branches have one each. */
const VERSIONED: readonly number[] = [RecordKind.REVISION, RecordKind.REMOVAL, RecordKind.ALIAS];

/**
 * The newest version of each URI on each branch, and besides what was the newest where another branch forked: that is what
 * the other one shows. Records that a promotion shows elsewhere are needed, too, whatever replaced them on their own branch.
 */
export class NewestVersions {
  /** Numbers of records that a needed promotion promotes. */
  private readonly promoted = new Set<number>();

  private constructor(
    private readonly source: RebuildSource,
    /** For each branch the commits at which others still look at it, ascending. */
    private readonly looks: ReadonlyMap<number, readonly number[]>,
  ) {}

  static async find(source: RebuildSource, signal: AbortSignal | undefined): Promise<NewestVersions> {
    const found = new NewestVersions(source, await findLooks(source));
    await found.findPromoted(signal);
    return found;
  }

  async needs({ record, promoted }: RebuildItem): Promise<boolean> {
    if (!VERSIONED.includes((promoted ?? record).kind)) return true;
    return this.isPromoted(record) || (await this.isNewest(record));
  }

  /** Whether a promotion that is needed shows the record. */
  isPromoted(record: CoreRecord): boolean {
    return this.promoted.has(record.recordNumber);
  }

  /** Whether the record is what its URI was on its branch the next time that somebody looks. */
  private async isNewest(record: CoreRecord): Promise<boolean> {
    const look = this.looks.get(record.branch)?.find((sequence) => sequence >= record.sequence) ?? AT_HEAD;
    const version = await ownVersion(this.source.core, record.uri, record.branch, look);
    const stands = record.kind === RecordKind.PROMOTION ? record.sameAs : record.recordNumber;
    return version?.recordNumber === stands;
  }

  private async findPromoted(signal: AbortSignal | undefined): Promise<void> {
    const { core, info } = this.source;
    for (let from = 0; from < info.recordCount; from += PAGE_ROWS) {
      throwIfAborted(signal, "compact the capsule");
      const rows = await recordTotals(core, from, Math.min(PAGE_ROWS, info.recordCount - from));
      for (const [index, { kind }] of rows.entries()) {
        if (kind !== RecordKind.PROMOTION) continue;
        const record = await recordByNumber(core, from + index);
        if (await this.isNewest(record)) this.promoted.add(record.sameAs);
      }
    }
  }
}

async function findLooks({ core, info }: RebuildSource): Promise<Map<number, number[]>> {
  const forks = new Map<number, { parent: number; sequence: number }>();
  const looks = new Map<number, number[]>();
  for (let branch = 1; branch < info.branchCount; branch++) {
    forks.set(branch, await readFork(core, await branchRecord(core, branch)));
    let limit = Number.POSITIVE_INFINITY;
    for (let at = branch; at !== MAIN_BRANCH; ) {
      const fork = forks.get(at) as { parent: number; sequence: number };
      limit = Math.min(limit, fork.sequence);
      looks.set(fork.parent, [...(looks.get(fork.parent) ?? []), limit]);
      at = fork.parent;
    }
  }
  for (const [branch, sequences] of looks)
    looks.set(
      branch,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
  return looks;
}
