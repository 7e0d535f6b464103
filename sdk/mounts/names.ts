/** Names of mounts: what may be one, and what a mount is called if nobody says. */

import { baseName, extensionOf, parentPath } from "../../runtimes/paths.js";
import { CapsuleError, describeValue } from "../errors.js";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_NAME_LENGTH = 64;
/** What stands for the workspace itself among the sources of a search. */
export const WORKSPACE_SOURCE = "workspace";
/** Ours, and the names of devices, which Windows gives no file to, whatever its extension. */
const RESERVED = new Set([
  WORKSPACE_SOURCE,
  "main",
  "mounts",
  "con",
  "prn",
  "aux",
  "nul",
  ...Array.from({ length: 10 }, (_, digit) => [`com${digit}`, `lpt${digit}`]).flat(),
]);
/** What an export calls its file: then the run's directory has the better name. */
const EXPORT_FILE = "capsule";

/**
 * Checks the name of a mount.
 *
 * @param taken the names of the mounts that are there: one that differs in case only is refused
 * @throws CapsuleError `InvalidMountName`
 * @example checkMountName("SPEC-971_run-abc", []) // "SPEC-971_run-abc"
 */
export function checkMountName(name: string, taken: Iterable<string> = []): string {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw nameError(name, "it has to consist of 1 to 64 letters (A to Z), digits, _ and -");
  }
  if (RESERVED.has(name.toLowerCase())) throw nameError(name, "the name is reserved");
  for (const other of taken) {
    if (other !== name && other.toLowerCase() === name.toLowerCase()) {
      throw nameError(name, `the mount ${other} differs from it in case only`);
    }
  }
  return name;
}

/**
 * What a capsule is mounted as if nobody says: its file's name without the extension; for a file of the name that exports
 * have, `capsule.mv2e`, the name of its directory, which is the run's. Other characters become "-".
 *
 * @param path absolute
 * @throws CapsuleError `InvalidMountName` if that gives no name
 */
export function defaultMountName(path: string): string {
  const extension = extensionOf(path);
  const file = baseName(path).slice(0, extension === "" ? undefined : -extension.length);
  const best = file === EXPORT_FILE ? baseName(parentPath(path)) : file;
  return checkMountName(best.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, MAX_NAME_LENGTH));
}

function nameError(name: unknown, reason: string): CapsuleError {
  return new CapsuleError("InvalidMountName", `Cannot mount under the name ${describeValue(name)}: ${reason}`, {
    hint: "Choose another name with --mount-as (mountAs).",
    details: { name: typeof name === "string" ? name.slice(0, 200) : null },
  });
}
