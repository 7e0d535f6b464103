/** Pinning exports: `gc` leaves what is pinned. The pin is an event of the workspace and holds for the content, wherever it lies. */

import type { Runtime } from "../../runtimes/contract.js";
import { portablePath, relativeTo, resolvePath } from "../../runtimes/paths.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { argumentError } from "../errors.js";
import { digestOf } from "../import/copy.js";
import { translating } from "../machine-errors.js";
import type { CapsuleWriter } from "../writer.js";
import { formOf } from "./export-files.js";
import { readPinned } from "./known-exports.js";
import type { PinOptions, PinResult } from "./options.js";

const DEFAULT_ACTOR = "speckit-capsule";
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * `pin()` and `unpin()`: to be run by the queue. What waits is committed with it.
 *
 * @param target the path of an export, or its SHA-256
 */
export async function setPinned(
  writer: CapsuleWriter,
  target: string,
  pinned: boolean,
  options: PinOptions = {},
): Promise<PinResult> {
  writer.requireWritable();
  const { session, runtime, clock } = writer.parts;
  const { digest, path } = await identify(runtime, target, options, session.file.identity());
  const atMs = clock();
  await writer.commitPending(atMs);
  const changed = (await readPinned(session)).has(digest) !== pinned;
  if (changed) {
    const type = pinned ? "ExportPinned" : "ExportUnpinned";
    const payload = { content_hash: digest, path, actor: options.actor ?? DEFAULT_ACTOR };
    writer.storeOwnEvent(type, payload, { place: null, branch: MAIN_BRANCH, stage: undefined, atMs });
    await writer.commitPending(atMs);
  }
  return { pinned, changed, contentHash: digest, path };
}

async function identify(runtime: Runtime, target: string, options: PinOptions, workspace: string) {
  if (typeof target !== "string" || target === "") throw argumentError("export", "the path of an export", target);
  if (DIGEST.test(target)) return { digest: target, path: target };
  const { platform } = runtime.environment;
  const here = portablePath(runtime.environment.currentDirectory() ?? ".", platform);
  const workspaceDir = resolvePath(here, portablePath(options.workspaceDir ?? ".", platform));
  const path = resolvePath(workspaceDir, portablePath(target, platform));
  const action = `look at the export ${JSON.stringify(target)}`;
  const file = translating(action, () => runtime.files.open(path, { mode: "read", followSymlinks: false }));
  try {
    const isExport = translating(action, () => formOf(file) !== null && file.identity() !== workspace);
    if (!isExport) throw argumentError("export", "a capsule that was exported", target);
    return { digest: await digestOf(runtime, file, {}), path: relativeTo(workspaceDir, path) ?? path };
  } finally {
    file.close();
  }
}
