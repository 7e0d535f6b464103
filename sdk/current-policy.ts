/** The policy in force on each branch, as the newest `PolicySnapshotRef` that the branch sees names it. */

import { AT_HEAD, RecordKind } from "./core/exports.js";
import type { CoreRecord } from "./core/records.js";
import { readPayload, scanKind } from "./event-reader.js";
import { eventTypeNumbers } from "./event-types.js";
import type { EventPayloads } from "./schema/events.js";
import type { Session } from "./session.js";

type PolicyPayload = EventPayloads["PolicySnapshotRef"];

const decoder = new TextDecoder();

export class CurrentPolicy {
  /** By the branch's number; null where none is in force. What nobody has looked for is missing. */
  private readonly known = new Map<number, PolicyPayload | null>();

  constructor(private readonly session: Session) {}

  /** Takes note of an event of this handle: its payload's bytes. */
  note(branch: number, payload: Uint8Array): void {
    this.known.set(branch, JSON.parse(decoder.decode(payload)) as PolicyPayload);
  }

  /** To be called when something was merged into a branch. */
  forget(branch: number): void {
    this.known.delete(branch);
  }

  /** The members that a `StageTransition` has of it; none if no policy is in force. Looks through a branch's events once. */
  async members(branch: number): Promise<Partial<PolicyPayload>> {
    let policy = this.known.get(branch);
    if (policy === undefined) {
      policy = await this.find(branch);
      this.known.set(branch, policy);
    }
    return policy ?? {};
  }

  private async find(branch: number): Promise<PolicyPayload | null> {
    const { session } = this;
    let newest: CoreRecord | null = null;
    const tag = eventTypeNumbers.PolicySnapshotRef;
    for await (const record of scanKind(session, RecordKind.EVENT, { branch, sequence: AT_HEAD }, { tag }))
      newest = record;
    return newest === null ? null : ((await readPayload(session, newest)) as unknown as PolicyPayload);
  }
}
