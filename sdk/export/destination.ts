/** Where an export is put. */

import type { FileIdentity, Runtime } from "../../runtimes/contract.js";
import { joinPath, portablePath, relativeTo, resolvePath } from "../../runtimes/paths.js";
import { AGE_MAGIC_BYTES, beginsAsAge } from "../age/detect.js";
import { argumentError, CapsuleError } from "../errors.js";
import { translating } from "../machine-errors.js";
import type { SpecRun } from "../placement.js";
import type { ExportOptions } from "./options.js";

/** Where exports lie, as seen from the workspace. */
export const DEFAULT_EXPORT_DIR = "docs/specs";

/** What a name of a directory can't hold on one system or another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNFIT_FOR_PATHS = /[\\:*?"<>|\u0000-\u001f]|[. ]$/;

export interface Destination {
  /** What the file system is asked for. */
  readonly path: string;
  /** What the event says: as seen from the workspace if it lies below it. */
  readonly recorded: string;
}

/** The file that an export goes to. @throws CapsuleError `InvalidArgument` */
export function destinationOf(
  runtime: Runtime,
  options: Pick<ExportOptions, "out" | "dir" | "workspaceDir">,
  run: SpecRun,
  encrypted: boolean,
): Destination {
  const { platform } = runtime.environment;
  const here = portablePath(runtime.environment.currentDirectory() ?? ".", platform);
  const workspace = resolvePath(here, portablePath(options.workspaceDir ?? ".", platform));
  const given = options.out ?? joinPath(options.dir ?? DEFAULT_EXPORT_DIR, placeOfRun(run), fileName(encrypted));
  if (typeof given !== "string" || given === "") throw argumentError("out", "the path of a file", options.out);
  const path = resolvePath(workspace, portablePath(given, platform));
  return { path, recorded: relativeTo(workspace, path) ?? path };
}

const fileName = (encrypted: boolean): string => (encrypted ? "capsule.mv2e" : "capsule.mv2");

function placeOfRun({ specId, runId }: SpecRun): string {
  for (const id of [specId, runId]) {
    if (UNFIT_FOR_PATHS.test(id)) {
      throw argumentError("out", `a path, since ${JSON.stringify(id)} can't be the name of a directory`, undefined);
    }
  }
  return joinPath(specId, "runs", runId);
}

const CAPSULE_MAGIC = Uint8Array.of(0x89, 0x4d, 0x56, 0x32);

/**
 * Checks that an export may be put at a path: nothing stands there, or an export that the caller wants to be replaced.
 *
 * @param source what is exported, which is never replaced
 * @throws CapsuleError `AlreadyExists`; `InvalidArgument` if what stands there is no capsule, or the source
 */
export function checkDestination(runtime: Runtime, { path }: Destination, source: FileIdentity, force: boolean): void {
  const action = `export to ${JSON.stringify(path)}`;
  const stat = translating(action, () => runtime.files.stat(path, { followSymlinks: false }));
  if (stat === null) return;
  const isCapsule = stat.kind === "file" && translating(action, () => looksLikeCapsule(runtime, path));
  if (!isCapsule || stat.identity === source)
    throw argumentError("out", "a place that is free, or holds an export", path);
  if (force) return;
  throw new CapsuleError("AlreadyExists", `Cannot ${action}: a capsule stands there already`, {
    hint: "Replace it with force (--force), or choose another place.",
    details: { path },
  });
}

/** Whether bytes are the first of a capsule that isn't encrypted. */
export function beginsAsCapsule(head: Uint8Array): boolean {
  return CAPSULE_MAGIC.every((byte, index) => head[index] === byte);
}

function looksLikeCapsule(runtime: Runtime, path: string): boolean {
  const file = runtime.files.open(path, { mode: "read" });
  try {
    const head = file.read(0, AGE_MAGIC_BYTES);
    return beginsAsAge(head) || beginsAsCapsule(head);
  } finally {
    file.close();
  }
}
