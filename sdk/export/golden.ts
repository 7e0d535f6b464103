/** Golden queries: asked of the finished content, stored with it, and asked again by whoever imports it. */

import type { JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import { CapsuleError } from "../errors.js";
import { requireCheckpoint } from "../event-reader.js";
import type { SearchResult } from "../hits.js";
import type { GoldenQuery, GoldenResult } from "../schema/export.js";
import { searchView } from "../searcher.js";
import type { BuiltContent } from "./builder.js";
import { readManifest, tryParse } from "./manifest.js";
import type { OpenExport } from "./options.js";
import type { RecordTransform } from "./record-transform.js";

const DEFAULT_LIMIT = 10;
const MAX_GOLDEN_BYTES = 64 * 1024 * 1024;

/** Asks the queries of what was built, in the run's own scope, and gives what is stored of the answers. */
export async function goldenJson(
  built: BuiltContent,
  queries: readonly GoldenQuery[],
  transform: RecordTransform | null,
): Promise<string> {
  const results: GoldenResult[] = [];
  for (const asked of queries) results.push(await answer(built, masked(asked, transform)));
  return canonicalJson({ schema_version: 1, results }, "the golden results");
}

function masked(query: GoldenQuery, transform: RecordTransform | null): GoldenQuery {
  if (transform?.value === undefined) return query;
  return transform.value(query as JsonValue, "a golden query") as unknown as GoldenQuery;
}

async function answer(built: BuiltContent, asked: GoldenQuery): Promise<GoldenResult> {
  const { session, branch, sequence } = built;
  const { query, checkpoint, limit = DEFAULT_LIMIT } = asked;
  const head = { branch, sequence };
  const view =
    checkpoint === undefined
      ? head
      : { branch, sequence: (await requireCheckpoint(session, checkpoint, head)).sequence };
  const found = await searchView(session, view, query, { limit, scope: "run", snippets: false });
  return resultOf(found, query, checkpoint ?? null, limit);
}

function resultOf(found: SearchResult, query: string, checkpoint: string | null, limit: number): GoldenResult {
  const hits = found.hits.map(({ uri, score }) => ({ uri, score_bits: scoreBits(score) }));
  return { query, checkpoint, limit, hits, results_digest: found.resultsDigest };
}

/** The exact score: a multiple of 2^-32. */
function scoreBits(score: number): string {
  return BigInt(score * 2 ** 32)
    .toString(16)
    .padStart(16, "0");
}

/** A golden query that gave something else than it gave when it was exported. */
export interface GoldenFailure {
  readonly query: string;
  readonly checkpoint: string | null;
  readonly expectedDigest: string;
  readonly foundDigest: string;
}

export interface GoldenReport {
  readonly passed: number;
  readonly failed: readonly GoldenFailure[];
}

/**
 * Asks the golden queries of an export again. Nothing failed, and none passed, if it has none.
 *
 * @throws CapsuleError `Corrupted` if the capsule is no export, or what it says of its queries can't be read
 * @example const { passed, failed } = await checkGolden(await Capsule.open("capsule.mv2e", { passphrase }));
 */
export async function checkGolden(capsule: OpenExport): Promise<GoldenReport> {
  const { golden_uri: uri, branch } = await readManifest(capsule);
  if (uri === null) return { passed: 0, failed: [] };
  const main = await capsule.snapshot({ branch: "main" });
  const expected = await parseResults(await main.get(uri, { as: "text", maxBytes: MAX_GOLDEN_BYTES }));
  const failed: GoldenFailure[] = [];
  for (const { query, checkpoint, limit, results_digest: expectedDigest, hits } of expected) {
    const view = checkpoint === null ? await capsule.snapshot({ branch }) : await capsule.at(checkpoint, { branch });
    const found = resultOf(
      await view.search(query, { limit, scope: "run", snippets: false }),
      query,
      checkpoint,
      limit,
    );
    const isSame = found.results_digest === expectedDigest && JSON.stringify(found.hits) === JSON.stringify(hits);
    if (!isSame) failed.push({ query, checkpoint, expectedDigest, foundDigest: found.results_digest });
  }
  return { passed: expected.length - failed.length, failed };
}

async function parseResults(text: string | null): Promise<readonly GoldenResult[]> {
  const { goldenResultsSchema } = await import("../schema/export.js");
  const parsed = goldenResultsSchema.safeParse(text === null ? null : tryParse(text));
  if (parsed.success) return parsed.data.results;
  throw new CapsuleError("Corrupted", "Cannot read the golden results of the export: they aren't what an export holds");
}
