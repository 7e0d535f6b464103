/** The program among other programs: pipes, signals, terminals, help. */

import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { TOOL_VERSION } from "../version.js";
import { parseOutput, runProgram, Workspace } from "./command.js";

export function defineProcessCases(): void {
  describe("the program", processCases);
}

function processCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => {
    await workspace.create();
    const capsule = await Capsule.open(workspace.capsulePath, { mode: "write" });
    const paths = Array.from({ length: 3000 }, (_, index) => `document-${index}.md`);
    await capsule.putMany(paths.map((path) => ({ target: { path }, content: path })));
    await capsule.close();
  });
  afterAll(() => workspace.remove());

  it("ends quietly when whoever reads its output has gone", async () => {
    for (const args of [["list"], ["list", "--json"]]) {
      const ended = await workspace.run(args, { onStart: (child) => child.stdout?.destroy() });
      expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    }
  });

  it("stops on SIGINT with nothing half-made", async () => {
    const before = readFileSync(workspace.capsulePath);
    const lockfile = `${workspace.capsulePath}.lock`;
    const ended = await workspace.run(["put", "-", "--path", "half.txt", "--json"], {
      input: "half of it",
      keepStdinOpen: true,
      onStart(child) {
        // The lock names its holder once the capsule is open, which is when there is something to interrupt.
        const poll = setInterval(() => {
          if (!existsSync(lockfile) || readFileSync(lockfile).length === 0) return;
          clearInterval(poll);
          setTimeout(() => child.kill("SIGINT"), 200);
        }, 20);
      },
    });
    expect(ended.exitCode).toBe(1);
    expect(parseOutput("error", ended.stdout).error.code).toBe("Aborted");
    expect(readFileSync(workspace.capsulePath).subarray(0, before.length).equals(before)).toBe(true);
    const capsule = await Capsule.open(workspace.capsulePath, { mode: "write" });
    expect(await capsule.resolve("mv2://default/workspace/main/artifact/half.txt")).toBeNull();
    await capsule.close();
    expect((await workspace.json("log", ["log"])).count).toBe(1);
  });

  it("prints help and version as people and programs ask for them", async () => {
    const help = await workspace.run(["list", "--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout.toString()).toContain("--as-of");
    expect((await workspace.json("help", ["list", "--help"])).help).toBe(help.stdout.toString());
    const version = await runProgram(["--version"], workspace.directory);
    expect(version.stdout.toString()).toBe(`${TOOL_VERSION}\n`);
    const asJson = await runProgram(["--version", "--json"], workspace.directory);
    expect(parseOutput("version", asJson.stdout).tool_version).toBe(TOOL_VERSION);
  });

  it("without arguments runs the lines of a pipe", async () => {
    const input = "/speckit.capsule stats --json\n/nonsense\n/speckit.capsule list --limit 1\n";
    const ended = await runProgram([], workspace.directory, { input });
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout.toString()).toMatch(/^\{.*\}\n[\s\S]*1 entry\n$/);
    expect(ended.stderr).toContain("no such command");
  });

  it("fails without a command, with help on stderr", async () => {
    const ended = await workspace.run([]);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toHaveLength(0);
    expect(ended.stderr).toContain("Usage: speckit");
    expect((await workspace.failure(1, [])).code).toBe("UsageError");
  });
}
