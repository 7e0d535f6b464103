/** `replay` on the command line. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { parseOutput, Workspace } from "./command.js";

export function defineReplayCases(): void {
  describe("replay", replayCases);
}

function replayCases(): void {
  const workspace = new Workspace();
  beforeAll(async () => {
    await workspace.create({ "base.md": "the retry budget" });
    const run = await Capsule.open(workspace.capsulePath, { mode: "write", specId: "S", runId: "abc" });
    await run.put({ path: "plan.md" }, "retry three times");
    await run.commitStage({ stage: "plan" });
    await run.recorder({ stage: "build" }).search("retry");
    await run.commitStage({ stage: "build", label: "built" });
    await run.emit({ type: "ToolCall", payload: { call_id: "c", tool_name: "t", input: "ask maria@firma.io" } });
    await run.close();
  });
  afterAll(() => workspace.remove());

  it("prints the timeline and exits with 1 if a check fails", async () => {
    const ended = await workspace.run(["replay", "--run", "abc", "--json"]);
    expect(ended).toMatchObject({ exitCode: 1, stderr: "" });
    const replay = parseOutput("replay", ended.stdout);
    expect(replay).toMatchObject({ run_id: "abc", spec_id: "S", passed: false, report_files: null, report_uris: null });
    expect(replay.timeline.map(({ event_type }) => event_type)).toEqual([
      "StageTransition",
      "RetrievalRequest",
      "RetrievalResponse",
      "StageTransition",
      "ToolCall",
    ]);
    expect(replay.timeline.at(-1)?.summary).toBe("t; ask [masked:email]");
    expect(replay.checks.filter(({ passed }) => !passed)).toMatchObject([{ check: "tool-calls" }]);
    const shown = (await workspace.run(["replay", "--run", "abc"])).stdout.toString();
    expect(shown).toMatch(/RetrievalRequest[\s\S]*failed tool-calls[\s\S]*1 check failed/);
  });

  it("ends at a checkpoint, writes the report, and keeps it with the run", async () => {
    const args = ["replay", "--run", "run_abc", "--as-of", "built", "--out", "reports", "--store"];
    const replay = await workspace.json("replay", args);
    expect(replay).toMatchObject({ passed: true, as_of: "built" });
    expect(replay.timeline).toHaveLength(4);
    const { report_files, report_uris, schema_version: _, tool_version: __, ...report } = replay;
    expect(JSON.parse(readFileSync(workspace.path(report_files?.json ?? ""), "utf8"))).toEqual(report);
    expect(readFileSync(workspace.path(report_files?.markdown ?? ""), "utf8")).toMatch(/^# Replay of abc \(S\)\n/);
    const [uri = ""] = report_uris ?? [];
    expect(uri).toBe("mv2://default/S/abc/artifact/replay/report.json");
    const kept = await workspace.json("cat", ["cat", uri, "--run", "abc"]);
    expect(JSON.parse(kept.content)).toEqual(report);
  });

  it("says what is missing", async () => {
    expect((await workspace.failure(1, ["replay"])).code).toBe("UsageError");
    expect((await workspace.failure(1, ["replay", "--run", "none"])).code).toBe("NotFound");
    expect((await workspace.failure(1, ["replay", "--run", "abc", "--as-of", "x"])).code).toBe("UnknownCheckpoint");
    const onMain = ["replay", "--run", "abc", "--branch", "main"];
    expect((await workspace.json("replay", onMain)).timeline).toEqual([]);
  });
}
