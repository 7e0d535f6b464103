/** Every command on every runtime: what it prints with `--json` is what its schema says, failures and wrong calls included. */

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUTPUT_SCHEMA_VERSION, type OutputName, outputSchemas } from "../../schema/output.js";
import { encrypted } from "../../testing/age.js";
import { COMMAND, DaemonServer, STORE_VARIABLE } from "../../testing/memory/daemon-server.js";
import { commandNames } from "../program.js";
import { TOOL_VERSION } from "../version.js";
import { MAIN_SCRIPT, Workspace } from "./command.js";
import { type CommandLines, OTHER_LINES, PLAN, SCHEMA_LINES } from "./schema-lines.js";

const bin = (name: string): string => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url));
const RUNTIMES = [
  { name: "Node", call: [process.execPath] },
  { name: "Bun", call: [bin("bun")] },
  { name: "Deno", call: [bin("deno"), "run", "-A"] },
] as const;

/** Tried with every command. */
const WRONG_OPTION = "--no-such-option";
const ofTheShell = (command: string): boolean => command.startsWith("capsule ");

export function defineSchemaCases(): void {
  describe("the schemas", schemaCases);
}

function schemaCases(): void {
  it("every command has lines that succeed and lines that fail", () => {
    expect(Object.keys(SCHEMA_LINES).sort()).toEqual(commandNames().sort());
    for (const [command, { succeeds, fails }] of Object.entries(SCHEMA_LINES)) {
      expect([succeeds.length > 0, fails.length > 0], command).toEqual([true, true]);
      const name = command.replace(/^capsule /, "");
      const lines = [...succeeds, ...fails].map(([, line]) => line as string);
      for (const line of lines) expect(`${line} `).toMatch(new RegExp(`^${name} `));
    }
  });

  it("every schema is that of some line", () => {
    const used = [...Object.values(SCHEMA_LINES), OTHER_LINES].flatMap(({ succeeds }) =>
      succeeds.map(([name]) => name),
    );
    const elsewhere: OutputName[] = ["error", "version"];
    expect([...new Set([...used, ...elsewhere])].sort()).toEqual(Object.keys(outputSchemas).sort());
  });

  it("a document of another schema, and one with a member too many, are refused", () => {
    const log = { schema_version: OUTPUT_SCHEMA_VERSION, tool_version: TOOL_VERSION, count: 0, commits: [] };
    expect(outputSchemas.log.safeParse(log).success).toBe(true);
    expect(outputSchemas.log.safeParse({ ...log, commits: {} }).success).toBe(false);
    expect(outputSchemas.checkpoints.safeParse(log).success).toBe(false);
    expect(outputSchemas.log.safeParse({ ...log, surplus: 1 }).success).toBe(false);
  });

  describe.each(RUNTIMES)("on $name", ({ call }) => runtimeCases(call));
}

function runtimeCases(call: readonly string[]): void {
  const workspace = new Workspace();
  const server = new DaemonServer(workspace.path("memories.json"));
  beforeAll(async () => {
    await server.start();
    await prepare(workspace, server);
  });
  afterAll(async () => {
    await server.stop();
    workspace.remove();
  });
  const env = { SPECKIT_RUN_ID: "", [STORE_VARIABLE]: server.storePath };

  it("each line prints one document of its schema, in one process", async () => {
    const lines = linesOf(Object.entries(SCHEMA_LINES).filter(([command]) => ofTheShell(command)));
    // A line is told from the next by its document: each prints exactly one.
    const input = lines.map(([, , line]) => `/speckit.capsule ${line} --json\n`).join("");
    const { exitCode, stdout, stderr } = await run(call, [], workspace.directory, env, input);
    expect(stderr).toBe("");
    // The first line that fails is one that has to.
    expect(exitCode).toBe(1);
    const documents = stdout.trimEnd().split("\n");
    for (const [index, [kind, name, line]] of lines.entries())
      requireDocument(kind, name, line, documents[index] ?? "");
    expect(documents).toHaveLength(lines.length);
  });

  it("each line of another command prints one document of its schema, in a process of its own", async () => {
    for (const [kind, name, line] of linesOf(
      Object.entries(SCHEMA_LINES).filter(([command]) => !ofTheShell(command)),
      [],
    )) {
      const ended = await run(call, [...line.split(" "), "--json"], workspace.directory, env);
      requireDocument(kind, name, line, ended.stdout.trimEnd());
      expect([ended.stderr, ended.exitCode], line).toEqual(["", kind === "success" ? 0 : 1]);
    }
    const version = await run(call, ["--version", "--json"], workspace.directory, env);
    expect(outputSchemas.version.safeParse(JSON.parse(version.stdout)).success).toBe(true);
  });

  it.each([
    [0, ["list"]],
    [1, ["cat", `${PLAN}.old`]],
    [1, ["lst"]],
    [2, ["list", "--capsule", "cut.mv2"]],
  ] as const)("ends with %i: %j", async (exitCode, args) => {
    const ended = await run(call, ["capsule", ...args, "--json"], workspace.directory, env);
    expect([ended.exitCode, ended.stderr]).toEqual([exitCode, ""]);
    requireDocument(
      exitCode === 0 ? "success" : "failure",
      exitCode === 0 ? "list" : null,
      args.join(" "),
      ended.stdout.trimEnd(),
    );
  });
}

type Line = readonly [kind: "success" | "failure", name: string | null, line: string];

function linesOf(commands: readonly (readonly [string, CommandLines])[], others = [OTHER_LINES]): Line[] {
  const lines: Line[] = [];
  for (const { succeeds, fails } of [...commands.map(([, each]) => each), ...others]) {
    for (const [name, line] of succeeds) lines.push(["success", name, line as string]);
    for (const [code, line] of fails) lines.push(["failure", code, line as string]);
  }
  for (const [command] of commands) {
    lines.push(["failure", "UsageError", `${command.replace(/^capsule /, "")} ${WRONG_OPTION}`]);
  }
  return lines;
}

/** @param name the schema, or the code of the failure; null for any */
function requireDocument(kind: Line[0], name: string | null, line: string, document: string): void {
  const where = `${line}: ${document.slice(0, 300)}`;
  expect(document, where).toMatch(/^\{.*\}$/);
  const schema = kind === "success" ? outputSchemas[name as OutputName] : outputSchemas.error;
  const parsed = schema.safeParse(JSON.parse(document));
  expect(parsed.error?.message, where).toBeUndefined();
  if (kind === "failure" && name !== null) expect(JSON.parse(document).error.code, where).toBe(name);
}

/** What the lines find: a capsule with a checkpoint, files beside it, a golden suite, and files that are no sound capsules. */
async function prepare(workspace: Workspace, server: DaemonServer): Promise<void> {
  await workspace.create({ "plan.md": "# Plan", "raw.bin": Uint8Array.of(0, 1, 2, 255) });
  for (const folder of ["folder", "new"]) mkdirSync(workspace.path(folder));
  writeFileSync(workspace.path("note.txt"), "a note about the plan");
  writeFileSync(workspace.path("folder", "a.md"), "in a folder");
  writeFileSync(
    workspace.path("foreign.mv2"),
    Buffer.concat([Buffer.from("MV2\0\x01\x02"), Buffer.alloc(500, "junk")]),
  );
  writeFileSync(workspace.path("cut.mv2"), Uint8Array.of(0x89, 0x4d, 0x56, 0x32, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0, 0, 0));
  const local_memory = { url: server.url, command: COMMAND };
  writeFileSync(workspace.path(".speckit", "config.json"), JSON.stringify({ local_memory }));
  server.add("plan", [PLAN]);
  writeFileSync(workspace.path("golden.json"), JSON.stringify({ queries: [{ query: "plan", relevant: [PLAN] }] }));
  writeFileSync(workspace.path("empty.json"), JSON.stringify({ queries: [] }));
  await workspace.json("commit", ["commit", "--label", "before"]);
  const plain = readFileSync(workspace.capsulePath);
  writeFileSync(workspace.path("encrypted.mv2e"), encrypted(plain, { passphrase: "correct horse" }));
  writeFileSync(workspace.path("secret.txt"), "correct horse\n");
  writeFileSync(workspace.path("new-secret.txt"), "another horse\n");
}

interface Printed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program on a runtime. */
function run(
  [command = "", ...args]: readonly string[],
  words: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  input = "",
): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, MAIN_SCRIPT, ...words], { cwd, env: { ...process.env, ...env } });
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        printed[stream] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...printed }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
