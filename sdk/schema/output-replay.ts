/** What `replay` prints with `--json`. */

import { z } from "zod";
import { replayChecks } from "../replay/report.js";
import { asOf, branch, count, output, time, uri } from "./output-parts.js";

const check = z.enum(replayChecks);

export const replay = output({
  run_id: z.string().min(1),
  spec_id: z.string().min(1).nullable(),
  branches: z.array(branch).describe("Where the run's events were looked for"),
  as_of: asOf,
  sequence: count.describe("The commit that the timeline ends at"),
  timeline: z
    .array(
      z.strictObject({
        uri,
        event_type: z.string().min(1),
        timestamp: time,
        stage: z.string().nullable(),
        branch,
        sequence: count,
        summary: z.string().describe("One line, masked"),
      }),
    )
    .describe("The run's events in the order in which they were stored"),
  checks: z.array(
    z.strictObject({
      check,
      passed: z.boolean(),
      event_uri: uri,
      detail: z.string().min(1).optional().describe("What is different; only if it failed"),
    }),
  ),
  unchecked: z
    .array(z.strictObject({ check, event_uri: uri, reason: z.string().min(1) }))
    .describe("What can't be held against this capsule, which is no fault"),
  passed: z.boolean().describe("Whether all checks passed; if not, the exit code is 1"),
  report_files: z
    .strictObject({ json: z.string().min(1), markdown: z.string().min(1) })
    .nullable()
    .describe("Null without --out"),
  report_uris: z.array(uri).nullable().describe("Null without --store"),
});
