/** An open capsule as its parts share it: the core, the file, and what is known of the newest commit. */

import type { File } from "../runtimes/contract.js";
import { AT_HEAD, type CoreView, MAIN_BRANCH, WITH_PENDING } from "./core/exports.js";
import type { CoreInstance } from "./core/instance.js";
import { type CoreInfo, capsuleInfo } from "./core/lifecycle.js";
import { CapsuleError } from "./errors.js";
import type { WriteQueue } from "./queue.js";

/** The name of branch 0. Other branches can't be opened yet; a number stands for their names. */
export function branchName(branch: number): string {
  return branch === MAIN_BRANCH ? "main" : `#${branch}`;
}

export class Session {
  private closed = false;

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
    return { branch: MAIN_BRANCH, sequence: showsPending ? WITH_PENDING : AT_HEAD };
  }

  /** The view of `search`, `events` and `checkpoints`. */
  get committedView(): CoreView {
    return { branch: MAIN_BRANCH, sequence: AT_HEAD };
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
