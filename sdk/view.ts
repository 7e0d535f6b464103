/** A capsule as it was. */

import { type CoreView, RecordKind } from "./core/exports.js";
import { scanKind } from "./event-reader.js";
import type { ViewStats } from "./history.js";
import { Reader } from "./reader.js";
import type { Session } from "./session.js";

/**
 * Everything readable, as of one commit; what happens later doesn't change it. It lives as long as the capsule that gave
 * it is open.
 *
 * @example
 * const before = await capsule.at("plan done");
 * const plan = await before.get(uri, { as: "text" });
 */
export class View extends Reader {
  /** @internal */
  constructor(
    session: Session,
    private readonly view: CoreView,
  ) {
    super(session);
  }

  /** The commit that this is a view of. */
  get sequence(): number {
    return this.view.sequence;
  }

  /** The name of the branch that this is a view of. */
  get branch(): string {
    return this.session.branchName(this.view.branch);
  }

  /** Counts of what can be seen here, found by looking at each record. */
  async stats(): Promise<ViewStats> {
    let uriCount = 0;
    let contentBytes = 0;
    for await (const entry of this.list({ kinds: ["revision", "event", "checkpoint"] })) {
      uriCount++;
      contentBytes += entry.sizeBytes;
    }
    return {
      sequence: this.view.sequence,
      uriCount,
      revisionCount: await this.count(RecordKind.REVISION),
      eventCount: await this.count(RecordKind.EVENT),
      checkpointCount: await this.count(RecordKind.CHECKPOINT),
      contentBytes,
    };
  }

  private async count(kind: number): Promise<number> {
    let count = 0;
    for await (const _ of scanKind(this.session, kind, this.view)) count++;
    return count;
  }

  protected override lookupView(): CoreView {
    return this.view;
  }

  protected override committedView(): CoreView {
    return this.view;
  }
}
