/** Searching a workspace and its mounts together. */

import type { DecryptOptions } from "../age/detect.js";
import type { CoreView } from "../core/exports.js";
import { type CoreHit, type CoreSearchResult, searchDocuments } from "../core/search.js";
import { resolveEntry } from "../entry-reader.js";
import { argumentError, throwIfAborted } from "../errors.js";
import type { Highlight } from "../hits.js";
import {
  checkSearch,
  DEFAULT_HITS,
  DEFAULT_SNIPPET_BYTES,
  describeHit,
  digestOf,
  NOTHING_SHOWN,
  scopeView,
  scoreOf,
} from "../searcher.js";
import type { Session } from "../session.js";
import type { Uri } from "../uri.js";
import { type FusedItem, fuse, type Placing, type RankedList, SCORE_UNIT } from "./fusion.js";

/** So many hits of each source are looked at, at least: the first of a list are the same whatever its length. */
const CANDIDATES = 256;

export interface FusedSearchOptions {
  /** At most so many hits, 1 to 10,000. Default 10. */
  readonly limit?: number;
  /** Whether each hit gets its snippet (default true). */
  readonly snippets?: boolean;
  /** Longest snippet, in bytes of UTF-8. Default 240. */
  readonly snippetBytes?: number;
  readonly signal?: AbortSignal;
}

export interface MountSearchOptions extends FusedSearchOptions {
  /** Names of the mounts. Default: all. */
  readonly mounts?: readonly string[];
  /** Whether the workspace is searched too. Default true. */
  readonly workspace?: boolean;
  /** What opens encrypted mounts: for all of them, or asked for each. */
  readonly secrets?:
    | DecryptOptions
    | ((mount: { readonly name: string; readonly path: string }) => DecryptOptions | Promise<DecryptOptions>);
}

/** Where a hit stands among those of one source. */
export interface HitPlacing {
  /** The mount's name, or `workspace`. */
  readonly source: string;
  /** From 1. */
  readonly rank: number;
  /** In that source: over its own documents. */
  readonly score: number;
}

export interface FusedHit {
  readonly uri: Uri;
  /** The sum of 1 / (60 + rank) over the sources that have it, each rounded down to a multiple of 2^-32. */
  readonly score: number;
  /** Where it stands best: snippet and title are from there. */
  readonly source: string;
  /** Every source that has the same content under the same URI, the best first. */
  readonly placings: readonly HitPlacing[];
  readonly title: string | null;
  readonly snippet: string | null;
  readonly highlights: readonly Highlight[];
}

/** A source as it was searched. */
export interface SearchedSource {
  readonly source: string;
  readonly branch: string;
  readonly documentCount: number;
}

export interface FusedSearchResult {
  readonly query: string;
  /** By descending score, ties by the bytes of the URI, then of the source's name. */
  readonly hits: readonly FusedHit[];
  readonly sources: readonly SearchedSource[];
  /** As that of any search (docs/format.md, part 10), over these hits and scores. */
  readonly resultsDigest: string;
}

/** An open capsule to search, under the name that its hits go by. */
export interface SearchSource {
  readonly name: string;
  readonly session: Session;
  readonly view: CoreView;
}

/** A hit of one source. */
interface Candidate {
  readonly place: SearchSource;
  readonly hit: CoreHit;
  /** Hash of the content; empty unless another source has the URI. */
  content: string;
}

/** The documents of several sources that match best, in one list. */
export async function searchSources(
  sources: readonly SearchSource[],
  query: string,
  options: FusedSearchOptions,
): Promise<FusedSearchResult> {
  const { limit = DEFAULT_HITS, snippets = true, snippetBytes = DEFAULT_SNIPPET_BYTES, signal } = options;
  checkSearch(query, limit, snippetBytes);
  const [first] = sources;
  if (first === undefined) throw argumentError("sources", "one source or more", "none");
  const lists: RankedList<Candidate>[] = [];
  const searched: SearchedSource[] = [];
  for (const place of sources) {
    throwIfAborted(signal, "search");
    const found = await searchSource(place, query, Math.max(limit, CANDIDATES));
    lists.push({ source: place.name, items: found.hits.map((hit) => ({ place, hit, content: "" })) });
    const { name, session } = place;
    searched.push({ source: name, branch: session.branch.name, documentCount: found.documentCount });
  }
  await hashShared(lists, signal);
  const fused = fuse(lists, ({ hit, content }) => ({ uri: hit.uri, content })).slice(0, limit);
  const hits: FusedHit[] = [];
  for (const item of fused) {
    throwIfAborted(signal, "search");
    const [{ item: best }] = item.placings;
    const { session } = best.place;
    const shown = snippets ? await describeHit(session, best.hit, query, snippetBytes) : NOTHING_SHOWN;
    hits.push({ ...toHit(item), ...shown });
  }
  return { query, hits, sources: searched, resultsDigest: digestOf(first.session, fused.map(withScore)) };
}

async function searchSource(place: SearchSource, query: string, limit: number): Promise<CoreSearchResult> {
  const { session, view } = place;
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const at = scopeView(view, session.searchScope);
  return searchDocuments(session.core, query, at, { limit, count: false, explain: false });
}

/** Only what several sources have under one URI is read to be compared. */
async function hashShared(lists: readonly RankedList<Candidate>[], signal: AbortSignal | undefined): Promise<void> {
  const byUri = new Map<string, Candidate[]>();
  for (const candidate of lists.flatMap(({ items }) => items)) {
    const known = byUri.get(candidate.hit.uri);
    if (known === undefined) byUri.set(candidate.hit.uri, [candidate]);
    else known.push(candidate);
  }
  for (const candidates of byUri.values()) {
    if (candidates.length === 1) continue;
    throwIfAborted(signal, "search");
    for (const candidate of candidates) candidate.content = await contentHash(candidate);
  }
}

async function contentHash({ place, hit }: Candidate): Promise<string> {
  const entry = await resolveEntry(place.session, hit.uri, () => place.view, true);
  return entry !== null && "contentHash" in entry ? entry.contentHash : "";
}

function toHit(item: FusedItem<Candidate>): Pick<FusedHit, "uri" | "score" | "source" | "placings"> {
  const placed = ({ source, rank, item: { hit } }: Placing<Candidate>): HitPlacing => ({
    source,
    rank,
    score: scoreOf(hit),
  });
  return {
    uri: item.uri as Uri,
    score: item.units / SCORE_UNIT,
    source: item.placings[0].source,
    placings: item.placings.map(placed),
  };
}

function withScore({ uri, units }: FusedItem<Candidate>) {
  return { uri, scoreHigh: Math.floor(units / SCORE_UNIT), scoreLow: units % SCORE_UNIT };
}
