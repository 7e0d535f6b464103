/** Clean-up after an error, which must not be hidden by a second one. */

import type { FileSystem } from "../runtimes/contract.js";

/** Removes a temporary file if it can: what is left is an orphan, which `gc` finds by its name. */
export function removeQuietly(files: FileSystem, path: string): void {
  try {
    files.remove(path);
  } catch {
    // See above.
  }
}
