/** Moving a reader on to the newest commit. */

import { capsuleInfo } from "./core/lifecycle.js";
import { CapsuleError } from "./errors.js";
import { openCore, type ReaderParts } from "./open.js";
import type { Session } from "./session.js";

/** Opens the file once more with a fresh core and puts it in the old one's place. False if nothing was committed. */
export async function refreshSession(parts: ReaderParts): Promise<boolean> {
  const { session, settings } = parts;
  const { file, info } = session;
  const sizeBytes = file.size();
  if (sizeBytes < info.headEnd) throw lostError(session, `it has ${sizeBytes} bytes, and had ${info.headEnd}`);
  const standing = parts.files?.stat(session.path);
  if (standing === null) throw lostError(session, "it was deleted or moved");
  if (standing !== undefined && standing.identity !== file.identity())
    throw lostError(session, "another file stands there now");
  const core = await openCore(file, settings, session.path);
  const found = await capsuleInfo(core);
  session.requireOpen();
  if (found.capsuleId !== info.capsuleId || found.headSequence < info.headSequence) {
    throw lostError(session, "it holds another history now");
  }
  if (found.headSequence === info.headSequence) return false;
  session.core = core;
  session.info = found;
  if (session.branch.number === null) await session.useBranch(session.branch.name);
  return true;
}

function lostError(session: Session, reason: string): CapsuleError {
  return new CapsuleError("SnapshotLost", `Cannot go on reading ${JSON.stringify(session.path)}: ${reason}`, {
    hint: "Close the capsule and open it again.",
  });
}
