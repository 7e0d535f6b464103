/**
 * What each command prints with `--json`: the contract with whoever reads it. Fields may be added within a schema
 * version; none is renamed, removed or given another meaning. Absent and `null` differ: a field marked optional is left
 * out when it doesn't apply.
 *
 * The command line takes only types from here, since loading zod takes longer than most commands.
 */

import { z } from "zod";
import type { CapsuleErrorCode } from "../errors.js";
import { capsuleErrorCodes } from "../errors.js";
import { memoryBackends } from "../options.js";
import { conformance, conformanceCompare } from "./output-conformance.js";
import { exportOutput } from "./output-export.js";
import { mountOutputs } from "./output-mounts.js";
import { asOf, branch, count, diagnostic, hash, type head, jsonObject, output, time, uri } from "./output-parts.js";
import { replay } from "./output-replay.js";
import { retentionOutputs } from "./output-retention.js";
import { keygenOutput, rekeyOutput, verifyOutput } from "./output-signature.js";

export { OUTPUT_SCHEMA_VERSION } from "./output-parts.js";

/** Codes that only the command line has: a command line that makes no sense, and a bug. */
export const commandErrorCodes = ["UsageError", "InternalError"] as const;
export type CommandErrorCode = (typeof commandErrorCodes)[number];
export type OutputErrorCode = CapsuleErrorCode | CommandErrorCode;

const errorCodes: readonly OutputErrorCode[] = [...capsuleErrorCodes, ...commandErrorCodes];

const init = output({
  created: z.boolean().describe("False if there was a capsule already, which was left as it is"),
  capsule_path: z.string().min(1),
  capsule_id: z.string().regex(/^[0-9a-f]{32}$/),
  workspace_id: z.string().min(1),
  backup_path: z.string().min(1).optional().describe("Where --force has put what stood there"),
  gitignore: z
    .enum(["no-work-tree", "ignored", "added", "missing"])
    .describe("Whether git ignores the capsule; missing: it should, and --gitignore would add it"),
});

const put = output({
  uris: z.array(uri),
  bytes: count.describe("Content put, before compression"),
  deduplicated: count.describe("How many of the files had content that was in the capsule already"),
  sequence: count.describe("The commit that holds it"),
});

const ingest = output({
  uris: z.array(uri),
  bytes: count.describe("Content put, before compression"),
  deduplicated: count.describe("How many of the files had content that was in the capsule already"),
  sequence: count.describe("The newest commit afterwards"),
  skipped: z
    .array(z.strictObject({ path: z.string(), reason: z.enum(["symlink", "not-a-file", "capsule"]) }))
    .describe("What matched and isn't taken in"),
});

const entry = z.strictObject({
  uri,
  kind: z.enum(["revision", "event", "checkpoint"]),
  title: z.string().optional(),
  media_type: z.string(),
  size_bytes: count,
  timestamp: time,
  sequence: count,
  tags: z.array(z.string()),
  attributes: jsonObject,
  indexed: z.boolean(),
  branch_id: branch,
});

const list = output({ count, as_of: asOf, entries: z.array(entry) });

const cat = output({
  uri,
  as_of: asOf,
  media_type: z.string(),
  encoding: z.enum(["utf8", "base64"]),
  content: z.string(),
});

const rm = output({
  uri,
  removed: z.boolean().describe("False, with --force only, if there was nothing to remove"),
  sequence: count,
});

const log = output({
  count,
  commits: z.array(z.strictObject({ sequence: count, timestamp: time, root: hash, record_count: count })),
});

const diff = output({
  from: asOf,
  to: asOf,
  added: z.array(uri),
  changed: z.array(uri).describe("Their content, title, tags, media type, attributes or indexing differ"),
  removed: z.array(uri).describe("Those that became aliases too"),
});

const commit = output({
  checkpoint_id: z.string().min(1),
  uri,
  label: z.string().nullable(),
  stage: z.string().nullable(),
  created: z.literal(true),
  sequence: count,
  timestamp: time,
});

const checkpoint = z.strictObject({
  checkpoint_id: z.string().min(1),
  uri,
  label: z.string().nullable(),
  stage: z.string().nullable(),
  spec_id: z.string().nullable(),
  run_id: z.string().nullable(),
  commit_hash: z.string().nullable().describe("The git commit, if one was given"),
  timestamp: time,
  is_manual: z.boolean(),
  branch_id: branch,
  sequence: count,
});

const checkpoints = output({ count, checkpoints: z.array(checkpoint) });

const branches = output({
  count,
  branches: z.array(
    z.strictObject({
      name: branch,
      parent: branch.nullable(),
      fork_sequence: count.nullable(),
      spec_id: z.string().nullable(),
      run_id: z.string().nullable(),
      created_at: time.nullable(),
      head_sequence: count,
      last_checkpoint_id: z.string().nullable(),
      artifact_count: count,
      event_count: count,
      size_bytes: count.describe("Content that was put on the branch"),
      merged: z
        .boolean()
        .nullable()
        .describe("Whether everything on it was there when it was merged last; null for main"),
    }),
  ),
});

const merge = output({
  dry_run: z.boolean(),
  from_branch: branch,
  to_branch: branch,
  mode: z.enum(["full", "curated"]),
  merge_checkpoint_id: z.string().nullable().describe("Null for a dry run, and when there was nothing left to merge"),
  uris_merged: count,
  events_merged: count,
  conflicts: z.array(uri).describe("The target had changed them since the fork; the branch's side wins"),
  promoted: z.array(
    z.strictObject({
      uri,
      change: z.enum(["revision", "removal", "alias", "event", "checkpoint"]),
      event_type: z.string().nullable(),
    }),
  ),
});

const event = z.strictObject({
  uri,
  event_type: z.string().min(1),
  timestamp: time,
  spec_id: z.string().nullable(),
  run_id: z.string().nullable(),
  stage: z.string().nullable(),
  branch_id: branch,
  sequence: count,
  payload: jsonObject,
});

const events = output({
  count,
  events: z.array(event),
  filters: z.strictObject({
    stage: z.string().nullable(),
    type: z.string().nullable(),
    spec: z.string().nullable(),
    run: z.string().nullable(),
    since_checkpoint: z.string().nullable(),
    as_of: asOf,
    audit_only: z.boolean(),
    limit: count.nullable(),
  }),
});

const resolveUri = output({
  uri,
  resolved_uri: uri.describe("Differs from uri if an alias was followed"),
  aliases_followed: count,
  as_of: asOf,
  branch,
  size_bytes: count,
  content_hash: hash.describe("BLAKE3 of the content"),
  media_type: z.string(),
  content_preview: z.string().nullable().describe("How the content begins; null if it isn't text"),
  out_path: z.string().nullable(),
  physical: z
    .strictObject({
      unstable: z.literal(true),
      record_number: count,
      pack_offset: count,
      pack_length: count,
      index_in_pack: count,
    })
    .optional()
    .describe("For people who look for a fault: it changes when a capsule is compacted"),
});

const explanation = z.strictObject({
  terms: z.array(
    z.strictObject({
      term: z.string(),
      title_frequency: count,
      body_frequency: count,
      saturation: z.number(),
      contribution: z.number(),
    }),
  ),
  title_length: count,
  body_length: count,
});

const hit = z.strictObject({
  uri,
  score: z.number(),
  title: z.string().optional(),
  snippet: z.string(),
  highlights: z.array(z.strictObject({ start: count, end: count })).describe("In UTF-16 units of the snippet"),
  explanation: explanation.optional(),
});

const search = output({
  query: z.string(),
  view: z.strictObject({
    branch,
    as_of: asOf,
    document_count: count,
    mount: z.string().min(1).optional().describe("The mount that was searched instead of the workspace"),
  }),
  total: count.nullable().describe("All matching documents; null unless --count"),
  hits: z.array(hit),
  terms: z
    .array(z.strictObject({ term: z.string(), query_frequency: count, document_frequency: count, idf: z.number() }))
    .optional()
    .describe("With --explain"),
  results_digest: hash,
});

const stats = output({
  capsule_path: z.string(),
  capsule_id: z.string(),
  workspace_id: z.string(),
  format_version: z.string(),
  root: hash,
  sequence: count,
  size_bytes: count,
  frame_count: count,
  record_count: count,
  uri_count: count,
  revision_count: count,
  removal_count: count,
  checkpoint_count: count,
  event_count: count,
  branch_count: count,
  segment_count: count,
  content_bytes_put: count,
  content_bytes_stored: count,
  content_bytes_repeated: count.describe("Of the bytes put, those of content that was there already"),
  dedup_ratio: z.number().min(1).nullable().describe("Bytes put for each byte that was new; null if nothing was put"),
  compression_ratio: z
    .number()
    .nonnegative()
    .nullable()
    .describe(
      "New bytes for each byte stored, titles and attributes included in the latter; null if nothing is stored",
    ),
  storage_ratio: z
    .number()
    .nonnegative()
    .nullable()
    .describe("Bytes stored for each byte put, after deduplication and compression; null if nothing was put"),
  dead_tail_bytes: count,
});

const statsAsOf = output({
  as_of: z.string().min(1),
  sequence: count,
  uri_count: count,
  revision_count: count,
  checkpoint_count: count,
  event_count: count,
  content_bytes: count,
});

const doctor = output({
  status: z.enum(["ok", "warning", "error"]),
  capsule_path: z.string(),
  deep: z.boolean(),
  diagnostics: z.array(diagnostic),
});

const share = z.number().min(0).max(1);
const backend = z.enum(memoryBackends);
const backendFigures = z.strictObject({ backend, precision: share, recall: share, mrr: share });
const queryFigures = z.strictObject({
  hits: z.array(z.string()),
  precision: share,
  recall: share,
  reciprocal_rank: share,
});
const latency = z.strictObject({
  median_ms: z.number().nonnegative(),
  p95_ms: z.number().nonnegative(),
  max_ms: z.number().nonnegative(),
});

const evalParity = output({
  result: z
    .strictObject({
      suite: z.string().nullable(),
      k: count,
      query_count: count,
      baseline: backendFigures,
      candidate: backendFigures,
      gate: z.strictObject({
        threshold: share,
        passed: z.boolean(),
        checks: z.array(
          z.strictObject({
            metric: z.enum(["precision", "recall", "mrr"]),
            baseline: share,
            candidate: share,
            passed: z.boolean(),
          }),
        ),
      }),
      queries: z.array(
        z.strictObject({
          query: z.string(),
          relevant: z.array(z.string()),
          baseline: queryFigures,
          candidate: queryFigures,
        }),
      ),
    })
    .describe("The same for the same suite and memories"),
  result_hash: hash.describe("SHA-256 of the result as canonical JSON"),
  latency: z.strictObject({ baseline: latency, candidate: latency }).describe("Differs from run to run"),
  report_files: z
    .strictObject({ json: z.string().min(1), markdown: z.string().min(1) })
    .nullable()
    .describe("Null without --out"),
});

const help = output({ help: z.string().min(1) });

/** What `speckit --version --json` prints: the head alone. */
const version = output({});

const error = output({
  error: z.strictObject({
    code: z.enum(errorCodes),
    message: z.string().min(1),
    hint: z.string().min(1).optional(),
    details: jsonObject.optional(),
  }),
});

/** A schema for what each command prints on success, and for `help`, `version` and `error`. */
export const outputSchemas = {
  init,
  put,
  ingest,
  list,
  cat,
  rm,
  log,
  diff,
  commit,
  checkpoints,
  branches,
  merge,
  export: exportOutput,
  events,
  replay,
  "resolve-uri": resolveUri,
  search,
  stats,
  "stats-as-of": statsAsOf,
  doctor,
  ...mountOutputs,
  keygen: keygenOutput,
  verify: verifyOutput,
  rekey: rekeyOutput,
  ...retentionOutputs,
  "eval-parity": evalParity,
  conformance,
  "conformance-compare": conformanceCompare,
  help,
  version,
  error,
} as const;

export type OutputName = keyof typeof outputSchemas;

/** What a command prints, whole. */
export type Output<Name extends OutputName> = z.infer<(typeof outputSchemas)[Name]>;

/** What a command makes of it; the head is put before it when it is printed. */
export type OutputBody<Name extends OutputName> = Omit<Output<Name>, keyof typeof head>;
