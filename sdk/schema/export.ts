/** What an export says of itself, and what it may be asked: checked by zod. */

import { z } from "zod";
import { MANIFEST_VERSION } from "../export/places.js";

const count = z.number().int().nonnegative();
const name = z.string().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const capsuleId = z.string().regex(/^[0-9a-f]{32}$/);

/** Members that this version doesn't know are let be: a newer one may have written them. */
export const manifestSchema = z.looseObject({
  schema_version: z.literal(MANIFEST_VERSION),
  format: z.enum(["mv2-v1", "mv2e-v1"]),
  workspace_id: name,
  source: z.looseObject({ capsule_id: capsuleId, sequence: count, root: digest, branch: name }),
  filter: z.looseObject({ spec_id: name, run_id: name }),
  branch: name.describe("Where the run's records stand in the export"),
  content_sequence: count.describe("The commit that ends the content; what follows tells of the export itself"),
  exported_at: z.iso.datetime({ precision: 3 }),
  counts: z.looseObject({
    artifacts: count.describe("Revisions of the run: artifacts, policies, cards, edges"),
    events: count,
    checkpoints: count,
    aliases: count,
    removals: count,
    referred: count.describe("Records on main, which the run's refer to"),
    content_bytes: count,
    left_out: z.record(name, count).describe("What isn't taken over, by event type"),
  }),
  tracks: z.array(name),
  safe: z.boolean(),
  encrypted: z.boolean(),
  analyzer: z.looseObject({ name: z.enum(["english", "plain"]) }),
  golden_uri: z.string().nullable(),
  redactions_uri: z.string().nullable(),
  omissions: z.array(z.looseObject({ uri: z.string(), reason: name })),
  omission_count: count.describe("More than are listed here: the rest is at omissions_uri"),
  omissions_uri: z.string().nullable(),
});

export type ExportManifest = z.infer<typeof manifestSchema>;

const goldenQuery = z.strictObject({
  query: z.string().min(1),
  checkpoint: name.optional().describe("Id or label: as of it. Default: the end of the run"),
  limit: z.number().int().min(1).max(1000).optional().describe("Default 10"),
});

export type GoldenQuery = z.infer<typeof goldenQuery>;

/** The file of `--golden`. */
export const goldenQueriesSchema = z.looseObject({ queries: z.array(goldenQuery).min(1).max(1000) });

const goldenResult = z.strictObject({
  query: z.string(),
  checkpoint: name.nullable(),
  limit: count,
  hits: z.array(
    z.strictObject({
      uri: z.string(),
      score_bits: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe("The score times 2^32, as a 64-bit integer"),
    }),
  ),
  results_digest: digest,
});

export type GoldenResult = z.infer<typeof goldenResult>;

/** What is stored of golden queries. */
export const goldenResultsSchema = z.looseObject({ schema_version: z.literal(1), results: z.array(goldenResult) });

/** What is wrong with a value, one line each; empty if nothing is. */
export function schemaFaults(schema: z.ZodType, value: unknown): readonly string[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
}
