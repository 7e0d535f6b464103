/** What tests of the command line share: the built program as a child process, in a directory of its own. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { Capsule } from "../../capsule.js";
import { type Output, type OutputName, outputSchemas } from "../../schema/output.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * What is run. `SPECKIT_TEST_MAIN` is another build than the one in dist, `SPECKIT_TEST_RUNTIME` another runtime than this
 * Node: "bun", "deno run -A".
 */
export const MAIN_SCRIPT = process.env["SPECKIT_TEST_MAIN"] ?? join(root, "dist", "sdk", "cli", "main.js");
const [RUNTIME = "", ...RUNTIME_ARGS] = process.env["SPECKIT_TEST_RUNTIME"]?.split(" ") ?? [process.execPath];

/** What runs `speckit …`: the runtime, its arguments, the program, its arguments. */
export function programCommand(args: readonly string[]): readonly [runtime: string, ...args: string[]] {
  return [RUNTIME, ...RUNTIME_ARGS, MAIN_SCRIPT, ...args];
}

/** Builds if a source is newer than what was built. */
export function ensureBuilt(): void {
  if (process.env["SPECKIT_TEST_MAIN"] !== undefined) return;
  execFileSync(process.execPath, [join(root, "conformance", "ensure-build.mjs")], { stdio: "inherit" });
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `input` is all: otherwise stdin stays open. */
  readonly keepStdinOpen?: boolean;
  readonly uid?: number;
  /** Called as soon as the process runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** A directory with a capsule at the default place; everything in it is removed at the end. */
export class Workspace {
  readonly directory = mkdtempSync(join(tmpdir(), "speckit-cli-"));
  readonly capsulePath = join(this.directory, ".speckit", "memvid", "workspace.mv2");

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  /** Creates the capsule and puts documents into it by their paths, in one commit. */
  async create(documents: Readonly<Record<string, string | Uint8Array>> = {}): Promise<this> {
    const capsule = await Capsule.create(this.capsulePath);
    await capsule.putMany(Object.entries(documents).map(([path, content]) => ({ target: { path }, content })));
    await capsule.close();
    return this;
  }

  /** Runs `speckit capsule …` here. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return runProgram(["capsule", ...args], this.directory, options);
  }

  /** Runs a command with `--json`: it must succeed, and print one document of its schema and nothing else. */
  async json<Name extends OutputName>(
    name: Name,
    args: readonly string[],
    options?: RunOptions,
  ): Promise<Output<Name>> {
    const ended = await this.run([...args, "--json"], options);
    expect(ended.stderr).toBe("");
    expect(ended.exitCode).toBe(0);
    return parseOutput(name, ended.stdout);
  }

  /** The same for a command that must fail with this exit code. */
  async failure(exitCode: 1 | 2, args: readonly string[], options?: RunOptions): Promise<Output<"error">["error"]> {
    const ended = await this.run([...args, "--json"], options);
    const { error } = parseOutput("error", ended.stdout);
    expect({ exitCode: ended.exitCode, stderr: ended.stderr }, error.message).toEqual({ exitCode, stderr: "" });
    return error;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Parses stdout, which must be exactly one document of a schema, on one line. */
export function parseOutput<Name extends OutputName>(name: Name, stdout: Buffer): Output<Name> {
  const text = stdout.toString("utf8");
  expect(text).toMatch(/^\{.*\}\n$/);
  return outputSchemas[name].parse(JSON.parse(text)) as Output<Name>;
}

/** Runs `speckit …` to its end. */
export function runProgram(args: readonly string[], cwd: string, options: RunOptions = {}): Promise<Ended> {
  const { input = "", env = {}, keepStdinOpen = false, uid, onStart } = options;
  return new Promise((resolve, reject) => {
    const [runtime, ...rest] = programCommand(args);
    const child = spawn(runtime, rest, {
      cwd,
      env: { ...process.env, ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      stderr += piece;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout: Buffer.concat(stdout), stderr }));
    // A command that doesn't read its input may be gone before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.write(input);
    if (!keepStdinOpen) child.stdin.end();
    onStart?.(child);
  });
}
