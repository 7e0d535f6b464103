/** `search QUERY`: the documents that match best. */

import type { Command } from "commander";
import type { Hit, SearchResult } from "../../hits.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, reading } from "../context.js";
import { parseCount } from "../options.js";
import { formatCount, plural } from "../output/format.js";
import { bold, cyan, dim, type Part, type Screen, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const SHOWN_SCORE_DIGITS = 3;

interface SearchCommandOptions {
  readonly limit?: number;
  readonly asOf?: string;
  readonly count?: boolean;
  readonly explain?: boolean;
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
    .action(run(searchCapsule));
}

async function searchCapsule(
  context: CommandContext,
  options: SearchCommandOptions,
  query: string,
): Promise<CommandResult<"search">> {
  const { limit, asOf, count = false, explain = false } = options;
  const found = await reading(context, asOf, (view) =>
    view.search(query, { count, explain, signal: context.signal, ...(limit === undefined ? {} : { limit }) }),
  );
  return {
    json: {
      query,
      view: { branch: context.branch, as_of: asOf ?? null, document_count: found.documentCount },
      total: found.total,
      hits: found.hits.map(describeHit),
      ...(explain ? { terms: describeTerms(found) } : {}),
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

/** The snippet, cut at its highlights. */
function highlighted({ snippet, highlights }: Hit): Part[] {
  const text = snippet ?? "";
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end } of highlights) {
    parts.push(text.slice(at, start), yellow(text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}

type HitOutput = OutputBody<"search">["hits"][number];

function describeHit({ uri, score, title, snippet, highlights, explanation }: Hit): HitOutput {
  return {
    uri,
    score,
    ...(title === null ? {} : { title }),
    snippet: snippet ?? "",
    highlights: highlights.map(({ start, end }) => ({ start, end })),
    ...(explanation === undefined ? {} : { explanation: describeExplanation(explanation) }),
  };
}

function describeExplanation({ terms, titleLength, bodyLength }: NonNullable<Hit["explanation"]>) {
  return {
    terms: terms.map(({ term, titleFrequency, bodyFrequency, saturation, contribution }) => ({
      term,
      title_frequency: titleFrequency,
      body_frequency: bodyFrequency,
      saturation,
      contribution,
    })),
    title_length: titleLength,
    body_length: bodyLength,
  };
}

function describeTerms({ terms }: SearchResult) {
  return terms.map(({ term, queryFrequency, documentFrequency, idf }) => ({
    term,
    query_frequency: queryFrequency,
    document_frequency: documentFrequency,
    idf,
  }));
}
