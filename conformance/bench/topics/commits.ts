/** Commits of one small artifact, beside the cheapest durable thing there is. */

import { join } from "node:path";
import { figure, inTurn, node, runProgram, sqliteHost } from "../programs.js";
import type { Row } from "../rows.js";
import { fittedExponent } from "../statistics.js";
import type { Topic } from "./context.js";

const FRACTIONS = [0.1, 0.25, 0.5, 1] as const;
const SQLITE_COMMITS = 1000;
/** The commits in this many stretches, each with a median of its own. */
const STRETCHES = 5;

export const commits: Topic = async ({ options, folder }) => {
  const counts = FRACTIONS.map((fraction) => Math.max(1, Math.round(options.commits * fraction)));
  // One run, long enough to be looked at in stretches.
  const ours = await runProgram(node, "capsule-commits", {
    path: join(folder, "commits.mv2"),
    rawPath: join(folder, "raw.log"),
    counts,
    stretches: STRETCHES,
  });
  const { sqlite } = await inTurn(options.rounds, {
    sqlite: () =>
      runProgram(sqliteHost, "sqlite-commits", { path: join(folder, "commits.db"), commits: SQLITE_COMMITS }),
  });
  const one = (name: string) => figure([ours], name);
  const each = (name: string) =>
    Array.from({ length: STRETCHES }, (_, i) => figure([ours], `${name}${i}`)[0] as number);
  const exponent = (prefix: string) => [
    fittedExponent(counts.map((count) => [count, ours[`${prefix}${count}`] as number])),
  ];
  const base = { topic: "commits", rivalName: "raw append + fdatasync" } as const;
  const rows: Row[] = [
    {
      ...base,
      work: "commit of one small artifact, p50",
      unit: "ms",
      ours: each("p50Ms"),
      rival: each("rawP50Ms"),
      target: { atMost: 1.5 },
    },
    { ...base, work: "the same, p95", unit: "ms", ours: each("p95Ms"), rival: each("rawP95Ms"), target: null },
    {
      ...base,
      work: `mean over ${options.commits} commits`,
      unit: "ms",
      ours: one("meanMs"),
      rival: one("rawMeanMs"),
      target: { atMost: 2 },
    },
    {
      topic: "commits",
      work: "bytes a commit",
      unit: "B",
      ours: one("bytesPerCommit"),
      rivalName: "its content",
      rival: one("contentBytes"),
      target: null,
    },
    {
      topic: "commits",
      work: `growth of time over ${counts.join(", ")} commits (exponent)`,
      unit: "",
      ours: exponent("totalMs"),
      rivalName: "raw append",
      rival: exponent("rawTotalMs"),
      target: { oursAtMost: 1.1 },
    },
    {
      topic: "commits",
      work: "commit of one small artifact, p50",
      unit: "ms",
      ours: each("p50Ms"),
      rivalName: "SQLite",
      rival: figure(sqlite, "p50Ms"),
      target: null,
    },
  ];
  return rows;
};
