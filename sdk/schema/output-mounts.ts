/** What the commands about mounts print with `--json`: `import`, `mounts`, `unmount`. */

import { z } from "zod";
import { branch, count, diagnostic, hash, output, time, uri } from "./output-parts.js";

const mountName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const format = z.enum(["mv2-v1", "mv2e-v1"]).describe("A capsule, or one in an age file");
const capsuleId = z.string().regex(/^[0-9a-f]{32}$/);

const import_ = output({
  mount_name: mountName,
  mounted_path: z.string().min(1),
  created: z.boolean().describe("False if the same file was mounted under the same name already"),
  content_hash: hash.describe("SHA-256 of the file"),
  format,
  capsule_id: capsuleId,
  branch: branch.describe("The branch that the mount is opened on"),
  sequence: count.describe("The newest commit of the imported capsule"),
  root: hash,
  counts: z.strictObject({ artifacts: count, checkpoints: count, events: count }),
  verification_passed: z
    .boolean()
    .describe("Whether every check that could be made was passed; unsigned capsules pass"),
  validation: z.strictObject({
    signature: z.enum(["verified", "verified-to-sequence", "untrusted", "broken", "unsigned"]),
    findings: z.array(z.string().min(1)).describe("Codes of the diagnostics"),
  }),
  golden: z.strictObject({ passed: count, failed: count }).nullable().describe("Null if it has no golden queries"),
  diagnostics: z.array(diagnostic),
  event_uri: uri,
});

const mounts = output({
  count,
  mounts: z.array(
    z.strictObject({
      mount_name: mountName,
      mounted_path: z.string().min(1),
      status: z
        .enum(["ok", "missing", "unregistered"])
        .describe("missing: its file is gone; unregistered: the registry doesn't know it"),
      format,
      size_bytes: count.nullable(),
      content_hash: hash.nullable().describe("As noted when it was imported"),
      capsule_id: z.string().min(1).nullable(),
      source: z.string().nullable(),
      imported_at: time.nullable(),
      event_uri: uri.nullable(),
    }),
  ),
});

const unmount = output({ mount_name: mountName, unmounted: z.literal(true) });

const source = z.string().min(1).describe("A mount's name, or workspace");

const searchMounts = output({
  query: z.string(),
  sources: z.array(z.strictObject({ source, branch, document_count: count })),
  hits: z.array(
    z.strictObject({
      uri,
      score: z.number().positive().describe("The sum of 1 / (60 + rank) over the sources that have it"),
      source: source.describe("Where it stands best; title and snippet are from there"),
      placings: z
        .array(z.strictObject({ source, rank: count.describe("From 1"), score: z.number().describe("In that source") }))
        .min(1)
        .describe("Every source with the same content under the same URI, the best first"),
      title: z.string().optional(),
      snippet: z.string(),
      highlights: z.array(z.strictObject({ start: count, end: count })),
    }),
  ),
  results_digest: hash,
});

/** `search-mounts` is what `search --mounts` prints. */
export const mountOutputs = { import: import_, mounts, unmount, "search-mounts": searchMounts } as const;
