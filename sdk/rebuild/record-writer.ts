/** Writing single records of a source into the target: what their numbers, branches and commits are there. */

import { forkBranch, promoteRecord } from "../core/branches.js";
import { MAIN_BRANCH, RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import type { CoreRecord } from "../core/records.js";
import { putRecord, type RecordInput } from "../core/writes.js";
import { CapsuleError } from "../errors.js";
import type { RecordChange } from "./plan.js";
import { ContentCopier } from "./record-content.js";
import { RecordNumbers } from "./record-numbers.js";
import { readFork } from "./source-commits.js";

export class RecordWriter {
  stored = 0;
  changed = 0;
  leftOut = 0;
  /** Whether a checkpoint waits for its commit. */
  hasCheckpoint = false;
  /** The target's commit for each of the source's that a branch forked from. */
  readonly forkSequences = new Map<number, number>([[0, 0]]);
  private readonly branches = new Map<number, number>([[MAIN_BRANCH, MAIN_BRANCH]]);
  private readonly numbers = new RecordNumbers();
  private readonly contents: ContentCopier;

  constructor(
    private readonly source: CoreInstance,
    private readonly target: CoreInstance,
  ) {
    this.contents = new ContentCopier(source, target);
  }

  /** Counts the record behind the last one. */
  note(isWritten: boolean, isChanged: boolean): void {
    this.numbers.add(isWritten);
    if (!isWritten) this.leftOut++;
    else {
      this.stored++;
      if (isChanged) this.changed++;
    }
  }

  /** Stores a record. Why it isn't there, or null. */
  async put(record: CoreRecord, sourceBranch: number, change: RecordChange): Promise<string | null> {
    const { kind, tag, atMs, uri } = record;
    const { title = record.title, attributesJson = record.attributesJson, isDocument = record.isDocument } = change;
    const branch = change.branch ?? this.branchOf(sourceBranch, uri);
    const { isUnconditional } = change;
    const input: RecordInput = { kind, tag, isDocument, branch, atMs, uri, title, attributesJson, isUnconditional };
    const outcome =
      change.content === undefined
        ? await this.contents.store(record, input)
        : putRecord(this.target, input, change.content);
    if (outcome === "absent") return "nothing is there to be removed";
    if (kind === RecordKind.CHECKPOINT) this.hasCheckpoint = true;
    return null;
  }

  /** Shows what a promotion promotes on its branch. Why not, or null. */
  promote(record: CoreRecord, change: RecordChange): string | null {
    const number = this.numbers.find(record.sameAs);
    if (number === null) return "what it promotes was left out";
    const branch = change.branch ?? this.branchOf(record.branch, record.uri);
    const isNew = promoteRecord(this.target, number, branch, record.atMs, false);
    return isNew ? null : "the branch has it already";
  }

  /** Makes a branch anew where it forked. Its records, if any are kept, come later. */
  async fork(record: CoreRecord, change: RecordChange): Promise<null> {
    const { atMs, uri } = record;
    const { title: name = record.title, attributesJson = record.attributesJson } = change;
    const fork = await readFork(this.source, record);
    const parent = this.branchOf(fork.parent, uri);
    const sequence = this.forkSequences.get(fork.sequence) ?? 0;
    this.branches.set(record.branch, forkBranch(this.target, { parent, sequence, atMs, uri, name, attributesJson }));
    return null;
  }

  private branchOf(sourceBranch: number, uri: string): number {
    const branch = this.branches.get(sourceBranch);
    if (branch !== undefined) return branch;
    throw new CapsuleError("InvalidArgument", `Cannot copy ${uri}: the branch that it is on was left out`);
  }
}
