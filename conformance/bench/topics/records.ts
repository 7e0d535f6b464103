/** Storing and fetching artifacts of about 4 KB by URI, without searching them. */

import { join } from "node:path";
import { writeProse } from "../collection.js";
import { figure, inTurn, node, runProgram, sqliteHost } from "../programs.js";
import type { Topic } from "./context.js";

const ARTIFACTS = 10_000;
const ARTIFACT_BYTES = 4096;

export const records: Topic = async ({ options, folder }) => {
  const documentsFile = join(folder, "artifacts.jsonl");
  writeProse(documentsFile, ARTIFACTS, ARTIFACT_BYTES);
  const { capsule, sqlite } = await inTurn(options.rounds, {
    capsule: () => runProgram(node, "capsule-records", { documentsFile, path: join(folder, "records.mv2") }),
    sqlite: () => runProgram(sqliteHost, "sqlite-records", { documentsFile, path: join(folder, "records.db") }),
  });
  const base = { topic: "records", rivalName: "SQLite", unit: "/s" } as const;
  return [
    {
      ...base,
      work: "put of 4 KB, one commit",
      ours: figure(capsule, "putsPerSecond"),
      rival: figure(sqlite, "putsPerSecond"),
      target: { atLeast: 1.4 },
    },
    {
      ...base,
      work: "get of 4 KB by URI",
      ours: figure(capsule, "getsPerSecond"),
      rival: figure(sqlite, "getsPerSecond"),
      target: { atLeast: 1.8 },
    },
  ];
};
