/** Where aliases lead, step by step: so that none is made that leads in a circle. */

import { readContent } from "./content-reader.js";
import { type CoreView, RecordKind } from "./core/exports.js";
import { type Eventually, listRecords } from "./core/reads.js";
import { CapsuleError } from "./errors.js";
import type { Session } from "./session.js";
import type { Uri } from "./uri.js";

/** How many aliases resolution follows: docs/format.md part 11. */
const MAX_ALIASES = 16;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Checks that an alias from `oldUri` to `newUri` leads somewhere, in at most 16 steps and not back. */
export function checkAliasPath(session: Session, view: CoreView, oldUri: Uri, newUri: Uri): void {
  let at: string = newUri;
  for (let steps = 1; ; steps++) {
    if (at === oldUri) {
      throw new CapsuleError("AliasCycle", `Cannot alias ${oldUri} to ${newUri}: that leads back to it`, {
        hint: "Alias it to where it is to lead in the end.",
      });
    }
    if (steps > MAX_ALIASES) {
      throw new CapsuleError(
        "AliasTooLong",
        `Cannot alias ${oldUri} to ${newUri}: that makes more than ${MAX_ALIASES} steps`,
        {
          hint: "Alias it to where it is to lead in the end.",
        },
      );
    }
    const next = stepFrom(session, view, at);
    if (next === null)
      throw new CapsuleError("NotFound", `Cannot alias ${oldUri} to ${newUri}: there is nothing at ${at}`);
    if (next === at) return;
    at = next;
  }
}

/** Where one step from a URI leads: to an alias's target, or nowhere else; null if nothing is there. */
function stepFrom(session: Session, view: CoreView, uri: string): string | null {
  // The first of the URIs that begin so is the one itself, if it is there: aliases are listed, not followed.
  const [record] = atOnce(listRecords(session.core, uri, "", 1, view));
  if (record?.uri !== uri) return null;
  return record.kind === RecordKind.ALIAS ? decoder.decode(atOnce(readContent(session, record))) : uri;
}

/** Whether something is at a URI itself, an alias included, where this handle works. */
export function isListed(session: Session, uri: Uri): boolean {
  const [record] = atOnce(listRecords(session.core, uri, "", 1, session.lookupView));
  return record?.uri === uri;
}

/** An answer that a writer's file, being local, gives without waiting. */
export function atOnce<Result>(answer: Eventually<Result>): Result {
  if (answer instanceof Promise) throw new CapsuleError("CoreFault", "Cannot go on: a writer's file answered later");
  return answer;
}
