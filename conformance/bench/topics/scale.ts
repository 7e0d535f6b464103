/** Opening and resolving must cost the same however much a capsule holds. */

import { join } from "node:path";
import { writeProse, writeProseQueries } from "../collection.js";
import { figure, inTurn, node, runProgram } from "../programs.js";
import { megabytes, type Topic } from "./context.js";

const FEW = 1000;
const MANY = 100_000;
const MEAN_BYTES = 200;

export const scale: Topic = async ({ options, folder }) => {
  const queriesFile = join(folder, "scale-queries.jsonl");
  writeProseQueries(queriesFile);
  const paths = { few: join(folder, "few.mv2"), many: join(folder, "many.mv2") };
  for (const [path, count] of [
    [paths.few, FEW],
    [paths.many, MANY],
  ] as const) {
    writeProse(`${path}.jsonl`, count, MEAN_BYTES);
    await runProgram(node, "capsule-ingest", { documentsFile: `${path}.jsonl`, path, commitEvery: null });
  }
  const measured = await inTurn(options.rounds, {
    few: () => runProgram(node, "capsule-open", { path: paths.few, artifacts: FEW }),
    many: () => runProgram(node, "capsule-open", { path: paths.many, artifacts: MANY }),
    searched: () =>
      runProgram(node, "capsule-query", {
        path: paths.many,
        queriesFile,
        warm: true,
        snippets: true,
      }),
    bare: () => runProgram(node, "bare", {}),
  });
  const { few, many, searched, bare } = measured;
  const base = { topic: "scale", rivalName: `ours at ${FEW}` } as const;
  const kilobytes = (rounds: typeof few) => figure(rounds, "bytesRead").map((bytes) => bytes / 1000);
  const name = `open and first resolve, ${MANY} artifacts`;
  return [
    {
      ...base,
      work: name,
      unit: "ms",
      ours: figure(many, "openAndResolveMs"),
      rival: figure(few, "openAndResolveMs"),
      target: { atMost: 1.5 },
    },
    {
      ...base,
      work: `bytes read by ${name}`,
      unit: "KB",
      ours: kilobytes(many),
      rival: kilobytes(few),
      target: { atMost: 2 },
    },
    {
      ...base,
      work: `reads by ${name}`,
      unit: "",
      ours: figure(many, "reads"),
      rival: figure(few, "reads"),
      target: null,
    },
    {
      topic: "scale",
      work: `peak memory, ${MANY} artifacts searched, Node`,
      unit: "MB",
      ours: megabytes(searched, "peakBytes"),
      rivalName: "bare Node",
      rival: megabytes(bare, "peakBytes"),
      target: { extraAtMost: 64 },
    },
  ];
};
