import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Step, uriOf } from "./steps.js";
import { SharedCapsule, useAgents, type View } from "./testing.js";

const { agents, folder } = useAgents();
const MAIN: View = { branch: "main", queries: ["plan"] };
const RUN: View = { branch: "run/r1", queries: ["plan"] };

/** Inline, in blobs, the same content again, and what a curated merge may not or does not take. */
const CONTENTS = {
  "plan.md": "the plan über 検索\u{1f600}",
  "long.txt": "0123456789abcdef plan\n".repeat(150_000),
  "again.md": "the plan über 検索\u{1f600}",
  "private.md": "a plan that isn't promoted",
  "n3.md": "a plan that nobody chooses",
};
const URIS = Object.keys(CONTENTS).map(uriOf);
const NOTHING = URIS.map(() => null);

const work: Step[] = [
  ...Object.entries(CONTENTS).map(([name, text]) => ({
    do: "put" as const,
    uri: uriOf(name),
    text,
    promote: name !== "private.md",
  })),
  { do: "emit", type: "IntakeCompleted", run: null },
  { do: "emit", type: "DebugTrace", run: null },
];
const merge = (mode: "full" | "curated"): Step => ({ do: "merge", from: "run/r1", to: "main", mode });
const NOTHING_LEFT = { answer: [[], []], mergeCheckpointId: null };

describe.each([
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
])("a run's URIs, written, merged and read on runtimes %i, %i and %i", (first, second, third) => {
  const [writer, merger, reader] = [first, second, third].map((index) => agents.all[index]) as [
    (typeof agents.all)[0],
    (typeof agents.all)[0],
    (typeof agents.all)[0],
  ];

  it("resolve on main after a full merge, to the same bytes, and not before; reopened elsewhere too", async () => {
    const capsule = new SharedCapsule(join(folder, `full-${first}.mv2`));
    expect((await capsule.take(writer, "run/r1", work)).slice(0, URIS.length)).toEqual(URIS);
    for (const agent of agents.all) {
      const [main, run] = await capsule.look(agent, [MAIN, RUN], URIS);
      expect(main).toMatchObject({ resolved: NOTHING, listed: [], events: [], found: [[]] });
      expect(run?.resolved).toEqual(Object.values(CONTENTS));
    }
    expect(await capsule.take(merger, "main", [merge("full"), merge("full")])).toMatchObject([
      { mergeCheckpointId: expect.stringMatching(/^[0-9A-Z]{26}$/) },
      NOTHING_LEFT,
    ]);
    expect(await capsule.take(reader, "main", [merge("full")])).toEqual([NOTHING_LEFT]);
    for (const agent of agents.all) {
      const [main, run] = await capsule.look(agent, [MAIN, RUN], URIS);
      expect(main?.resolved).toEqual(Object.values(CONTENTS));
      expect(main?.found.map((hits) => hits.length)).toEqual([5]);
      expect(run?.resolved).toEqual(Object.values(CONTENTS));
      expect(main?.events.map(([, type]) => type)).toEqual(["IntakeCompleted", "DebugTrace", "BranchMerged"]);
      await capsule.verify(agent);
    }
  });

  it("come curated without what is marked, not chosen or for debugging; a full merge brings the rest; both survive", async () => {
    const capsule = new SharedCapsule(join(folder, `curated-${first}.mv2`));
    await capsule.take(writer, "run/r1", [...work, { do: "stage", label: "done", run: null }]);
    await capsule.take(merger, "main", [merge("curated")]);
    const excluded = ["private.md", "n3.md"];
    for (const agent of agents.all) {
      const [main] = await capsule.look(agent, [MAIN], URIS);
      expect(main?.resolved).toEqual(
        Object.entries(CONTENTS).map(([name, text]) => (excluded.includes(name) ? null : text)),
      );
      expect(main?.listed).toEqual(URIS.filter((uri) => !excluded.some((name) => uri.endsWith(name))).sort());
      expect(main?.events.map(([, type]) => type)).toEqual(["IntakeCompleted", "StageTransition", "BranchMerged"]);
    }
    expect(await capsule.take(reader, "main", [merge("curated")])).toEqual([NOTHING_LEFT]);
    await capsule.take(reader, "main", [merge("full"), { do: "commit", label: null }]);
    for (const agent of agents.all) {
      const [main] = await capsule.look(agent, [MAIN], URIS);
      expect(main?.resolved).toEqual(Object.values(CONTENTS));
      expect(main?.events.map(([, type]) => type).sort()).toEqual(
        ["BranchMerged", "BranchMerged", "DebugTrace", "IntakeCompleted", "StageTransition"].sort(),
      );
      await capsule.verify(agent);
    }
  });
});
