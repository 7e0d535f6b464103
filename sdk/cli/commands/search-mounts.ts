/** `search --mounts`: the workspace and its mounts, in one list. */

import type { FusedHit, FusedSearchResult } from "../../mounts/search.js";
import { type CommandContext, reading } from "../context.js";
import { plural } from "../output/format.js";
import { highlighted } from "../output/highlights.js";
import { bold, cyan, dim, type Screen } from "../output/screen.js";
import type { CommandResult } from "../runner.js";
import { secretsFor } from "../secrets.js";

export async function searchTogether(
  context: CommandContext,
  query: string,
  limit: number | undefined,
): Promise<CommandResult<"search-mounts">> {
  const found = await reading(context, undefined, (_, capsule) =>
    capsule.searchMounts(query, {
      secrets: ({ path }) => secretsFor(context, path),
      signal: context.signal,
      ...(limit === undefined ? {} : { limit }),
    }),
  );
  return { json: describeResult(found), show: (screen) => showResult(screen, found) };
}

function describeResult({
  query,
  sources,
  hits,
  resultsDigest,
}: FusedSearchResult): CommandResult<"search-mounts">["json"] {
  return {
    query,
    sources: sources.map(({ source, branch, documentCount }) => ({ source, branch, document_count: documentCount })),
    hits: hits.map(({ uri, score, source, placings, title, snippet, highlights }) => ({
      uri,
      score,
      source,
      placings: placings.map((placing) => ({ ...placing })),
      ...(title === null ? {} : { title }),
      snippet: snippet ?? "",
      highlights: highlights.map(({ start, end }) => ({ start, end })),
    })),
    results_digest: resultsDigest,
  };
}

function showResult(screen: Screen, { hits, sources }: FusedSearchResult): void {
  hits.forEach((hit, index) => showHit(screen, hit, index + 1));
  screen.line(dim(`${plural(hits.length, "hit")}, in ${sources.map(({ source }) => source).join(", ")}`));
}

function showHit(screen: Screen, hit: FusedHit, rank: number): void {
  const places = hit.placings.map(({ source, rank: inSource }) => `${source} #${inSource}`).join(", ");
  screen.line(bold(`${rank}. `), cyan(hit.uri), "  ", dim(places));
  if (hit.title !== null) screen.line("   ", bold(hit.title));
  if (hit.snippet !== null && hit.snippet !== "") screen.line("   ", ...highlighted(hit));
}
