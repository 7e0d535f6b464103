/** A million documents, beside SQLite. */

import { join } from "node:path";
import { writeProse, writeProseQueries } from "../collection.js";
import { figure, inTurn, node, runProgram, sqliteHost } from "../programs.js";
import type { Row } from "../rows.js";
import { megabytes, type Topic } from "./context.js";

const DOCUMENTS = 1_000_000;
const MEAN_BYTES = 200;
const SQLITE = "SQLite FTS5";

export const million: Topic = async ({ options, folder }) => {
  const documentsFile = join(folder, "million.jsonl");
  const queriesFile = join(folder, "million-queries.jsonl");
  writeProse(documentsFile, DOCUMENTS, MEAN_BYTES);
  writeProseQueries(queriesFile);
  const paths = { capsule: join(folder, "million.mv2"), database: join(folder, "million.db") };
  const built = await inTurn(1, {
    ours: () => runProgram(node, "capsule-ingest", { documentsFile, path: paths.capsule, commitEvery: null }),
    theirs: () => runProgram(sqliteHost, "sqlite-ingest", { documentsFile, path: paths.database, commitEvery: null }),
  });
  const asked = { queriesFile, snippets: false };
  const { cold, warm, theirs, bare } = await inTurn(options.rounds, {
    cold: () => runProgram(node, "capsule-query", { ...asked, path: paths.capsule, warm: false }),
    warm: () => runProgram(node, "capsule-query", { ...asked, path: paths.capsule, warm: true }),
    theirs: () => runProgram(sqliteHost, "sqlite-query", { ...asked, path: paths.database, warm: true }),
    bare: () => runProgram(node, "bare", {}),
  });
  const base = { topic: "million", rivalName: SQLITE } as const;
  return [
    {
      ...base,
      work: "ingest of a million documents, one commit",
      unit: "/s",
      ours: figure(built.ours, "perSecond"),
      rival: figure(built.theirs, "perSecond"),
      target: null,
    },
    {
      ...base,
      work: "file size",
      unit: "MB",
      ours: megabytes(built.ours, "fileBytes"),
      rival: megabytes(built.theirs, "fileBytes"),
      target: null,
    },
    {
      topic: "million",
      work: "opening, the first of a process",
      unit: "ms",
      ours: figure(cold, "openMs"),
      rivalName: "",
      rival: [],
      target: { oursAtMost: 5 },
    },
    ...(
      [
        ["warm query, p50", "p50Ms", 1],
        ["warm query, p95", "p95Ms", 5],
      ] as const
    ).map(
      ([work, name, oursAtMost]): Row => ({
        ...base,
        work,
        unit: "ms",
        ours: figure(warm, name),
        rival: figure(theirs, name),
        target: { oursAtMost },
      }),
    ),
    {
      topic: "million",
      work: "peak memory querying, Node",
      unit: "MB",
      ours: megabytes(warm, "peakBytes"),
      rivalName: "bare Node",
      rival: megabytes(bare, "peakBytes"),
      target: { extraAtMost: 64 },
    },
  ];
};
