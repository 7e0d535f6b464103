import { queryTerms, tokenizerFor } from "./analyze.js";
import { countTerms } from "./builder.js";
import { ByteWriter, compareBytes, encodeText, hash } from "./bytes.js";
import { fieldTerms } from "./fields.js";
import type { History, StoredRecord } from "./history.js";
import { ln } from "./ln.js";
import type { Superblock } from "./superblock.js";
import { documents, type View } from "./view.js";

const SCALE = 2 ** 32;

/** A document found, with its score times 2^32. */
export interface Hit {
  readonly record: StoredRecord;
  readonly score: bigint;
}

/** What is ranked: something with a URI, and the terms of its fields. */
export interface Rankable {
  readonly uriBytes: Uint8Array;
  readonly fields: readonly (readonly string[])[];
}

interface Candidate<Document extends Rankable> {
  readonly document: Document;
  /** Of each field: how often each term stands in it (at most 65,535), and its length in tokens. */
  readonly counts: readonly Map<string, number>[];
  readonly lengths: readonly number[];
}

/** All documents of a view that hold a term of the query, best first, by brute force (part 10). Throws `newer` for an unknown analyzer. */
export function search(history: History, superblock: Superblock, view: View, queryText: string): Hit[] {
  const tokenize = tokenizerFor(superblock);
  const rankable = documents(history, view).map((record) => ({
    record,
    uriBytes: record.uriBytes,
    fields: fieldTerms(history, record, tokenize),
  }));
  return rank(rankable, superblock, queryText).map(({ document, score }) => ({ record: document.record, score }));
}

/** Those of all the documents there are that hold a term of the query, best first (part 10). */
export function rank<Document extends Rankable>(
  all: readonly Document[],
  superblock: Superblock,
  queryText: string,
): { document: Document; score: bigint }[] {
  const query = queryTerms(encodeText(queryText), superblock.analyzerId);
  const candidates = all.map((document) => ({
    document,
    counts: document.fields.map((terms) => countTerms(terms)),
    lengths: document.fields.map((terms) => terms.length),
  }));
  const lengthFactors = fieldFactors(superblock, candidates);
  const scores = new Map<Candidate<Document>, bigint>();
  for (const [term, occurrences] of countExactly(query)) {
    const holders = candidates.filter(({ counts }) => counts.some((count) => count.has(term)));
    const weight = occurrences * idf(candidates.length, holders.length);
    for (const holder of holders) {
      const x = saturand(holder, term, superblock, lengthFactors);
      const k1 = superblock.k1Times10000 / 10_000;
      const s = 1 - k1 / (k1 + x);
      scores.set(holder, (scores.get(holder) ?? 0n) + roundHalfToEven(weight * s * SCALE));
    }
  }
  const hits = [...scores].map(([{ document }, score]) => ({ document, score }));
  return hits.sort((a, b) =>
    a.score > b.score ? -1 : a.score < b.score ? 1 : compareBytes(a.document.uriBytes, b.document.uriBytes),
  );
}

function countExactly(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** A_f and B_f of each field. */
function fieldFactors(
  superblock: Superblock,
  candidates: readonly Pick<Candidate<Rankable>, "lengths">[],
): { a: number; b: number }[] {
  return superblock.fields.map(({ b10000 }, field) => {
    const total = candidates.reduce((sum, { lengths }) => sum + (lengths[field] ?? 0), 0);
    const b = b10000 / 10_000;
    return { a: 1 - b, b: total === 0 ? 0 : b / (total / candidates.length) };
  });
}

function idf(documentCount: number, df: number): number {
  return ln(1 + (documentCount - df + 0.5) / (df + 0.5));
}

function saturand(
  document: Pick<Candidate<Rankable>, "counts" | "lengths">,
  term: string,
  superblock: Superblock,
  factors: readonly { a: number; b: number }[],
): number {
  let x = 0;
  factors.forEach(({ a, b }, field) => {
    const tf = document.counts[field]?.get(term) ?? 0;
    const weight = (superblock.fields[field]?.weight10000 ?? 0) / 10_000;
    if (tf > 0) x += (weight * tf) / (a + b * (document.lengths[field] ?? 0));
  });
  return x;
}

/** The nearest integer, of two equally near ones the even one. */
export function roundHalfToEven(value: number): bigint {
  const below = Math.floor(value);
  const rest = value - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return BigInt(up ? below + 1 : below);
}

/** Results digest of hits in their order (part 10). */
export function resultsDigest(hits: readonly Hit[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { record, score } of hits) writer.u32(record.uriBytes.length).put(record.uriBytes).u64(score);
  return hash(writer.finish());
}
