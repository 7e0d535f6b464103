import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A case that hangs must not hang the run. */
const TIMEOUT_MS = 240_000;

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** A runtime that the package is run in. */
export interface Host {
  readonly name: string;
  /** Runs a script of an installed project and answers what it printed. `folder` is where it may write. */
  run(script: string, args: readonly string[], folder: string): Promise<string>;
  /** Runs a script with `folder` as its current directory. */
  runIn(folder: string, script: string): Promise<string>;
}

function host(name: string, program: string, argumentsFor: (project: string, folder: string) => string[]): Host {
  const start = async (directory: string, script: string, args: readonly string[], folder: string): Promise<string> => {
    const project = script.slice(0, script.lastIndexOf("/cases/"));
    const all = [...argumentsFor(project, folder), script, ...args];
    const { stdout } = await run(program, all, { cwd: directory, maxBuffer: 1 << 26, timeout: TIMEOUT_MS });
    return stdout;
  };
  return {
    name,
    run: (script, args, folder) => start(folder, script, args, folder),
    runIn: (folder, script) => start(folder, script, [], folder),
  };
}

/** Node, Bun and Deno; Deno with no more permissions than it needs: reading the project, reading and writing the folder. */
export function hosts(): Host[] {
  const bin = (name: string): string => {
    const path = join(root, "node_modules", ".bin", name);
    if (!existsSync(path)) throw new Error(`${name} isn't installed: run npm ci`);
    return path;
  };
  return [
    host("Node", process.execPath, () => []),
    host("Bun", bin("bun"), () => []),
    host("Deno", bin("deno"), (project, folder) => [
      "run",
      "--no-prompt",
      `--allow-read=${project},${folder}`,
      `--allow-write=${folder}`,
    ]),
  ];
}
