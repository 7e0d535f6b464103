/** An open capsule as its parts share it: the core, the file, the branch, and what is known of the newest commit. */

import type { File } from "../runtimes/contract.js";
import { MAIN_BRANCH_NAME } from "./branch-names.js";
import { branchByName, branchRecord } from "./core/branches.js";
import { AT_HEAD, type CoreView, MAIN_BRANCH, WITH_PENDING } from "./core/exports.js";
import type { CoreInstance } from "./core/instance.js";
import { type CoreInfo, capsuleInfo } from "./core/lifecycle.js";
import { CapsuleError } from "./errors.js";
import type { WriteQueue } from "./queue.js";

/** The branch that a handle works on. */
export interface HandleBranch {
  readonly name: string;
  /** Null for a run's branch that wasn't forked yet: what it would see is main. */
  number: number | null;
}

export class Session {
  private closed = false;
  /** Names of branches, which never change. */
  private readonly names = new Map<number, string>([[MAIN_BRANCH, MAIN_BRANCH_NAME]]);
  branch: HandleBranch = { name: MAIN_BRANCH_NAME, number: MAIN_BRANCH };
  /** What a search looks at that doesn't say: of a mount, what was exported. */
  searchScope: "view" | "run" = "view";

  constructor(
    readonly path: string,
    /** Never kept by others: a refresh replaces it. */
    public core: CoreInstance,
    readonly file: File,
    /** What the capsule is, as of the newest commit that this handle sees. */
    public info: CoreInfo,
    /** Null for a reader. */
    readonly queue: WriteQueue | null,
  ) {}

  get isClosed(): boolean {
    return this.closed;
  }

  /** Whether an earlier write failed. */
  get isPoisoned(): boolean {
    return this.core.host.writeError !== null;
  }

  /** The view of `get`, `resolve` and `list`: a writer's shows what waits for its commit. */
  get lookupView(): CoreView {
    const showsPending = this.queue !== null && !this.isPoisoned;
    return { branch: this.branch.number ?? MAIN_BRANCH, sequence: showsPending ? WITH_PENDING : AT_HEAD };
  }

  /** The view of `search`, `events` and `checkpoints`. */
  get committedView(): CoreView {
    return { branch: this.branch.number ?? MAIN_BRANCH, sequence: AT_HEAD };
  }

  /** Makes this handle work on a branch. One that isn't there is looked for again after each refresh. */
  async useBranch(name: string): Promise<void> {
    this.branch = { name, number: await this.findBranch(name) };
  }

  /** The number of a branch, or null. */
  async findBranch(name: string): Promise<number | null> {
    if (name === MAIN_BRANCH_NAME) return MAIN_BRANCH;
    const found = await branchByName(this.core, name);
    if (found !== null) this.names.set(found, name);
    return found;
  }

  /** @throws CapsuleError `UnknownBranch` */
  async requireBranch(name: string): Promise<number> {
    const found = await this.findBranch(name);
    if (found === null) throw unknownBranch(name);
    return found;
  }

  /** Notes the name of a branch that was made just now. */
  nameBranch(branch: number, name: string): void {
    this.names.set(branch, name);
  }

  /** The name of a branch, looked up if need be. To be awaited before {@link branchName}. */
  async learnBranch(branch: number): Promise<string> {
    const known = this.names.get(branch);
    if (known !== undefined) return known;
    const { title } = await branchRecord(this.core, branch);
    this.names.set(branch, title);
    return title;
  }

  /** The name of a branch that was learnt before. */
  branchName(branch: number): string {
    return this.names.get(branch) ?? `#${branch}`;
  }

  /**
   * To be called by every read before it touches the core. A promise is to be awaited: writes of this handle were asked
   * for before. @throws CapsuleError `Closed`
   */
  beforeRead(): Promise<void> | undefined {
    this.requireOpen();
    return this.queue?.barrier();
  }

  requireOpen(): void {
    if (this.closed) {
      throw new CapsuleError("Closed", `Cannot use the capsule ${JSON.stringify(this.path)}: it was closed`);
    }
  }

  /** Looks again at what the capsule is: after a commit or a refresh. */
  async updateInfo(): Promise<void> {
    this.info = await capsuleInfo(this.core);
  }

  /** Marks it closed and gives the file back. */
  close(): void {
    this.closed = true;
    this.file.close();
  }
}

export function unknownBranch(name: string): CapsuleError {
  return new CapsuleError(
    "UnknownBranch",
    `Cannot use the branch ${JSON.stringify(name)}: there is none of this name`,
    {
      hint: 'Run "speckit capsule branches" to see which there are.',
      details: { branch: name },
    },
  );
}
