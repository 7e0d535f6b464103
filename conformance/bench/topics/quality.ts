/** How good the rankings are, on collections with judged queries that the caller has; none comes with the project. */

import { basename, join } from "node:path";
import { figure, inTurn, node, runProgram, sqliteHost } from "../programs.js";
import type { Row } from "../rows.js";
import type { Topic } from "./context.js";

const DEPTH = 1000;
const MEASURES = [
  ["nDCG@10", "ndcg10"],
  ["mean average precision", "map"],
  ["recall@100", "recall100"],
] as const;
/** The best that SQLite FTS5, MiniSearch, lunr and a reference BM25 reach; of other collections SQLite's is to be beaten. */
const BEST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cranfield: { ndcg10: 0.376, map: 0.31, recall100: 0.744 },
  cisi: { ndcg10: 0.381, map: 0.217, recall100: 0.446 },
};

export const quality: Topic = async ({ options, folder }) => {
  if (options.judged.length === 0) console.error("quality: no --judged collection was given, its rows are left out");
  const rows: Row[] = [];
  for (const directory of options.judged) {
    const files = {
      documentsFile: join(directory, "corpus.jsonl"),
      queriesFile: join(directory, "queries.jsonl"),
      judgementsFile: join(directory, "qrels.tsv"),
      depth: DEPTH,
    };
    // Rankings are the same each time: one round.
    const { ours, theirs } = await inTurn(1, {
      ours: () => runProgram(node, "capsule-quality", { ...files, path: join(folder, "judged.mv2") }),
      theirs: () => runProgram(sqliteHost, "sqlite-quality", { ...files, path: join(folder, "judged.db") }),
    });
    for (const [work, name] of MEASURES) {
      const best = BEST[basename(directory)]?.[name];
      rows.push({
        topic: "quality",
        work: `${work}, ${basename(directory)}`,
        unit: "",
        ours: figure(ours, name),
        rivalName: "SQLite FTS5",
        rival: figure(theirs, name),
        target: best === undefined ? { atLeast: 1 } : { oursAtLeast: best },
      });
    }
  }
  return rows;
};
