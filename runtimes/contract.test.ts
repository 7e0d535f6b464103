import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONTRACT_CASES, runCases } from "./contract.cases.js";
import { DISK_CASES } from "./disk.cases.js";
import { LOCK_CASES } from "./lock.cases.js";
import { createMemoryRuntime } from "./memory.js";
import { runtime as nodeRuntime } from "./node.js";
import { bundle, HOSTS, LOCK_KINDS, runJson, temporaryDirectory, withDenoFlags } from "./testing/programs.js";

interface Report {
  readonly runtimeName: string;
  readonly lockKind: string;
  readonly results: readonly { readonly name: string; readonly failure: string | null }[];
}

const root = temporaryDirectory();
afterAll(() => fs.rmSync(root, { recursive: true }));

const COMMON = [...CONTRACT_CASES, ...LOCK_CASES];

test("the cases have distinct names, and none was lost", () => {
  const names = [...COMMON, ...DISK_CASES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(47);
});

describe("memory keeps the contract", () => {
  const runtime = createMemoryRuntime();
  test.each(COMMON)("$name", async ({ name, run }) => {
    const directory = `/${name.replaceAll("/", " ")}`;
    runtime.files.makeDirectory(directory);
    await run(runtime, directory);
  });
});

describe("node keeps the contract inside vitest", () => {
  test.each([...COMMON, ...DISK_CASES])("$name", async ({ run }) => {
    await run(nodeRuntime, fs.mkdtempSync(`${root}/node-`));
  });
});

describe.each(HOSTS)("%s keeps the contract", (host) => {
  const failures = new Map<string, string | null>();
  let report: Report;

  beforeAll(() => {
    const program = bundle(host, "cases.script.ts", `${root}/bundles`);
    const directory = `${root}/${host}`;
    fs.mkdirSync(directory);
    const scoped = [`--allow-read=${directory}`, `--allow-write=${directory}`];
    report = runJson(withDenoFlags(program, ...scoped), `${directory}/common`, "common") as Report;
    // Deno makes symbolic links only for programs that may read and write everything.
    const unscoped = withDenoFlags(program, "--allow-read", "--allow-write");
    const disk = runJson(unscoped, `${directory}/disk`, "disk") as Report;
    for (const { name, failure } of [...report.results, ...disk.results]) failures.set(name, failure);
  });

  test("it runs where it should, with the lock it should", () => {
    expect(report.runtimeName).toBe(host.startsWith("node") ? "node" : host);
    if (process.platform === "linux") expect(report.lockKind).toBe(LOCK_KINDS[host]);
  });

  test.each([...COMMON, ...DISK_CASES])("$name", ({ name }) => {
    expect(failures.get(name)).toBeNull();
  });
});

test("runCases() reports a case that fails", async () => {
  const failing = { name: "wrong", run: () => expect(1).toBe(2) };
  const [result] = await runCases(createMemoryRuntime(), [failing], () => "/");
  expect(result?.failure).toContain("expected 1 to be 2");
});
