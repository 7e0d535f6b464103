/** The fresh capsule that records are copied into. */

import type { LocalFile } from "../../runtimes/contract.js";
import { decodeHex } from "../../runtimes/std.js";
import { AnalyzerId } from "../core/exports.js";
import type { CoreHostOptions } from "../core/host.js";
import { CoreInstance } from "../core/instance.js";
import { type CoreInfo, createCapsule, openCapsule } from "../core/lifecycle.js";
import { appendCloseNote, appendCommit, markSynced, pendingRecords } from "../core/writes.js";
import { toCapsuleError } from "../machine-errors.js";

/** What a capsule says of itself from its first byte on. */
export interface TargetIdentity {
  /** 32 hexadecimal digits. */
  readonly capsuleId: string;
  readonly createdAtMs: number;
  readonly analyzerId: number;
  readonly workspaceId: string;
}

/**
 * Begins a capsule in an empty file that can be appended to and read back, and gives a core that writes to it, compressing
 * as well as it can. Nothing is synced before {@link finishTarget}.
 *
 * @param identity that of another capsule, to be the same one: a `CoreInfo` is one
 */
export async function createTarget(
  file: LocalFile,
  identity: TargetIdentity | CoreInfo,
  settings: CoreHostOptions,
): Promise<CoreInstance> {
  createCapsule(new CoreInstance(file, settings), {
    createdAtMs: identity.createdAtMs,
    analyzer: identity.analyzerId === AnalyzerId.plain ? "plain" : "english",
    capsuleId: decodeHex(identity.capsuleId),
    workspaceId: identity.workspaceId,
  });
  const core = new CoreInstance(file, settings);
  core.exports.compressThoroughly(1);
  await openCapsule(core, file.size(), JSON.stringify(file.path));
  return core;
}

/**
 * Commits what waits. The file is not synced: nobody knows of it until {@link finishTarget} has made all of it durable.
 * False if nothing waits.
 */
export function commitTarget(core: CoreInstance, atMs: number): boolean {
  if (pendingRecords(core) === 0) return false;
  appendCommit(core, atMs);
  markSynced(core);
  requireWritten(core);
  return true;
}

/** Makes everything that was committed durable, and notes that it is. */
export function finishTarget(core: CoreInstance, file: LocalFile): void {
  file.sync();
  appendCloseNote(core);
  requireWritten(core);
  file.sync();
}

/** A note that can't be written is no harm to a writer, who reports it later; a copy is not to go on without. */
function requireWritten(core: CoreInstance): void {
  const { writeError } = core.host;
  if (writeError !== null) throw toCapsuleError(writeError, "write the copy");
}
