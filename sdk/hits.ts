/** What a search takes and gives. */

import type { Uri } from "./uri.js";

export interface SearchOptions {
  /** At most so many hits, 1 to 10,000. Default 10. */
  readonly limit?: number;
  /** Counts all documents that match. Default false: it costs a look at each of them. */
  readonly count?: boolean;
  /** Adds to each hit how its score came about. */
  readonly explain?: boolean;
  /** Whether each hit gets its snippet (default true). Without, a search is faster. */
  readonly snippets?: boolean;
  /**
   * What is searched, and what statistics are taken over: the whole `view` (default), or what is the branch's own (`run`,
   * default for mounts), as an export of the run holds it.
   */
  readonly scope?: "view" | "run";
  /** Longest snippet, in bytes of UTF-8. Default 240. */
  readonly snippetBytes?: number;
  readonly signal?: AbortSignal;
}

/** A stretch of a snippet, in UTF-16 units as `String.slice` counts them; `end` is exclusive. */
export interface Highlight {
  readonly start: number;
  readonly end: number;
}

/** One term's part of one hit's score; the formula is in docs/format.md, part 10. */
export interface TermExplanation {
  readonly term: string;
  readonly titleFrequency: number;
  readonly bodyFrequency: number;
  /** 0 to 1: how far repetition has gone. */
  readonly saturation: number;
  /** What the term adds to the score. */
  readonly contribution: number;
}

export interface HitExplanation {
  readonly terms: readonly TermExplanation[];
  /** Tokens in the document's title and body. */
  readonly titleLength: number;
  readonly bodyLength: number;
}

export interface Hit {
  readonly uri: Uri;
  /** The exact sum of integers divided by 2^32: the same on every machine. */
  readonly score: number;
  readonly title: string | null;
  /** The stretch of the content with the most of the query; null if snippets weren't asked for. */
  readonly snippet: string | null;
  readonly highlights: readonly Highlight[];
  /** Only if asked for. */
  readonly explanation?: HitExplanation;
}

/** A term of the query as it is looked up, and what is known of it in the view. */
export interface QueryTerm {
  readonly term: string;
  /** How often the query holds it. */
  readonly queryFrequency: number;
  readonly documentFrequency: number;
  readonly idf: number;
}

export interface SearchResult {
  readonly query: string;
  /** By descending score, ties by the bytes of the URI. */
  readonly hits: readonly Hit[];
  /** All matching documents; null unless `count` was asked for. */
  readonly total: number | null;
  /** Documents in the view. */
  readonly documentCount: number;
  /** Mean tokens in titles and bodies over these documents. */
  readonly averageTitleLength: number;
  readonly averageBodyLength: number;
  readonly terms: readonly QueryTerm[];
  /** BLAKE3 over URIs and exact scores of the hits (docs/format.md, part 10), 64 hexadecimal digits. */
  readonly resultsDigest: string;
}
