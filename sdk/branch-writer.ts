/** Which branch a write goes to, and forking a run's branch when it is first written to. */

import { atOnce } from "./aliases.js";
import { plainAttributes } from "./attributes.js";
import { branchRecordUri, isRunBranch, MAIN_BRANCH_NAME, normalizeBranchName, runBranchName } from "./branch-names.js";
import { runOf } from "./branch-record.js";
import { branchByName, branchRecord, forkBranch } from "./core/branches.js";
import { MAIN_BRANCH } from "./core/exports.js";
import { CapsuleError } from "./errors.js";
import type { WriterParts } from "./open.js";
import type { SpecRun } from "./placement.js";
import { unknownBranch } from "./session.js";

/** Every run writes to a branch of its own, `run/<run id>`, which forks from main at its first write. */
export class BranchWriter {
  private readonly numbers = new Map<string, number>([[MAIN_BRANCH_NAME, MAIN_BRANCH]]);

  /** Specs that branches were found to belong to. */
  private readonly specs = new Map<number, string>();

  constructor(
    private readonly parts: WriterParts,
    /** Spec and run of the handle. */
    private readonly defaults: SpecRun | null,
  ) {}

  /**
   * The branch that something of a run goes to; null stands for the handle's own. It is forked if it isn't there: to be
   * called when nothing can be refused any more.
   */
  forRun(run: SpecRun | null, atMs: number): number {
    const [name, owner] = this.wanted(run);
    const opened = this.check(run) ?? this.make(name, MAIN_BRANCH, owner, atMs);
    const { branch } = this.parts.session;
    if (name === branch.name) branch.number = opened;
    return opened;
  }

  /** As {@link forRun}, but null if that would fork. @throws CapsuleError `UnknownBranch`, `RunOfOtherSpec` */
  check(run: SpecRun | null): number | null {
    const { branch } = this.parts.session;
    const [name, owner] = this.wanted(run);
    if (name === branch.name && branch.number !== null && owner === this.defaults) return branch.number;
    const found = this.find(name);
    if (found === null && !isRunBranch(name)) throw unknownBranch(name);
    if (found !== null) this.requireSpec(name, found, owner);
    return found;
  }

  /** The name of a run's branch, and whose it is if it is made. */
  private wanted(run: SpecRun | null): readonly [name: string, owner: SpecRun | null] {
    const isOwn = run === null || this.isDefault(run) || !this.parts.branchFollowsRun;
    return isOwn ? [this.parts.session.branch.name, this.defaults] : [runBranchName(run.runId), run];
  }

  private isDefault({ specId, runId }: SpecRun): boolean {
    return runId === this.defaults?.runId && specId === this.defaults.specId;
  }

  /** Makes a branch. @throws CapsuleError `DuplicateBranch`, `UnknownBranch`, `TooLarge` */
  fork(name: string, from: string, atMs: number): string {
    const normal = normalizeBranchName(name);
    const parent = this.find(normalizeBranchName(from));
    if (parent === null) throw unknownBranch(from);
    if (this.find(normal) !== null) {
      throw new CapsuleError(
        "DuplicateBranch",
        `Cannot fork the branch ${JSON.stringify(normal)}: it is there already`,
        {
          details: { branch: normal },
        },
      );
    }
    this.make(normal, parent, null, atMs);
    return normal;
  }

  /** The number of a branch, or null. */
  find(name: string): number | null {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const found = atOnce(branchByName(this.parts.session.core, name));
    if (found !== null) this.know(name, found);
    return found;
  }

  private make(name: string, parent: number, run: SpecRun | null, atMs: number): number {
    const { core, info } = this.parts.session;
    const uri = branchRecordUri(info.workspaceId, name);
    const attributesJson = plainAttributes({ run_id: run?.runId, spec_id: run?.specId });
    const made = forkBranch(core, { parent, atMs, uri, name, attributesJson });
    this.know(name, made);
    return made;
  }

  private know(name: string, branch: number): void {
    this.numbers.set(name, branch);
    this.parts.session.nameBranch(branch, name);
  }

  /** A run belongs to the spec that its branch was made for. */
  private requireSpec(name: string, branch: number, run: SpecRun | null): void {
    if (run === null || branch === MAIN_BRANCH || this.specs.get(branch) === run.specId) return;
    const specId = runOf(atOnce(branchRecord(this.parts.session.core, branch)))?.specId;
    if (specId === undefined || specId === run.specId) {
      this.specs.set(branch, run.specId);
      return;
    }
    throw new CapsuleError(
      "RunOfOtherSpec",
      `Cannot use run ${JSON.stringify(run.runId)} under spec ${JSON.stringify(run.specId)}: it belongs to spec ${JSON.stringify(specId)}`,
      { hint: "Give the run another id.", details: { runId: run.runId, specId, branch: name } },
    );
  }
}
