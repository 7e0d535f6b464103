/** Whether git would take a capsule into its history, where an append-only binary file does not belong. */

import { joinPath, parentPath, portablePath, relativeTo } from "../../runtimes/paths.js";
import { translating } from "../machine-errors.js";
import { defaultRuntime } from "../runtime.js";

export type IgnoreState = "no-work-tree" | "ignored" | "missing";

/** What is known of a capsule and git. */
export interface GitIgnore {
  readonly state: IgnoreState;
  /** The work tree's .gitignore; null outside of one. */
  readonly ignorePath: string | null;
  /** The line that would ignore the capsule, its lockfile and its backups. */
  readonly line: string;
}

/** Looks at the work tree around a capsule that exists. Asks git, and reads .gitignore where there is no git. */
export async function findGitIgnore(capsulePath: string): Promise<GitIgnore> {
  const { files, environment } = defaultRuntime;
  const capsule = files.realPath(portablePath(capsulePath, environment.platform));
  const root = workTreeRoot(parentPath(capsule));
  const relative = root === null ? null : relativeTo(root, capsule);
  if (root === null || relative === null) return { state: "no-work-tree", ignorePath: null, line: "" };
  const line = `/${relative.replace(/[\\*?[\]#! ]/g, "\\$&")}*`;
  const ignorePath = joinPath(root, ".gitignore");
  const ignored = (await gitIgnores(root, relative)) ?? readLines(ignorePath).includes(line);
  return { state: ignored ? "ignored" : "missing", ignorePath, line };
}

/** Adds the line to .gitignore. */
export function addIgnoreLine(ignorePath: string, line: string): void {
  const lines = readLines(ignorePath);
  if (lines.at(-1) === "") lines.pop();
  const text = [...lines, line, ""].join("\n");
  translating(`write ${JSON.stringify(ignorePath)}`, () =>
    defaultRuntime.files.writeFile(ignorePath, new TextEncoder().encode(text)),
  );
}

/** The nearest directory upwards that holds `.git`: a directory, or in linked work trees and submodules a file. */
function workTreeRoot(directory: string): string | null {
  for (let at = directory; ; ) {
    if (defaultRuntime.files.stat(joinPath(at, ".git")) !== null) return at;
    const above = parentPath(at);
    if (above === at) return null;
    at = above;
  }
}

/** What git says; null if it can't be asked. */
async function gitIgnores(root: string, path: string): Promise<boolean | null> {
  try {
    const args = ["-C", root, "check-ignore", "--quiet", "--", path];
    const { exitCode } = await defaultRuntime.environment.runProgram("git", args, { timeoutMs: 5000 });
    return exitCode === 0 ? true : exitCode === 1 ? false : null;
  } catch {
    // No git on this machine, or no permission to run it.
    return null;
  }
}

function readLines(path: string): string[] {
  return translating(`read ${JSON.stringify(path)}`, () => {
    if (defaultRuntime.files.stat(path) === null) return [];
    return new TextDecoder().decode(defaultRuntime.files.readFile(path)).split(/\r?\n/);
  });
}
