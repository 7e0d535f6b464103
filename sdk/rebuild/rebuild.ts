/** Copying a capsule record by record into a fresh one: nothing of the source gets there but what was decided on. */

import { RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import { recordByNumber } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { throwIfAborted } from "../errors.js";
import type { RebuildItem, RebuildOptions, RebuildReport, RebuildSource, RecordPlan } from "./plan.js";
import { readWhole } from "./record-content.js";
import { RecordWriter } from "./record-writer.js";
import { CommitPreview, readCommitTimes, readForkSequences } from "./source-commits.js";
import { commitTarget } from "./target.js";

/** Between two looks at the signal. */
const PAGE_RECORDS = 256;

/**
 * Copies the committed records of `source` into `target`, in their order, and commits them. Content is copied in pieces; what
 * is held grows with the branches, eight bytes for each commit, and the places where records were left out.
 *
 * The target has a commit where the source had one that something names: with a checkpoint, where a branch forked, and before
 * a merge, so that all views that can be asked for by name give what they gave. The other commits are folded into the next of
 * these. The file isn't synced; see `finishTarget`.
 *
 * @param target a core that writes to a fresh capsule, as `createTarget` gives it
 * @throws CapsuleError `Aborted`, what reading the source and writing the target can throw, and what `decide` throws
 */
export async function rebuild(
  source: RebuildSource,
  target: CoreInstance,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  // A refresh replaces a session's core and info; the copying goes on with those that it began with.
  const { core, info } = source;
  const copier = new Copier({ core, info }, target, options);
  return copier.run();
}

class Copier {
  private readonly writer: RecordWriter;
  private readonly preview: CommitPreview;
  private times = new Float64Array(0);
  private forks: readonly number[] = [];
  private nextFork = 0;
  /** The source's commit whose records are being copied. */
  private sequence = 0;
  private headSequence = 0;

  constructor(
    private readonly source: RebuildSource,
    private readonly target: CoreInstance,
    private readonly options: RebuildOptions,
  ) {
    this.writer = new RecordWriter(source.core, target);
    this.preview = new CommitPreview(source);
  }

  async run(): Promise<RebuildReport> {
    const { signal, onProgress } = this.options;
    const { recordCount } = this.source.info;
    // The index is written once, and not with each commit: nobody opens the target in between.
    this.target.exports.deferIndex(1);
    this.times = await readCommitTimes(this.source, signal);
    this.forks = await readForkSequences(this.source);
    for (let number = 0; number < recordCount; number++) {
      if (number % PAGE_RECORDS === 0) {
        throwIfAborted(signal, "copy the capsule");
        onProgress?.(number, recordCount);
        // Lets timers and signals in between: reading a local file never waits by itself.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const record = await recordByNumber(this.source.core, number);
      if (record.sequence !== this.sequence) await this.passCommits(record.sequence);
      await this.copy(record);
    }
    this.target.exports.deferIndex(0);
    this.commit();
    onProgress?.(recordCount, recordCount);
    const { stored, changed, leftOut } = this.writer;
    return { stored, changed, leftOut, headSequence: this.headSequence };
  }

  /** Goes on to the records of commit `next`: what came before is committed if something names it. */
  private async passCommits(next: number): Promise<void> {
    const isForked = (this.forks[this.nextFork] ?? next) < next;
    if ((await this.preview.promotes(next)) || isForked || this.writer.hasCheckpoint) this.commit();
    for (; (this.forks[this.nextFork] ?? next) < next; this.nextFork++) {
      this.writer.forkSequences.set(this.forks[this.nextFork] as number, this.headSequence);
    }
    this.sequence = next;
  }

  private commit(): void {
    if (commitTarget(this.target, this.times[this.sequence] ?? 0)) this.headSequence++;
    this.writer.hasCheckpoint = false;
  }

  private async copy(record: CoreRecord): Promise<void> {
    const { core } = this.source;
    const isPromotion = record.kind === RecordKind.PROMOTION;
    const promoted = isPromotion ? await recordByNumber(core, record.sameAs) : null;
    const item: RebuildItem = { record, promoted, readContent: () => readWhole(core, promoted ?? record) };
    const plan: RecordPlan = (await this.options.decide?.(item)) ?? "keep";
    const reason = await this.write(item, plan);
    this.writer.note(reason === null, plan !== "keep");
    if (reason !== null) this.options.onLeftOut?.(record, reason);
  }

  /** Why the record isn't in the target, or null if it is. */
  private write({ record, promoted }: RebuildItem, plan: RecordPlan): Promise<string | null> | string | null {
    if (plan !== "keep" && "leaveOut" in plan) return plan.leaveOut;
    const change = plan === "keep" ? {} : plan;
    if (record.kind === RecordKind.BRANCH) return this.writer.fork(record, change);
    if (promoted === null) return this.writer.put(record, record.branch, change);
    return this.options.promotions === "expand"
      ? this.writer.put(promoted, record.branch, change)
      : this.writer.promote(record, change);
  }
}
