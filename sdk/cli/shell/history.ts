/** The lines of earlier sessions. */

import { appendFileSync, chmodSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeUtf8 } from "../../../runtimes/std.js";
import { defaultRuntime } from "../../runtime.js";

export const HISTORY_LINES = 1000;
/** A file that has grown to so many lines is cut when it is read. */
const MAX_STORED_LINES = 2 * HISTORY_LINES;
const OWNER_ONLY = 0o600;

/** `$XDG_STATE_HOME/speckit/shell-history`, by default below `~/.local/state`; null if there is no home. */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { XDG_STATE_HOME: state = "", HOME: home = "", USERPROFILE: profile = "" } = environment;
  // The specification lets relative paths be ignored: https://specifications.freedesktop.org/basedir-spec/
  if (state.startsWith("/")) return join(state, "speckit", "shell-history");
  const base = home === "" ? profile : home;
  return base === "" ? null : join(base, ".local", "state", "speckit", "shell-history");
}

/**
 * The last lines of a private file, to which several shells may append at once. What can't be read or written is done
 * without: a shell is no worse off than before.
 */
export class History {
  /** The newest first, as readline takes them. */
  readonly lines: string[];

  constructor(private readonly path: string | null) {
    this.lines = path === null ? [] : load(path);
  }

  /** Takes a line, unless it is empty, begins with a space, or repeats the last one. */
  add(line: string): void {
    if (line.trim() === "" || line.startsWith(" ") || line === this.lines[0]) return;
    this.lines.unshift(line);
    this.lines.length = Math.min(this.lines.length, HISTORY_LINES);
    const { path } = this;
    if (path === null) return;
    quietly(() => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      appendFileSync(path, `${line}\n`, { mode: OWNER_ONLY });
    });
  }
}

function load(path: string): string[] {
  const stored =
    quietly(() =>
      readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
    ) ?? [];
  const kept = stored.slice(-HISTORY_LINES);
  if (stored.length > MAX_STORED_LINES) {
    quietly(() => defaultRuntime.files.writeFile(path, encodeUtf8(`${kept.join("\n")}\n`), { private: true }));
  }
  if (stored.length > 0) quietly(() => chmodSync(path, OWNER_ONLY));
  return kept.reverse();
}

function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
