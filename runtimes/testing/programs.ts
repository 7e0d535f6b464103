/** Starts a TypeScript program of this folder inside Node, Bun or Deno, bundled with that runtime's shim. */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PACKAGES = path.resolve(HERE, "../../node_modules");

/** Node with koffi, and Node in an installation without it, which has to use the `flock` program. */
export const HOSTS = ["node", "node-without-koffi", "bun", "deno"] as const;
export type Host = (typeof HOSTS)[number];

export const LOCK_KINDS: { readonly [host in Host]: string } = {
  node: "flock (koffi)",
  "node-without-koffi": "flock (program)",
  bun: "flock (bun:ffi)",
  deno: "flock (deno)",
};

/** A fresh directory under the system's temporary one, real path. */
export function temporaryDirectory(): string {
  return fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "speckit-runtimes-")));
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** Bundles `<script>`, as seen from this folder, into `directory` for `host`, and says how to start it. */
export function bundle(host: Host, script: string, directory: string): Program {
  const shim = host.startsWith("node") ? "node" : host;
  // Where there is no node_modules above the bundle, koffi isn't installed.
  const home = path.join(directory, host);
  fs.mkdirSync(home, { recursive: true });
  if (host === "node") fs.symlinkSync(PACKAGES, path.join(home, "node_modules"), "junction");
  const outfile = path.join(home, path.basename(script).replace(/\.ts$/, ".mjs"));
  buildSync({
    entryPoints: [path.join(HERE, script)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    external: ["koffi", "bun:ffi"],
    alias: { "#runtime": path.join(HERE, "..", `${shim}.ts`) },
    logLevel: "error",
  });
  if (shim === "node") return { file: process.execPath, args: [outfile] };
  const program = path.join(PACKAGES, ".bin", shim);
  return shim === "bun" ? { file: program, args: [outfile] } : { file: program, args: ["run", "--no-prompt", outfile] };
}

/** With flags of Deno before the script; other runtimes ignore them. */
export function withDenoFlags(program: Program, ...flags: readonly string[]): Program {
  const isDeno = program.args[0] === "run";
  return isDeno ? { ...program, args: ["run", "--no-prompt", ...flags, ...program.args.slice(2)] } : program;
}

export function runJson(program: Program, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(program.file, [...program.args, ...args], { encoding: "utf8" }));
}

export interface AgentError {
  readonly code: string;
  readonly message: string;
}

/** A running `lock-agent.script.ts`. Answers come in the order of the requests. */
export class Agent {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  #unread = "";

  constructor(program: Program) {
    this.#process = spawn(program.file, program.args);
    let complaints = "";
    this.#process.stderr.on("data", (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    this.#process.stdout.on("data", (chunk: Buffer) => {
      const lines = (this.#unread + chunk.toString()).split("\n");
      this.#unread = lines.pop() ?? "";
      for (const line of lines) this.#waiting.shift()?.resolve(line);
    });
    this.#process.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the agent ended: ${complaints}`));
    });
  }

  async ask(request: object): Promise<unknown> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    });
    const answer = JSON.parse(line) as { result?: unknown; error?: AgentError };
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.result;
  }

  /** Ends it as a crash would, and returns once it is gone. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      this.#process.once("exit", () => resolve());
      this.#process.kill("SIGKILL");
    });
  }
}
