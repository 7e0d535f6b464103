/** The command line of the benchmark. */

import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly documents: number;
  readonly commits: number;
  readonly rounds: number;
  /** A file of `{"id","title","text"}` a line, or null for made-up prose. */
  readonly corpus: string | null;
  readonly corpusName: string;
  /** A file of `{"text"}` a line, or null. */
  readonly queries: string | null;
  /** Topics to run; if empty, all that don't take minutes. */
  readonly topics: readonly string[];
  /** Whether those that take minutes are run too, if none is named. */
  readonly all: boolean;
  /** Folders of collections with judged queries. */
  readonly judged: readonly string[];
  readonly write: boolean;
}

export const usage = `npm run bench -- [options] [topic...]
  --documents N      documents of the search rows (20000)
  --commits N        commits of the commit and history rows (10000)
  --rounds N         times that each row is measured (3)
  --corpus FILE      documents, a JSON object with id, title and text a line, instead of made-up prose
  --queries FILE     queries, a JSON object with text a line
  --judged FOLDER    rankings of its corpus.jsonl and queries.jsonl by its qrels.tsv (query, document, grade); may be repeated
  --all              runs the topics "million" and "exports" too, which take minutes and gigabytes
  --write            writes docs/benchmarks.md too`;

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`Cannot use --${name} ${text}: expected a whole number of 1 or more`);
}

/** @throws TypeError for an unknown option, RangeError for a bad number */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      documents: { type: "string", default: "20000" },
      commits: { type: "string", default: "10000" },
      rounds: { type: "string", default: "3" },
      corpus: { type: "string" },
      queries: { type: "string" },
      judged: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  return {
    documents: positive("documents", values.documents),
    commits: positive("commits", values.commits),
    rounds: positive("rounds", values.rounds),
    corpus: values.corpus ?? null,
    corpusName: values.corpus === undefined ? "" : basename(dirname(values.corpus)),
    queries: values.queries ?? null,
    topics: positionals,
    all: values.all,
    judged: values.judged,
    write: values.write,
  };
}
