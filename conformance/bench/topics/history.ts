/** Reading the past: as of any checkpoint. */

import { join } from "node:path";
import { figure, inTurn, node, runProgram } from "../programs.js";
import type { Topic } from "./context.js";

export const history: Topic = async ({ options, folder }) => {
  const path = join(folder, "history.mv2");
  const build = await runProgram(node, "capsule-history", { path, checkpoints: options.commits, task: "build" });
  const { reads } = await inTurn(options.rounds, {
    reads: () => runProgram(node, "capsule-history", { path, checkpoints: options.commits, task: "read" }),
  });
  const base = { topic: "history", target: null, rivalName: "", rival: [] } as const;
  return [
    {
      topic: "history",
      work: `resolve as of one of ${options.commits} checkpoints, warm`,
      unit: "µs",
      ours: figure(reads, "pastUs"),
      rivalName: "ours at head",
      rival: figure(reads, "headUs"),
      target: { atMost: 1.5 },
    },
    { ...base, work: "the same, of records not read before", unit: "µs", ours: figure(reads, "firstUs") },
    { ...base, work: "finding a checkpoint by its label", unit: "µs", ours: figure(reads, "atUs") },
    { ...base, work: "commit with a labelled checkpoint, p50", unit: "ms", ours: figure([build], "p50Ms") },
  ];
};
