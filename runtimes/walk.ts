/** Walking a directory in one order on every runtime, over any `list`. */

import type { DirectoryEntry, WalkEntry } from "./contract.js";
import { joinPath } from "./paths.js";
import { compareUtf8 } from "./std.js";

/** See `FileSystem.walk`, whose order and laws this makes true. */
export function* walkDirectory(
  list: (path: string) => readonly DirectoryEntry[],
  root: string,
  enter: (directory: WalkEntry) => boolean = () => true,
  prefix = "",
): Generator<WalkEntry> {
  const entries = list(prefix === "" ? root : joinPath(root, prefix)).map((entry) => ({
    ...entry,
    relativePath: prefix + entry.name,
  }));
  // "a/x" comes after "a.txt" in byte order, since "/" is above ".": a directory sorts as its contents do.
  entries.sort((a, b) => compareUtf8(sortKey(a), sortKey(b)));
  for (const entry of entries) {
    yield entry;
    if (entry.kind === "directory" && enter(entry)) yield* walkDirectory(list, root, enter, `${entry.relativePath}/`);
  }
}

function sortKey(entry: DirectoryEntry): string {
  return entry.kind === "directory" ? `${entry.name}/` : entry.name;
}
