/**
 * What the independent reader says of a capsule that the package wrote: whether it is sound, and which results a search has that scores
 * every document.
 */
import { readFileSync } from "node:fs";
import { resultsDigest, search } from "./oracle/rank.js";
import { verifyCapsule } from "./oracle/verify.js";

/** Capsules above this are only verified: brute force takes minutes on them. */
const MAX_RANKED_RECORDS = 1000;

export interface OracleReport {
  /** Empty if the capsule is sound. */
  readonly findings: string[];
  /** Results digests of the queries at the head, 64 hexadecimal digits each; null if the capsule is too large or unsound. */
  readonly resultsDigests: string[] | null;
}

/** Verifies a capsule with the independent reader and ranks `queries` by brute force, with at most `limit` hits each. */
export function readWithOracle(path: string, queries: readonly string[], limit: number): OracleReport {
  const { findings, capsule, history } = verifyCapsule(new Uint8Array(readFileSync(path)));
  // Notices say how a writer could have done better, not that anything is wrong.
  const told = findings.filter(({ level }) => level !== "notice").map((each) => `${each.level}: ${each.message}`);
  if (!capsule || !history || told.length > 0 || history.records.length > MAX_RANKED_RECORDS) {
    return { findings: told, resultsDigests: null };
  }
  const view = { branch: 0, sequence: history.commits.at(-1)?.body.sequence ?? 0 };
  const digests = queries.map((query) => {
    const hits = search(history, capsule.superblock, view, query).slice(0, limit);
    return Buffer.from(resultsDigest(hits)).toString("hex");
  });
  return { findings: told, resultsDigests: digests };
}
