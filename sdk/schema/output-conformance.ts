/** What `speckit conformance` and `speckit conformance compare` print, and the reports that they write and read. */

import { z } from "zod";
import { hash, output } from "./output-parts.js";

const digest = z.string().regex(/^(?:[0-9a-f]{64}|failed: [\s\S]*)$/);
const machine = z.strictObject({
  platform: z.string().min(1),
  architecture: z.string().min(1).nullable(),
  byte_order: z.enum(["little", "big"]),
});
const runtime = z.strictObject({ name: z.string().min(1), version: z.string().min(1) });
const discrepancies = z.array(
  z.strictObject({
    topic: z.string().min(1),
    case: z.string().min(1),
    found: z.record(z.string(), digest.nullable()).describe("By report; null: it isn't there"),
  }),
);

const report = {
  machine,
  runtime,
  core_sha256: hash.describe("Of the WebAssembly module"),
  topics: z.array(
    z.strictObject({
      name: z.string().min(1),
      digest: hash.describe("SHA-256 over a line `<case>\\t<digest>` for each case"),
      cases: z.record(z.string(), digest),
    }),
  ),
};

/** A report, and how it compares with what this version gives on every machine. */
export const conformance = output({
  ...report,
  discrepancies: discrepancies.describe("With what this version gives everywhere, named `expected`; empty: none"),
});

/** Reports beside each other. */
export const conformanceCompare = output({
  equal: z.boolean(),
  reports: z.array(
    z.strictObject({
      path: z.string().min(1),
      machine,
      runtime,
      tool_version: z.string().min(1),
      core_sha256: hash,
    }),
  ),
  judged_by_expected: z
    .boolean()
    .describe("Whether all are of this version, so that its expected digests were compared too"),
  discrepancies,
});

/** What is read of a report that another version, or no command line, may have written. */
const readable = z.looseObject({ tool_version: z.string().min(1), ...report });

/** What is wrong with a parsed report, one line each; empty if nothing is. */
export function reportProblems(value: unknown): readonly string[] {
  const parsed = readable.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "report"}: ${message}`);
}
