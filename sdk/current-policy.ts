/** The policy in force, as the newest `PolicySnapshotRef` of a writer's branch names it. */

import { RecordKind } from "./core/exports.js";
import type { CoreRecord } from "./core/records.js";
import { readPayload, scanKind } from "./event-reader.js";
import { eventTypeNumbers } from "./event-types.js";
import type { EventPayloads } from "./schema/events.js";
import type { Session } from "./session.js";

type PolicyPayload = EventPayloads["PolicySnapshotRef"];

const decoder = new TextDecoder();

export class CurrentPolicy {
  /** Undefined while nobody has looked. */
  private known: PolicyPayload | null | undefined;

  constructor(private readonly session: Session) {}

  /** Takes note of an event of this handle: its payload's bytes. */
  note(payload: Uint8Array): void {
    this.known = JSON.parse(decoder.decode(payload)) as PolicyPayload;
  }

  /** The members that a `StageTransition` has of it; none if no policy is in force. Looks through the events once. */
  async members(): Promise<Partial<PolicyPayload>> {
    if (this.known === undefined) this.known = await this.find();
    return this.known ?? {};
  }

  private async find(): Promise<PolicyPayload | null> {
    const { session } = this;
    let newest: CoreRecord | null = null;
    const tag = eventTypeNumbers.PolicySnapshotRef;
    for await (const record of scanKind(session, RecordKind.EVENT, session.committedView, { tag })) newest = record;
    return newest === null ? null : ((await readPayload(session, newest)) as unknown as PolicyPayload);
  }
}
