import { describe, expect, it } from "vitest";
import { runHistories } from "./histories.js";
import type { Sabotage } from "./history.js";
import { useAgents } from "./testing.js";

const { agents, folder } = useAgents();

describe("a capsule that Node, Bun and Deno write by turns, some of them killed", () => {
  it("shows on every branch and as of every checkpoint what a list of all that was stored shows", async () => {
    const total = await runHistories(agents, folder, { steps: 200, seed: 1000 });
    expect(total.kills).toBeGreaterThan(3);
    expect(total.views).toBeGreaterThan(200);
  });

  /** Leaves out each session's first step of a kind. */
  const without =
    (kind: string): Sabotage =>
    (steps) => {
      const index = steps.findIndex((step) => step.do === kind);
      return steps.map((step, i) => (i === index ? ({ do: "commit", label: null } as const) : step));
    };

  it.each(["put", "emit", "fork", "merge"])("is found out when it doesn't obey a %s", async (kind) => {
    const run = runHistories(agents, folder, { steps: 200, seed: 1, sabotage: without(kind) });
    await expect(run).rejects.toThrow(/found .* expected|it begins at commit|is the newest|never made/);
  });

  it("is found out when a view shows one word more than was stored", async () => {
    const sabotage: Sabotage = (steps) =>
      steps.map((step) => (step.do === "put" ? { ...step, text: `${step.text} more` } : step));
    const run = runHistories(agents, folder, { steps: 200, seed: 1, sabotage });
    await expect(run).rejects.toThrow(/resolved: found/);
  });
});
