/** What a capsule tells of its exports, compared with the files: a crash may have come between an event and its file. */

import type { Runtime } from "../../runtimes/contract.js";
import { isAbsolutePath, portablePath, relativeTo, resolvePath } from "../../runtimes/paths.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import type { Diagnostic } from "../diagnostics.js";
import { throwIfAborted } from "../errors.js";
import { readPayload, scanKind } from "../event-reader.js";
import { eventTypeNumbers } from "../event-types.js";
import type { Session } from "../session.js";
import { DEFAULT_EXPORT_DIR } from "./destination.js";
import type { ExportPlace } from "./options.js";

/** The newest event of each file, and whether it was deleted since. */
interface Told {
  readonly uri: string;
  readonly recordNumber: number;
}

/**
 * Exports below the place for exports whose newest event isn't followed by its file, nor by an event that it was deleted. Exports that
 * were put elsewhere may have been taken anywhere: they aren't missed.
 */
export async function examineExports(
  session: Session,
  runtime: Runtime,
  place: ExportPlace,
  signal: AbortSignal | undefined,
): Promise<Diagnostic[]> {
  const { platform } = runtime.environment;
  const here = portablePath(runtime.environment.currentDirectory() ?? ".", platform);
  const workspace = resolvePath(here, portablePath(place.workspaceDir ?? ".", platform));
  const exportDir = resolvePath(workspace, portablePath(place.dir ?? DEFAULT_EXPORT_DIR, platform));
  const told = await newestEvents(session, workspace);
  const findings: Diagnostic[] = [];
  for (const [path, { uri }] of told) {
    throwIfAborted(signal, "look at the exports");
    if (relativeTo(exportDir, path) === null || runtime.files.stat(path) !== null) continue;
    findings.push({
      code: "ExportMissing",
      level: "warning",
      message: `${uri} tells of an export at ${JSON.stringify(path)}, which isn't there.`,
      hint: "Somebody removed it, or exporting ended just before it was put there: export the run again.",
    });
  }
  return findings;
}

async function newestEvents(session: Session, workspace: string): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  const view = { branch: MAIN_BRANCH, sequence: AT_HEAD };
  const { CapsuleExported, CapsuleGC } = eventTypeNumbers;
  for await (const record of scanKind(session, RecordKind.EVENT, view, { tag: CapsuleExported })) {
    const { destination } = await readPayload(session, record);
    if (typeof destination !== "string") continue;
    told.set(pathOf(workspace, destination), { uri: record.uri, recordNumber: record.recordNumber });
  }
  for await (const record of scanKind(session, RecordKind.EVENT, view, { tag: CapsuleGC })) {
    const { deleted_paths: deleted } = await readPayload(session, record);
    for (const each of Array.isArray(deleted) ? deleted : []) {
      const path = pathOf(workspace, String(each));
      if ((told.get(path)?.recordNumber ?? record.recordNumber) < record.recordNumber) told.delete(path);
    }
  }
  return told;
}

const pathOf = (workspace: string, recorded: string): string =>
  isAbsolutePath(recorded) ? recorded : resolvePath(workspace, recorded);
