/** The shell in a terminal. */

import { readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capsule } from "../../capsule.js";
import { Workspace } from "./command.js";
import { hasPseudoTerminals, PseudoTerminal } from "./pseudo-terminal.js";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001b[A";

export function defineShellCases(): void {
  // Without util-linux's `script` there is no terminal to be had.
  describe.skipIf(!hasPseudoTerminals)("the shell in a terminal", shellCases);
}

function shellCases(): void {
  const workspace = new Workspace();
  const history = workspace.path("state", "speckit", "shell-history");
  const start = async (): Promise<PseudoTerminal> => {
    const terminal = PseudoTerminal.start([], workspace.directory, { XDG_STATE_HOME: workspace.path("state") });
    await terminal.waitFor("speckit> ");
    return terminal;
  };
  beforeAll(async () => {
    await workspace.create({ "plan.md": "the retry plan" });
    const run = await Capsule.open(workspace.capsulePath, { mode: "write", specId: "S", runId: "abc" });
    await run.put({ path: "first.md" }, "1");
    await run.commitStage({ stage: "plan" });
    await run.close();
  });
  afterAll(() => workspace.remove());

  it("runs lines, completes them, goes on after failures and over line ends, and keeps its lines", async () => {
    const shell = await start();
    // A tab within more that came at once is taken for pasted text.
    for (const [typed, completed] of [
      ["/sp", "/speckit.capsule "],
      ["lis", "list "],
      ["mv2", "mv2://default/"],
      ["w", "mv2://default/workspace/"],
    ] as const) {
      shell.type(typed);
      await shell.waitFor(typed);
      shell.type("\t");
      await shell.waitFor(completed.slice(completed.indexOf(typed) + typed.length));
    }
    shell.type("\r");
    await shell.waitFor("1 entry");
    shell.type("/nonsense\r");
    await shell.waitFor("no such command");
    await shell.waitFor("speckit> ");
    shell.type("/speckit.capsule search 'retry\r");
    await shell.waitFor(" > ");
    shell.type("plan'\r");
    await shell.waitFor("artifact/plan.md");
    // Pasted: both are run, and what follows waits for its end.
    shell.type("/speckit.capsule stats\n/speckit.capsule branches\n/he");
    await shell.waitFor("run/abc");
    await shell.waitFor("speckit> /he");
    shell.type("lp\r");
    await shell.waitFor("tab key");
    await shell.waitFor("speckit> ");
    shell.type(CTRL_D);
    expect(await shell.ended).toBe(0);
    const kept = readFileSync(history, "utf8").trimEnd().split("\n");
    expect(kept[0]).toBe("/speckit.capsule list mv2://default/workspace/");
    expect(kept.slice(-3)).toEqual(["/speckit.capsule stats", "/speckit.capsule branches", "/help"]);
    expect(statSync(history).mode & 0o777).toBe(0o600);
    const next = await start();
    next.type(`${UP}${UP}\r`);
    await next.waitFor("run/abc");
    next.type("/quit\r");
    expect(await next.ended).toBe(0);
  });

  it("stops a command on Ctrl-C, drops a line, and leaves at the second one", async () => {
    const shell = await start();
    const holder = await Capsule.open(workspace.capsulePath, { mode: "write" });
    shell.type("/speckit.capsule commit --label x --wait 60\r");
    await shell.waitFor("--wait 60");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    shell.type(CTRL_C);
    await shell.waitFor("[Aborted]");
    await shell.waitFor("speckit> ");
    await holder.close();
    shell.type("half a line");
    await shell.waitFor("half a line");
    shell.type(CTRL_C);
    await shell.waitFor("once more");
    await shell.waitFor("speckit> ");
    shell.type(CTRL_C);
    expect(await shell.ended).toBe(0);
  });

  it("stays at a Ctrl-C that comes as a signal when no command runs, and drops the line", async () => {
    const shell = await start();
    shell.type("half a line");
    await shell.waitFor("half a line");
    shell.interrupt();
    await shell.waitFor("once more");
    await shell.waitFor("speckit> ");
    shell.type("/help\r");
    await shell.waitFor("tab key");
    await shell.waitFor("speckit> ");
    shell.type(CTRL_D);
    expect(await shell.ended).toBe(0);
  });

  it("gives the terminal to a command that asks", async () => {
    const shell = await start();
    shell.type("/speckit.capsule merge --from run/abc --mode curated\r");
    await shell.waitFor("StageTransition");
    shell.type("\r");
    await shell.waitFor("Merged 1 URI and 1 event");
    await shell.waitFor("speckit> ");
    shell.type("/quit\r");
    expect(await shell.ended).toBe(0);
  });
}
