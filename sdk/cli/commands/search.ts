/** `search QUERY`: the documents that match best. */

import type { Command } from "commander";
import { MAIN_BRANCH_NAME } from "../../branch-names.js";
import { explanationJson, termsJson } from "../../explanation-json.js";
import type { Hit, SearchResult } from "../../hits.js";
import type { Readable } from "../../readable.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, reading } from "../context.js";
import { UsageError } from "../failure.js";
import { parseCount } from "../options.js";
import { formatCount, plural } from "../output/format.js";
import { highlighted } from "../output/highlights.js";
import { bold, cyan, dim, type Screen } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { secretsFor } from "../secrets.js";
import { searchTogether } from "./search-mounts.js";

const SHOWN_SCORE_DIGITS = 3;

interface SearchCommandOptions {
  readonly limit?: number;
  readonly asOf?: string;
  readonly count?: boolean;
  readonly explain?: boolean;
  readonly runScope?: boolean;
  readonly mount?: string;
  readonly mounts?: boolean;
}

export function addSearch(group: Command, run: Run): void {
  group
    .command("search")
    .description("Find the documents that match best. Any text is a query; there are no operators.")
    .argument("<query>", "what to look for")
    .option("--limit <count>", "at most so many hits (default 10)", parseCount)
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .option("--count", "count all documents that match")
    .option("--explain", "say how each score came about")
    .option("--run-scope", "only what is the branch's own, without what it sees of main")
    .option("--mount <name>", "search a mount instead")
    .option("--mounts", "search the workspace and all its mounts, in one list by reciprocal ranks")
    .action(run(searchWhereAsked));
}

async function searchWhereAsked(
  context: CommandContext,
  options: SearchCommandOptions,
  query: string,
): Promise<CommandResult<"search" | "search-mounts">> {
  const { limit, mount, mounts = false, asOf, count = false, explain = false, runScope = false } = options;
  if (mounts) {
    if (mount !== undefined || asOf !== undefined || count || explain || runScope) {
      throw new UsageError(
        "Cannot use --mounts with --mount, --as-of, --count, --explain or --run-scope",
        "Leave one of them out.",
      );
    }
    return searchTogether(context, query, limit);
  }
  const ask = (view: Readable) =>
    view.search(query, {
      count,
      explain,
      signal: context.signal,
      ...(limit === undefined ? {} : { limit }),
      ...(runScope ? { scope: "run" } : {}),
    });
  const { branch, found } =
    mount === undefined
      ? { branch: context.branch, found: await reading(context, asOf, ask) }
      : await inMount(context, mount, asOf, ask);
  return resultOf({ query, branch, asOf: asOf ?? null, mount: mount ?? null, explain }, found);
}

/** Works on a mount, or on a checkpoint of it, on its own branch unless another one was named. */
function inMount(
  context: CommandContext,
  name: string,
  asOf: string | undefined,
  work: (view: Readable) => Promise<SearchResult>,
): Promise<{ branch: string; found: SearchResult }> {
  const { branch } = context.branchOptions;
  // The branch that was named is the mount's, not the workspace's.
  return reading(
    { ...context, branch: MAIN_BRANCH_NAME, branchOptions: {}, run: null },
    undefined,
    async (_, capsule) => {
      const path = (await capsule.mounts()).find((mount) => mount.name === name)?.path;
      const secrets = path === undefined ? {} : await secretsFor(context, path);
      const mount = await capsule.openMount(name, { ...secrets, ...(branch === undefined ? {} : { branch }) });
      try {
        return { branch: mount.info.branch, found: await work(asOf === undefined ? mount : await mount.at(asOf)) };
      } finally {
        await mount.close();
      }
    },
  );
}

interface Asked {
  readonly query: string;
  readonly branch: string;
  readonly asOf: string | null;
  readonly mount: string | null;
  readonly explain: boolean;
}

function resultOf({ query, branch, asOf, mount, explain }: Asked, found: SearchResult): CommandResult<"search"> {
  return {
    json: {
      query,
      view: {
        branch,
        as_of: asOf,
        document_count: found.documentCount,
        ...(mount === null ? {} : { mount }),
      },
      total: found.total,
      hits: found.hits.map(describeHit),
      ...(explain ? { terms: termsJson(found.terms) } : {}),
      results_digest: found.resultsDigest,
    },
    show(screen) {
      found.hits.forEach((hit, index) => showHit(screen, hit, index + 1));
      screen.line(dim(summary(found)));
    },
  };
}

function summary({ hits, total, documentCount }: SearchResult): string {
  const matching = total === null ? "" : ` of ${formatCount(total)} that match`;
  return `${plural(hits.length, "hit")}${matching}, in ${plural(documentCount, "document")}`;
}

function showHit(screen: Screen, hit: Hit, rank: number): void {
  screen.line(bold(`${rank}. `), cyan(hit.uri), "  ", dim(hit.score.toFixed(SHOWN_SCORE_DIGITS)));
  if (hit.title !== null) screen.line("   ", bold(hit.title));
  if (hit.snippet !== null && hit.snippet !== "") screen.line("   ", ...highlighted(hit));
  for (const term of hit.explanation?.terms ?? []) {
    const places = `${plural(term.titleFrequency, "time")} in the title, ${formatCount(term.bodyFrequency)} in the text`;
    screen.line("   ", dim(`${term.term}: ${term.contribution.toFixed(SHOWN_SCORE_DIGITS)} (${places})`));
  }
}

type HitOutput = OutputBody<"search">["hits"][number];

function describeHit({ uri, score, title, snippet, highlights, explanation }: Hit): HitOutput {
  return {
    uri,
    score,
    ...(title === null ? {} : { title }),
    snippet: snippet ?? "",
    highlights: highlights.map(({ start, end }) => ({ start, end })),
    ...(explanation === undefined ? {} : { explanation: explanationJson(explanation) }),
  };
}
