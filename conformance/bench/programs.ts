/** Runs the measured programs, each in a fresh process, so that no loader, no warm code and no memory of another counts. */

import { execFile, spawnSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPackage } from "../project.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the programs are run; see {@link installPrograms}. */
let folder: string | null = null;

export interface Host {
  readonly name: "Node" | "Bun" | "Deno";
  readonly command: string;
  readonly args: readonly string[];
}

const bin = (name: string) => join(root, "node_modules", ".bin", name);

export const node: Host = { name: "Node", command: process.execPath, args: [] };
export const bun: Host = { name: "Bun", command: bin("bun"), args: [] };
export const deno: Host = { name: "Deno", command: bin("deno"), args: ["run", "--no-prompt", "--allow-all"] };
export const hosts: readonly Host[] = [node, bun, deno];

/** Where SQLite comes with the runtime: this Node if it has `node:sqlite`, else Bun. */
export const sqliteHost: Host = isBuiltin("node:sqlite") ? node : bun;

/** Whether the program `age` is installed. */
export const hasAge = (): boolean => spawnSync("age", ["--version"]).status === 0;

/** What a program measured: names and figures. */
export type Figures = Readonly<Record<string, number>>;

/**
 * Puts the programs beside the installed package, as a user has it: within the repository its TypeScript settings would lead Bun
 * to another runtime's shims.
 */
export function installPrograms(project: string): void {
  installPackage(project);
  symlinkSync(join(root, "node_modules", "minisearch"), join(project, "node_modules", "minisearch"));
  folder = join(project, "programs");
  cpSync(fileURLToPath(new URL("./programs/", import.meta.url)), folder, { recursive: true });
}

function scriptOf(name: string): string {
  if (folder === null) throw new Error("The programs aren't installed");
  return join(folder, `${name}.mjs`);
}

/** Runs `programs/<name>.mjs` with its arguments as JSON; it prints its figures as the last line. */
export async function runProgram(host: Host, name: string, parameters: object): Promise<Figures> {
  const script = scriptOf(name);
  const { stdout } = await run(host.command, [...host.args, script, JSON.stringify(parameters)], {
    cwd: dirname(script),
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) as string) as Figures;
}

/** Milliseconds from starting a program to its end. */
export async function timeProgram(host: Host, name: string, parameters: object): Promise<number> {
  const script = scriptOf(name);
  const startedAt = performance.now();
  await run(host.command, [...host.args, script, JSON.stringify(parameters)], { cwd: dirname(script) });
  return performance.now() - startedAt;
}

/** Measures several things in turn, round after round, so that a slow moment of the machine meets all alike. */
export async function inTurn<Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => Promise<Figures>>>,
): Promise<Record<Name, readonly Figures[]>> {
  const names = Object.keys(work) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name].push(await work[name]());
  }
  return results;
}

/** One figure of each round. @throws Error if a program didn't measure it */
export function figure(rounds: readonly Figures[], name: string): number[] {
  return rounds.map((figures) => {
    const value = figures[name];
    if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`A program didn't measure ${name}`);
    return value;
  });
}
