/** Names of branches: `main`, `run/<run id>`, or a name of one or two components that a caller chose. */

import { argumentError } from "./errors.js";
import { checkUri, DEFAULT_RUN, normalizeRunId } from "./uri.js";

export const MAIN_BRANCH_NAME = "main";
const RUN_PREFIX = "run/";
const MAX_COMPONENTS = 2;
/** The longest name, in bytes of UTF-8: docs/format.md part 6. */
const MAX_NAME_BYTES = 256;

const encoder = new TextEncoder();

/**
 * The branch of a run: `run/<id>`, and `main` for the run `main`. `run_abc` and `abc` are the same run.
 *
 * @throws CapsuleError `InvalidUri`
 * @example runBranchName("run_abc") // "run/abc"
 */
export function runBranchName(runId: string): string {
  const normal = normalizeRunId(runId);
  return normal === DEFAULT_RUN ? MAIN_BRANCH_NAME : RUN_PREFIX + normal;
}

/**
 * A branch's name in its one spelling: `run/run_abc` becomes `run/abc`.
 *
 * @throws CapsuleError `InvalidArgument`
 */
export function normalizeBranchName(name: string): string {
  if (typeof name !== "string" || name === "") throw argumentError("branch", "the name of a branch", name);
  const normal = name.startsWith(RUN_PREFIX) ? runBranchName(name.slice(RUN_PREFIX.length)) : name;
  const components = normal.split("/").length;
  if (components > MAX_COMPONENTS || encoder.encode(normal).length > MAX_NAME_BYTES || !isPath(normal)) {
    throw argumentError("branch", "one or two components of a URI, such as run/abc, in at most 256 bytes", name);
  }
  return normal;
}

/** Whether a name can stand in a URI. */
function isPath(name: string): boolean {
  try {
    checkUri(`mv2://w/s/r/artifact/${name}`);
    return true;
  } catch {
    return false;
  }
}

/** Whether a branch is a run's. */
export function isRunBranch(name: string): boolean {
  return name.startsWith(RUN_PREFIX);
}

/** The URI of the record that makes a branch. It has fewer components than any URI of a run, and is never given out. */
export function branchRecordUri(workspaceId: string, name: string): string {
  return `mv2://${workspaceId}/branch/${name}`;
}
