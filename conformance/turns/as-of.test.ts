import { join } from "node:path";
import { expect, it } from "vitest";
import { Random } from "../crash/random.js";
import type { Shown } from "./model.js";
import { SINGLE_URIS, type Step, StepSource } from "./steps.js";
import { SharedCapsule, useAgents } from "./testing.js";

const { agents, folder } = useAgents();
const [node, bun, deno] = agents.all as [(typeof agents.all)[0], (typeof agents.all)[0], (typeof agents.all)[0]];

const QUERIES = ["retry budget", "lock merge token", "検索 über", "parser text 7"];
const CHECKPOINTS = 60;
const BRANCHES = ["main", "run/r1", "run/r2", "b/0", "b/1"];

/** The steps before a checkpoint: whatever changes something, without commits of their own. */
function stepsBefore(source: StepSource): Step[] {
  const steps = Array.from({ length: 8 }, () => source.step(BRANCHES, true));
  return steps.filter((step) => !["commit", "stage", "fork"].includes(step.do));
}

it("gives as of each checkpoint, on each runtime, exactly what it gave when that checkpoint was the head", async () => {
  const random = new Random(5);
  const source = new StepSource(random);
  const capsule = new SharedCapsule(join(folder, "as-of.mv2"));
  const forks: Step[] = [
    { do: "fork", name: "b/0", from: "main" },
    { do: "fork", name: "b/1", from: "b/0" },
  ];
  await capsule.take(node, "main", forks);
  const recorded: { branch: string; checkpoint: string; queries: readonly string[]; shown: Shown }[] = [];
  for (let i = 0; i < CHECKPOINTS; i++) {
    const [branch, checkpoint] = [random.pick(BRANCHES), `checkpoint ${i}`];
    await capsule.take(node, branch, [...stepsBefore(source), { do: "commit", label: checkpoint }]);
    const [shown] = await capsule.look(node, [{ branch, queries: QUERIES }], SINGLE_URIS);
    recorded.push({ branch, checkpoint, queries: QUERIES, shown: shown as Shown });
  }
  // Each differs from the others: what is compared isn't always the same.
  expect(new Set(recorded.map(({ shown }) => JSON.stringify(shown))).size).toBe(CHECKPOINTS);
  expect(recorded.filter(({ shown }) => shown.found.flat().length > 20).length).toBeGreaterThan(CHECKPOINTS / 2);
  expect(recorded.some(({ shown }) => shown.foundInRun.flat().length < shown.found.flat().length)).toBe(true);
  for (const agent of [node, bun, deno]) {
    // Newest first: no view can grow out of the one before.
    const views = recorded.toReversed();
    const shown = await capsule.look(agent, views, SINGLE_URIS);
    expect(shown).toEqual(views.map((view) => view.shown));
    await capsule.verify(agent);
  }
});
