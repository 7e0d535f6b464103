/** Choosing what a curated merge takes, in a terminal. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { Workspace } from "./command.js";
import { hasPseudoTerminals, PseudoTerminal } from "./pseudo-terminal.js";

export function definePickerCases(): void {
  // Without util-linux's `script` there is no terminal to be had.
  describe.skipIf(!hasPseudoTerminals)("merge --mode curated in a terminal", pickerCases);
}

function pickerCases(): void {
  const workspace = new Workspace();
  const merge = ["capsule", "merge", "--from", "run/abc", "--mode", "curated"];
  beforeAll(async () => {
    await workspace.create({ "base.md": "base" });
    const run = await Capsule.open(workspace.capsulePath, { mode: "write", specId: "S", runId: "abc" });
    await run.put({ path: "first.md" }, "1");
    await run.put({ path: "second.md" }, "2");
    await run.commitStage({ stage: "plan" });
    await run.close();
  });
  afterAll(() => workspace.remove());

  it("changes nothing on Ctrl-C", async () => {
    const before = readFileSync(workspace.capsulePath);
    const terminal = PseudoTerminal.start(merge, workspace.directory);
    await terminal.waitFor("second.md");
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(1);
    expect(terminal.shown).toContain("[Aborted]");
    const after = readFileSync(workspace.capsulePath);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect((await workspace.json("log", ["log"])).count).toBe(2);
  });

  it("merges what is left chosen", async () => {
    const terminal = PseudoTerminal.start(merge, workspace.directory);
    expect(await terminal.waitFor("StageTransition")).toContain("mv2://default/S/abc/artifact/first.md  (1 B)");
    terminal.type(" ");
    await terminal.waitFor("◯ mv2://default/S/abc/artifact/first.md");
    terminal.type("\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown).toContain("Merged 1 URI and 1 event");
    const { entries } = await workspace.json("list", ["list", "mv2://default/S/"]);
    expect(entries.map(({ uri }) => uri)).toEqual(["mv2://default/S/abc/artifact/second.md"]);
  });

  it("asks nothing with --json, nor when nothing is left", async () => {
    expect((await workspace.json("merge", [...merge.slice(1), "--dry-run"])).uris_merged).toBe(1);
    await workspace.json("merge", merge.slice(1));
    const terminal = PseudoTerminal.start(merge, workspace.directory);
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown).toContain("There is nothing to merge from run/abc to main");
  });
}
