/** Searching a view. */

import type { CoreView } from "./core/exports.js";
import { blake3Hex } from "./core/hash.js";
import { recordByNumber } from "./core/reads.js";
import { type CoreHit, type CoreQueryTerm, documentSnippet, searchDocuments } from "./core/search.js";
import { argumentError, CapsuleError, throwIfAborted } from "./errors.js";
import type { Highlight, Hit, HitExplanation, SearchOptions, SearchResult } from "./hits.js";
import type { Session } from "./session.js";
import type { Uri } from "./uri.js";

const MAX_HITS = 10_000;
export const DEFAULT_HITS = 10;
const MAX_QUERY_UNITS = 65_536;
export const DEFAULT_SNIPPET_BYTES = 240;
const MAX_SNIPPET_BYTES = 65_536;

const encoder = new TextEncoder();

/** The documents of a view that match best. */
export async function searchView(
  session: Session,
  view: CoreView,
  query: string,
  options: SearchOptions,
): Promise<SearchResult> {
  const { limit = DEFAULT_HITS, snippets = true, snippetBytes = DEFAULT_SNIPPET_BYTES } = options;
  checkSearch(query, limit, snippetBytes);
  const { scope = session.searchScope } = options;
  if (scope !== "view" && scope !== "run") throw argumentError("scope", '"view" or "run"', scope);
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  throwIfAborted(options.signal, "search");
  const explain = options.explain === true;
  const found = await searchDocuments(session.core, query, scopeView(view, scope), {
    limit,
    count: options.count === true,
    explain,
  });
  const hits: Hit[] = [];
  for (const hit of found.hits) {
    throwIfAborted(options.signal, "search");
    const explanation = explain ? { explanation: explanationOf(hit, found.terms) } : {};
    const shown = snippets ? await describeHit(session, hit, query, snippetBytes) : NOTHING_SHOWN;
    hits.push({ uri: hit.uri as Uri, score: scoreOf(hit), ...shown, ...explanation });
  }
  return {
    query,
    hits,
    total: found.total,
    documentCount: found.documentCount,
    averageTitleLength: found.averageTitleLength,
    averageBodyLength: found.averageBodyLength,
    terms: found.terms,
    resultsDigest: digestOf(session, found.hits),
  };
}

/** What a scope shows of a view: all of it, or what is the branch's own, without what it sees of its parents. */
export function scopeView(view: CoreView, scope: "view" | "run"): CoreView {
  return scope === "view" ? view : { branch: ~view.branch, sequence: view.sequence };
}

/** @throws CapsuleError `InvalidArgument`, `TooLarge` */
export function checkSearch(query: string, limit: number, snippetBytes: number): void {
  if (typeof query !== "string") throw argumentError("query", "a string", query);
  if (query.length > MAX_QUERY_UNITS) {
    throw new CapsuleError(
      "TooLarge",
      `Cannot search: the query has ${query.length} characters, at most ${MAX_QUERY_UNITS} are allowed`,
    );
  }
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_HITS) {
    throw argumentError("limit", `a whole number from 1 to ${MAX_HITS}`, limit);
  }
  if (!Number.isSafeInteger(snippetBytes) || snippetBytes < 1 || snippetBytes > MAX_SNIPPET_BYTES) {
    throw argumentError("snippetBytes", `a whole number from 1 to ${MAX_SNIPPET_BYTES}`, snippetBytes);
  }
}

/** Exact: the integer is far below 2^53, and the division only moves the binary point. */
export function scoreOf(hit: CoreHit): number {
  return hit.scoreHigh + hit.scoreLow / 2 ** 32;
}

function explanationOf(hit: CoreHit, terms: readonly CoreQueryTerm[]): HitExplanation {
  return {
    terms: hit.terms.map((term, index) => ({ term: terms[index]?.term ?? "", ...term })),
    titleLength: hit.titleLength,
    bodyLength: hit.bodyLength,
  };
}

export interface ShownHit {
  readonly title: string | null;
  readonly snippet: string | null;
  readonly highlights: readonly Highlight[];
}

export const NOTHING_SHOWN: ShownHit = { title: null, snippet: null, highlights: [] };

/** What is shown of a hit: its title, and the stretch of its content with the most of the query. */
export async function describeHit(
  session: Session,
  hit: CoreHit,
  query: string,
  snippetBytes: number,
): Promise<ShownHit> {
  const record = await recordByNumber(session.core, hit.recordNumber);
  const snippet = await documentSnippet(session.core, hit.recordNumber, query, snippetBytes);
  return {
    title: record.title === "" ? null : record.title,
    snippet: snippet.text,
    highlights: snippet.highlights.map(([start, end]) => ({ start, end })),
  };
}

/** docs/format.md part 10: for each hit u32 URI length, URI, u64 score. */
export function digestOf(session: Session, hits: readonly Pick<CoreHit, "uri" | "scoreHigh" | "scoreLow">[]): string {
  let capacity = 0;
  for (const hit of hits) capacity += 12 + 3 * hit.uri.length;
  const bytes = new Uint8Array(capacity);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const hit of hits) {
    const { written } = encoder.encodeInto(hit.uri, bytes.subarray(at + 4));
    view.setUint32(at, written, true);
    view.setUint32(at + 4 + written, hit.scoreLow, true);
    view.setUint32(at + 8 + written, hit.scoreHigh, true);
    at += 12 + written;
  }
  return blake3Hex(session.core, bytes.subarray(0, at));
}
