/** What a mounted capsule says of itself, if it is an export. */

import { MAIN_BRANCH_NAME } from "../branch-names.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { resolveEntry } from "../entry-reader.js";
import { requireCheckpoint } from "../event-reader.js";
import { readManifest } from "../export/manifest.js";
import type { OpenExport } from "../export/options.js";
import { manifestUri } from "../export/places.js";
import type { ExportManifest } from "../schema/export.js";
import type { Session } from "../session.js";
import { View } from "../view.js";

/** An open capsule, as what reads exports takes it. */
export function asExport(session: Session): OpenExport {
  const headOf = async (branch: string) => ({
    branch: await session.requireBranch(branch),
    sequence: session.info.headSequence,
  });
  return {
    info: { path: session.path, workspaceId: session.info.workspaceId },
    snapshot: async ({ branch }) => new View(session, await headOf(branch)),
    async at(checkpoint, { branch }) {
      const head = await headOf(branch);
      const { sequence } = await requireCheckpoint(session, checkpoint, head);
      return new View(session, { branch: head.branch, sequence });
    },
  };
}

/** The manifest of an export; null for any other capsule. @throws CapsuleError `Corrupted` if it has one that is none */
export async function manifestOf(session: Session): Promise<ExportManifest | null> {
  const main = () => ({ branch: MAIN_BRANCH, sequence: session.info.headSequence });
  const entry = await resolveEntry(session, manifestUri(session.info.workspaceId), main, false);
  return entry === null ? null : readManifest(asExport(session));
}

/** The branch on which a mount is looked at: the one that the manifest names; main of a capsule that is no export. */
export function mountBranch(manifest: ExportManifest | null): string {
  return manifest?.branch ?? MAIN_BRANCH_NAME;
}
