/** Storing documents so that they can be searched, and searching them. */

import { join } from "node:path";
import { figure, inTurn, node, runProgram, sqliteHost } from "../programs.js";
import type { Row } from "../rows.js";
import { type BenchContext, BYTES_PER_MB, megabytes, type Topic } from "./context.js";

const SQLITE = "SQLite FTS5";
const COMMIT_EVERY_DOCUMENTS = 100;

interface SearchFiles {
  readonly capsule: string;
  readonly database: string;
}

export const search: Topic = async (context) => {
  const files = { capsule: join(context.folder, "bulk.mv2"), database: join(context.folder, "bulk.db") };
  const bulk = await ingest(context, files, null);
  const often = await ingest(
    context,
    { capsule: `${files.capsule}.often`, database: `${files.database}.often` },
    COMMIT_EVERY_DOCUMENTS,
  );
  const queried = await query(context, files);
  const others = await miniSearch(context, files);
  return [...bulk, ...often, ...(await compacted(context, files.capsule)), ...queried, ...others];
};

/** Once: what comes out is the same each time. The capsule is what queries have run on; none does afterwards. */
async function compacted({ collection }: BenchContext, path: string): Promise<Row[]> {
  const { ours } = await inTurn(1, { ours: () => runProgram(node, "capsule-compact", { path }) });
  const base = { topic: "search", rivalName: "", rival: [], target: null } as const;
  return [
    {
      ...base,
      work: "file size over text, after compact",
      unit: "MB",
      ours: megabytes(ours, "fileBytes"),
      rivalName: "the text",
      rival: [collection.textBytes / BYTES_PER_MB],
      target: { atMost: 0.75 },
    },
    { ...base, work: "compact", unit: "MB/s", ours: figure(ours, "megabytesPerSecond") },
  ];
}

async function ingest(
  { options, collection }: BenchContext,
  files: SearchFiles,
  commitEvery: number | null,
): Promise<Row[]> {
  const { documentsFile, textBytes } = collection;
  const { capsule, sqlite } = await inTurn(options.rounds, {
    capsule: () => runProgram(node, "capsule-ingest", { documentsFile, path: files.capsule, commitEvery }),
    sqlite: () => runProgram(sqliteHost, "sqlite-ingest", { documentsFile, path: files.database, commitEvery }),
  });
  const label = commitEvery === null ? "one commit" : `a commit every ${commitEvery}`;
  const size = megabytes(capsule, "fileBytes");
  const base = { topic: "search", rivalName: SQLITE } as const;
  return [
    {
      ...base,
      work: `ingest, ${label}`,
      unit: "/s",
      ours: figure(capsule, "perSecond"),
      rival: figure(sqlite, "perSecond"),
      target: { atLeast: 2 },
    },
    {
      topic: "search",
      work: `file size over text, ${label}`,
      unit: "MB",
      ours: size,
      rivalName: "the text",
      rival: [textBytes / BYTES_PER_MB],
      target: { atMost: commitEvery === null ? 0.95 : 1.8 },
    },
    {
      ...base,
      work: `file size, ${label}`,
      unit: "MB",
      ours: size,
      rival: megabytes(sqlite, "fileBytes"),
      target: null,
    },
  ];
}

async function query({ options, collection }: BenchContext, files: SearchFiles): Promise<Row[]> {
  const { queriesFile } = collection;
  const ours =
    (warm: boolean, snippets: boolean, host = node) =>
    () =>
      runProgram(host, "capsule-query", { path: files.capsule, queriesFile, warm, snippets });
  const theirs = (warm: boolean, snippets: boolean) => () =>
    runProgram(sqliteHost, "sqlite-query", { path: files.database, queriesFile, warm, snippets });
  const measured = await inTurn(options.rounds, {
    oursCold: ours(false, false),
    theirsCold: theirs(false, false),
    oursWarm: ours(true, false),
    theirsWarm: theirs(true, false),
    oursSnippets: ours(true, true),
    theirsSnippets: theirs(true, true),
    // Resident memory counts the runtime's own: both in the same runtime.
    oursThere: ours(true, false, sqliteHost),
  });
  const { oursCold, theirsCold, oursWarm, theirsWarm, oursSnippets, theirsSnippets, oursThere } = measured;
  const base = { topic: "search", rivalName: SQLITE } as const;
  const times = (work: string, mine: typeof oursWarm, rival: typeof oursWarm, atMost: number): Row[] => [
    {
      ...base,
      work: `${work}, p50`,
      unit: "ms",
      ours: figure(mine, "p50Ms"),
      rival: figure(rival, "p50Ms"),
      target: { atMost },
    },
    {
      ...base,
      work: `${work}, p95`,
      unit: "ms",
      ours: figure(mine, "p95Ms"),
      rival: figure(rival, "p95Ms"),
      target: { atMost },
    },
  ];
  return [
    {
      ...base,
      work: "cold open and first query",
      unit: "ms",
      ours: figure(oursCold, "coldMs"),
      rival: figure(theirsCold, "coldMs"),
      target: { atMost: 1 },
    },
    ...times("warm query", oursWarm, theirsWarm, 1 / 50),
    ...times("warm query, ten snippets", oursSnippets, theirsSnippets, 1 / 6),
    {
      ...base,
      work: `peak memory querying, both on ${sqliteHost.name}`,
      unit: "MB",
      ours: megabytes(oursThere, "peakBytes"),
      rival: megabytes(theirsWarm, "peakBytes"),
      target: { atMost: 1 },
    },
    {
      topic: "search",
      work: "peak memory querying, Node",
      unit: "MB",
      ours: megabytes(oursWarm, "peakBytes"),
      rivalName: "",
      rival: [],
      target: null,
    },
  ];
}

/** Once only: it is far behind, and takes its time. */
async function miniSearch({ collection, folder }: BenchContext, files: SearchFiles): Promise<Row[]> {
  const { documentsFile, queriesFile } = collection;
  const path = join(folder, "minisearch.json");
  const theirs = await inTurn(1, {
    build: () => runProgram(node, "minisearch", { documentsFile, queriesFile, path, task: "build" }),
    query: () => runProgram(node, "minisearch", { documentsFile, queriesFile, path, task: "query" }),
  });
  const ours = await inTurn(1, {
    build: () =>
      runProgram(node, "capsule-ingest", { documentsFile, path: `${files.capsule}.again`, commitEvery: null }),
    query: () => runProgram(node, "capsule-query", { path: files.capsule, queriesFile, warm: true, snippets: false }),
  });
  const base = { topic: "search", rivalName: "MiniSearch", target: null } as const;
  return [
    {
      ...base,
      work: "ingest, one commit",
      unit: "/s",
      ours: figure(ours.build, "perSecond"),
      rival: figure(theirs.build, "perSecond"),
    },
    {
      ...base,
      work: "cold open and first query",
      unit: "ms",
      ours: figure(ours.query, "coldMs"),
      rival: figure(theirs.query, "coldMs"),
    },
    {
      ...base,
      work: "warm query, p50",
      unit: "ms",
      ours: figure(ours.query, "p50Ms"),
      rival: figure(theirs.query, "p50Ms"),
    },
    {
      ...base,
      work: "warm query, p95",
      unit: "ms",
      ours: figure(ours.query, "p95Ms"),
      rival: figure(theirs.query, "p95Ms"),
    },
  ];
}
