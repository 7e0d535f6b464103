/** The core's search and snippet calls. */

import { type CoreView, SearchFlag } from "./exports.js";
import type { CoreInstance } from "./instance.js";
import type { Eventually } from "./reads.js";

export interface CoreQueryTerm {
  readonly term: string;
  readonly queryFrequency: number;
  readonly documentFrequency: number;
  readonly idf: number;
}

export interface CoreTermScore {
  readonly titleFrequency: number;
  readonly bodyFrequency: number;
  readonly saturation: number;
  readonly contribution: number;
}

export interface CoreHit {
  readonly recordNumber: number;
  readonly uri: string;
  /** The score's two halves; score = (high × 2^32 + low) / 2^32. */
  readonly scoreHigh: number;
  readonly scoreLow: number;
  /** One for each query term, and the two field lengths; empty and 0 unless asked for. */
  readonly terms: readonly CoreTermScore[];
  readonly titleLength: number;
  readonly bodyLength: number;
}

export interface CoreSearchResult {
  readonly total: number | null;
  readonly documentCount: number;
  readonly averageTitleLength: number;
  readonly averageBodyLength: number;
  readonly terms: readonly CoreQueryTerm[];
  readonly hits: readonly CoreHit[];
}

export interface CoreSearchOptions {
  readonly limit: number;
  readonly count: boolean;
  readonly explain: boolean;
}

/** Steps through an answer that packs numbers and padded texts one after another. */
class AnswerReader {
  private readonly view: DataView;

  constructor(
    private readonly core: CoreInstance,
    private pointer: number,
  ) {
    this.view = core.view;
  }

  float(): number {
    this.pointer += 8;
    return this.view.getFloat64(this.pointer - 8, true);
  }

  u32(): number {
    this.pointer += 4;
    return this.view.getUint32(this.pointer - 4, true);
  }

  /** A signed 64-bit integer; exact below 2^53, and scores stay far below. */
  integer(): number {
    const low = this.u32();
    const high = this.view.getInt32(this.pointer, true);
    this.pointer += 4;
    return high * 2 ** 32 + low;
  }

  /** A text with zero bytes behind it up to a multiple of 8. */
  paddedText(length: number): string {
    const text = this.core.readText(this.pointer, length);
    this.pointer += (length + 7) & ~7;
    return text;
  }
}

/** The best documents of a view for a query. */
export function searchDocuments(
  core: CoreInstance,
  query: string,
  at: CoreView,
  options: CoreSearchOptions,
): Eventually<CoreSearchResult> {
  const flags = (options.count ? SearchFlag.COUNT : 0) | (options.explain ? SearchFlag.EXPLAIN : 0);
  return core.run(
    () => {
      const capacity = 3 * query.length;
      const pointer = core.reserve(capacity);
      const length = core.writeText(query, pointer, capacity);
      return core.exports.search(length, at.branch, at.sequence, options.limit, flags);
    },
    (status) => decodeResult(core, core.check(status, "search"), options.explain),
  );
}

function decodeResult(core: CoreInstance, hitCount: number, explain: boolean): CoreSearchResult {
  const answer = new AnswerReader(core, core.exports.resultPointer() >>> 0);
  const total = answer.float();
  const documentCount = answer.float();
  const termCount = answer.float();
  const averageTitleLength = answer.float();
  const averageBodyLength = answer.float();
  const terms: CoreQueryTerm[] = [];
  for (let i = 0; i < termCount; i++) terms.push(decodeTerm(answer));
  const hits: CoreHit[] = [];
  for (let i = 0; i < hitCount; i++) hits.push(decodeHit(answer, explain ? termCount : 0, explain));
  return { total: total < 0 ? null : total, documentCount, averageTitleLength, averageBodyLength, terms, hits };
}

function decodeTerm(answer: AnswerReader): CoreQueryTerm {
  const length = answer.u32();
  const queryFrequency = answer.u32();
  const documentFrequency = answer.float();
  const idf = answer.float();
  return { term: answer.paddedText(length), queryFrequency, documentFrequency, idf };
}

const NO_TERMS: readonly CoreTermScore[] = [];

function decodeHit(answer: AnswerReader, termCount: number, explain: boolean): CoreHit {
  const recordNumber = answer.float();
  const scoreLow = answer.u32();
  const scoreHigh = answer.u32();
  const uriLength = answer.u32();
  answer.u32();
  const uri = answer.paddedText(uriLength);
  if (!explain) return { recordNumber, uri, scoreHigh, scoreLow, terms: NO_TERMS, titleLength: 0, bodyLength: 0 };
  const terms: CoreTermScore[] = [];
  for (let i = 0; i < termCount; i++) {
    terms.push({
      titleFrequency: answer.float(),
      bodyFrequency: answer.float(),
      saturation: answer.float(),
      contribution: answer.integer() / 2 ** 32,
    });
  }
  return { recordNumber, uri, scoreHigh, scoreLow, terms, titleLength: answer.float(), bodyLength: answer.float() };
}

export interface CoreSnippet {
  readonly text: string;
  /** Pairs of start and end, in UTF-16 units of `text`. */
  readonly highlights: readonly (readonly [number, number])[];
}

/** The stretch of a document's content that has the most of the query, at most `maxBytes` long. */
export function documentSnippet(
  core: CoreInstance,
  recordNumber: number,
  query: string,
  maxBytes: number,
): Eventually<CoreSnippet> {
  return core.run(
    () => {
      const capacity = 3 * query.length;
      const pointer = core.reserve(capacity);
      return core.exports.snippet(recordNumber, core.writeText(query, pointer, capacity), maxBytes);
    },
    (status) => {
      core.check(status, "make a snippet of record", String(recordNumber));
      return decodeSnippet(core);
    },
  );
}

function decodeSnippet(core: CoreInstance): CoreSnippet {
  const { view } = core;
  const pointer = core.exports.resultPointer() >>> 0;
  const byteLength = view.getUint32(pointer + 4, true) - view.getUint32(pointer, true);
  const count = view.getUint32(pointer + 8, true);
  const textAt = pointer + 12 + 8 * count;
  const text = core.readText(textAt, byteLength);
  // In ASCII text, which most is, bytes and units are the same.
  const unitsBefore = text.length === byteLength ? identity : (at: number): number => core.readText(textAt, at).length;
  const highlights: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    const at = pointer + 12 + 8 * i;
    highlights.push([unitsBefore(view.getUint32(at, true)), unitsBefore(view.getUint32(at + 4, true))]);
  }
  return { text, highlights };
}

function identity(at: number): number {
  return at;
}
