/** The core's calls about branches: forking, promoting, and what a branch has changed. */

import { AT_HEAD } from "./exports.js";
import type { CoreInstance } from "./instance.js";
import type { Eventually, RecordPage } from "./reads.js";
import { answeredRecord, answeredRecords, type CoreRecord } from "./records.js";
import { Status } from "./status.js";

/** Room that the core asks for behind the arguments of a fork. */
const FORK_ROOM_BYTES = 16;
const TOTAL_BYTES = 24;

/** The number of the branch with this name, or null. */
export function branchByName(core: CoreInstance, name: string): Eventually<number | null> {
  return core.run(
    () => {
      const capacity = 3 * name.length;
      return core.exports.branchByName(core.writeText(name, core.reserve(capacity), capacity));
    },
    (status) => (status === Status.NOT_FOUND ? null : core.check(status, "find the branch", name)),
  );
}

/** The record that made a branch: its title is the name, its attributes say what it is for. */
export function branchRecord(core: CoreInstance, branch: number): Eventually<CoreRecord> {
  return core.run(
    () => core.exports.branchRecord(branch),
    (status) => {
      core.check(status, "read branch", String(branch));
      return answeredRecord(core);
    },
  );
}

export interface ForkInput {
  readonly parent: number;
  /** The parent's commit that it forks from. Default: the newest. */
  readonly sequence?: number;
  readonly atMs: number;
  readonly uri: string;
  readonly name: string;
  readonly attributesJson: string;
}

/** Makes a branch that forks from its parent, and gives its number. The name must be free. */
export function forkBranch(core: CoreInstance, input: ForkInput): number {
  const { parent, sequence = AT_HEAD, atMs, uri, name, attributesJson } = input;
  return core.runNow(
    () => {
      const capacity = 3 * (uri.length + name.length + attributesJson.length);
      const pointer = core.reserve(capacity + FORK_ROOM_BYTES);
      const uriLength = core.writeText(uri, pointer, capacity);
      const nameLength = core.writeText(name, pointer + uriLength, capacity - uriLength);
      const used = uriLength + nameLength;
      const attributesLength = core.writeText(attributesJson, pointer + used, capacity - used);
      return core.exports.forkBranch(parent, sequence, atMs, uriLength, nameLength, attributesLength);
    },
    (status) => core.check(status, "fork the branch", name),
  );
}

/** Shows a record on a branch; a dry run only looks. False if that branch has it already. */
export function promoteRecord(
  core: CoreInstance,
  recordNumber: number,
  branch: number,
  atMs: number,
  isDry: boolean,
): boolean {
  return core.runNow(
    () => core.exports.promote(recordNumber, branch, atMs, isDry ? 1 : 0),
    (status) => core.check(status, "merge record", String(recordNumber)) === 0,
  );
}

/** The newest record of each URI that a branch itself changed, in the order in which they were stored. */
export function changedRecords(
  core: CoreInstance,
  branch: number,
  sequence: number,
  from: number,
  limit: number,
): Eventually<RecordPage> {
  return core.run(
    () => core.exports.changes(branch, sequence, from, limit),
    (status) => ({
      records: answeredRecords(core, core.check(status, "list the changes of a branch")),
      next: core.exports.changesPosition(),
    }),
  );
}

/** The newest version of a URI that a branch itself made. */
export interface OwnVersion {
  readonly recordNumber: number;
  readonly sequence: number;
}

/** The newest version of a URI that a branch itself made, up to commit `sequence` or {@link AT_HEAD}. */
export function ownVersion(
  core: CoreInstance,
  uri: string,
  branch: number,
  sequence = AT_HEAD,
): Eventually<OwnVersion | null> {
  return core.run(
    () => {
      const capacity = 3 * uri.length;
      return core.exports.ownVersion(core.writeText(uri, core.reserve(capacity), capacity), branch, sequence);
    },
    (status) => {
      if (core.check(status, "find a version of", uri) === 0) return null;
      const pointer = core.exports.resultPointer() >>> 0;
      return {
        recordNumber: core.view.getFloat64(pointer, true),
        sequence: core.view.getFloat64(pointer + 8, true),
      };
    },
  );
}

/** What a record adds to its branch. */
export interface RecordTotal {
  readonly branch: number;
  readonly kind: number;
  readonly sequence: number;
  readonly contentBytes: number;
}

/** What each of up to `limit` records from number `from` on adds to its branch. */
export function recordTotals(core: CoreInstance, from: number, limit: number): Eventually<RecordTotal[]> {
  return core.run(
    () => core.exports.totals(from, limit),
    (status) => {
      const count = core.check(status, "count records");
      const start = core.exports.resultPointer() >>> 0;
      return Array.from({ length: count }, (_, index) => {
        const at = start + index * TOTAL_BYTES;
        return {
          branch: core.view.getUint32(at, true),
          kind: core.view.getUint32(at + 4, true),
          sequence: Number(core.view.getBigUint64(at + 8, true)),
          contentBytes: core.view.getFloat64(at + 16, true),
        };
      });
    },
  );
}
