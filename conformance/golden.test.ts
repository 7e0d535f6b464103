import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createMemoryRuntime } from "../runtimes/memory.js";
import { compareDigests } from "../sdk/conformance/compare.js";
import { expectedDigests } from "../sdk/conformance/expected.js";
import { runTopics } from "../sdk/conformance/run.js";

const folder = mkdtempSync(join(tmpdir(), "speckit-golden-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// If it was on purpose that bytes or results changed: npm run golden.
test("runTopics() gives the digests that ship with the package, on disk and in memory", async () => {
  const reports = new Map([
    ["expected", expectedDigests],
    ["disk", await runTopics({ folder })],
    ["memory", await runTopics({ folder: "/conformance", runtime: createMemoryRuntime() })],
  ]);
  expect(compareDigests(reports)).toEqual([]);
});
