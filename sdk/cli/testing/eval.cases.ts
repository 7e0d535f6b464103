/** `speckit eval parity`, against a daemon over HTTP and its command. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMMAND, DaemonServer, STORE_VARIABLE } from "../../testing/memory/daemon-server.js";
import { parseOutput, runProgram, Workspace } from "./command.js";

const uri = (name: string): string => `mv2://default/workspace/main/artifact/${name}`;

export function defineEvalCases(): void {
  describe("eval parity", parityCases);
}

function parityCases(): void {
  const workspace = new Workspace();
  const server = new DaemonServer(workspace.path("memories.json"));

  beforeAll(async () => {
    await server.start();
    await workspace.create({ a: "retry budget of the client", b: "the lock of a writer" });
    mkdirSync(workspace.path(".speckit"), { recursive: true });
    const local_memory = { url: server.url, command: COMMAND };
    writeFileSync(workspace.path(".speckit", "config.json"), JSON.stringify({ local_memory }));
  });
  beforeEach(() => {
    server.reset();
    server.add("retry budget of the client", [uri("a")]);
  });
  afterAll(async () => {
    await server.stop();
    workspace.remove();
  });

  const parity = async (queries: unknown, ...args: readonly string[]) => {
    writeFileSync(workspace.path("golden.json"), JSON.stringify({ queries }));
    const env = { [STORE_VARIABLE]: server.storePath };
    const ended = await runProgram(
      ["eval", "parity", "--golden", "golden.json", "--json", ...args],
      workspace.directory,
      {
        env,
      },
    );
    expect(ended.stderr).toBe("");
    return ended;
  };

  it("writes both reports and exits with 0 where the capsule finds as much", async () => {
    const { exitCode, stdout } = await parity(
      [{ query: "retry budget", relevant: [uri("a")] }],
      "--k",
      "2",
      "--out",
      "r",
    );
    const { result, report_files } = parseOutput("eval-parity", stdout);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      k: 2,
      baseline: { backend: "local-memory", precision: 0.5, recall: 1, mrr: 1 },
      candidate: { backend: "memvid", precision: 0.5, recall: 1, mrr: 1 },
      gate: { passed: true },
    });
    expect(report_files).toEqual({ json: "r/parity.json", markdown: "r/parity.md" });
    expect(JSON.parse(readFileSync(workspace.path("r", "parity.json"), "utf8")).result).toEqual(result);
    expect(readFileSync(workspace.path("r", "parity.md"), "utf8")).toContain("Gate: **passed**");
  });

  it("exits with 1 and its report, not an error, where the gate fails", async () => {
    server.add("only the daemon knows of zebras", []);
    const { exitCode, stdout } = await parity([{ query: "zebras", relevant: ["m2"] }]);
    const { result, report_files } = parseOutput("eval-parity", stdout);
    expect([exitCode, result.gate.passed, report_files]).toEqual([1, false, null]);
  });

  it("exits with 1 if the daemon isn't healthy, 2 if its command fails, 1 for a suite that can't be", async () => {
    server.health = 500;
    const golden = [{ query: "retry", relevant: [uri("a")] }];
    const unhealthy = await parity(golden);
    expect([unhealthy.exitCode, parseOutput("error", unhealthy.stdout).error.code]).toEqual([1, "MemoryUnavailable"]);
    server.health = 200;
    const failing = await parity([{ query: "fault: exit", relevant: ["a"] }]);
    expect([failing.exitCode, parseOutput("error", failing.stdout).error.code]).toEqual([2, "MemoryBackendFailed"]);
    const empty = await parity([]);
    expect([empty.exitCode, parseOutput("error", empty.stdout).error.code]).toEqual([1, "InvalidArgument"]);
  });
}
