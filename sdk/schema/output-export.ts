/** What `export` prints with `--json`. */

import { z } from "zod";
import { count, hash, jsonObject, output, uri } from "./output-parts.js";

export const exportOutput = output({
  output_path: z.string().min(1),
  format: z.enum(["mv2-v1", "mv2e-v1"]),
  bytes_written: count,
  artifact_count: count.describe("Revisions of the run: artifacts, policies, cards, edges"),
  checkpoint_count: count,
  event_count: count,
  content_hash: hash.describe("SHA-256 of the file"),
  capsule_id: z.string().regex(/^[0-9a-f]{32}$/),
  encrypted: z.boolean(),
  safe_mode: z.boolean(),
  redactions: jsonObject.nullable().describe("What was masked, by rule; null if nothing was to be"),
  signature: z
    .strictObject({ key: z.string(), sequence: count, root: hash })
    .nullable()
    .describe("Null if it isn't signed"),
  omissions: z
    .array(z.strictObject({ uri: z.string(), reason: z.string() }))
    .describe("What the export refers to and doesn't hold"),
  pinned: z.boolean(),
  event_uri: uri.describe("The event that tells of the export"),
});
