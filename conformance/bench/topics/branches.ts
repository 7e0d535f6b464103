/** A thousand branches and ten thousand checkpoints must cost what one of each costs. */

import { join } from "node:path";
import { writeProse } from "../collection.js";
import { type Figures, figure, inTurn, node, runProgram } from "../programs.js";
import type { Row } from "../rows.js";
import type { Topic } from "./context.js";

const ARTIFACTS = 100_000;
const MEAN_BYTES = 200;
const FEW = { branches: 1, checkpoints: 1 };
const MANY = { branches: 1000, checkpoints: 10_000 };

export const branches: Topic = async ({ options, collection, folder }) => {
  const documentsFile = join(folder, "branches.jsonl");
  writeProse(documentsFile, ARTIFACTS, MEAN_BYTES);
  const of = (name: string, sizes: typeof FEW) => {
    const path = join(folder, `${name}.mv2`);
    return (task: string) =>
      runProgram(node, "capsule-branches", {
        path,
        documentsFile,
        queriesFile: collection.queriesFile,
        task,
        ...sizes,
      });
  };
  const [few, many] = [of("few-branches", FEW), of("many-branches", MANY)];
  await few("build");
  const built = await many("build");
  const measured = await inTurn(options.rounds, {
    few: () => few("read"),
    many: () => many("read"),
    fewForks: () => few("fork"),
    manyForks: () => many("fork"),
  });
  const base = { topic: "branches", rivalName: "with one of each" } as const;
  const against = (work: string, unit: Row["unit"], name: string, ours: Figures[], rival: Figures[]): Row => ({
    ...base,
    work,
    unit,
    ours: figure(ours, name),
    rival: figure(rival, name),
    target: { atMost: 1.5 },
  });
  const { fewForks, manyForks } = measured;
  return [
    against("resolve as of a checkpoint on a branch", "µs", "resolveUs", [...measured.many], [...measured.few]),
    against("search as of a checkpoint on a branch", "ms", "searchMs", [...measured.many], [...measured.few]),
    against("fork a branch and commit", "ms", "forkMs", [...manyForks], [...fewForks]),
    against("bytes of a fork with its commit", "B", "forkBytes", [...manyForks], [...fewForks]),
    {
      ...base,
      work: "bytes a checkpoint with one artifact, the last thousand",
      unit: "B",
      ours: figure([built], "lastBytes"),
      rivalName: "the first thousand",
      rival: figure([built], "firstBytes"),
      target: { atMost: 1.5 },
    },
  ];
};
