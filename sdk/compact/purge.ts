/** What is to be purged: URIs that no byte but their own name is to be left of. */

import { ownVersion } from "../core/branches.js";
import { RecordKind } from "../core/exports.js";
import { recordByNumber } from "../core/reads.js";
import { argumentError, CapsuleError } from "../errors.js";
import type { RebuildItem, RebuildSource, RecordPlan } from "../rebuild/plan.js";
import { checkUri, type Uri } from "../uri.js";

/**
 * Checks that each URI is or was something on some branch, so that a slip of the pen isn't taken for a purge.
 *
 * @throws CapsuleError `InvalidUri`, `NotFound`; `InvalidArgument` for a checkpoint, which names a moment of everything else
 */
export async function checkPurge(source: RebuildSource, texts: readonly string[]): Promise<Uri[]> {
  const uris = [...new Set(texts.map((text) => checkUri(text)))];
  for (const uri of uris) {
    const kind = await kindOf(source, uri);
    if (kind === null) {
      throw new CapsuleError("NotFound", `Cannot purge ${uri}: nothing was ever stored there`, {
        hint: 'Run "speckit capsule list" to see what there is.',
        details: { uri },
      });
    }
    if (kind === RecordKind.CHECKPOINT || kind === RecordKind.BRANCH) {
      throw argumentError("purge", "URIs of artifacts, policies, cards, edges or events", uri);
    }
  }
  return uris;
}

/** The kind of the newest record at a URI on the first branch that has one. */
async function kindOf({ core, info }: RebuildSource, uri: string): Promise<number | null> {
  for (let branch = 0; branch < info.branchCount; branch++) {
    const version = await ownVersion(core, uri, branch);
    if (version !== null) return (await recordByNumber(core, version.recordNumber)).kind;
  }
  return null;
}

/**
 * What becomes of a record under a URI that is purged. An event stays as an empty one: events are numbered through, and what
 * came after it keeps its number.
 */
export function planPurged({ record, promoted }: RebuildItem): RecordPlan {
  if ((promoted ?? record).kind !== RecordKind.EVENT) return { leaveOut: "purged" };
  return promoted === null ? { content: "{}", attributesJson: "" } : "keep";
}
