import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hosts } from "../bench/programs.js";
import { runKills } from "./kill-rounds.js";

const folder = mkdtempSync(join(tmpdir(), "speckit-kills-"));
beforeAll(() => {
  execFileSync(process.execPath, [fileURLToPath(new URL("../ensure-build.mjs", import.meta.url))]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const agents = fileURLToPath(new URL("./agents/", import.meta.url));

/** `npx tsx conformance/soak/kills.ts --rounds 2000` is the long run. */
test("writers that are killed lose nothing acknowledged, and readers of all runtimes see whole commits", async () => {
  const { writers, readers } = await runKills({ rounds: 12, seed: 7, hosts, agents, folder });
  for (const { name } of hosts) {
    expect(writers.get(name)?.rounds).toBe(4);
    expect(writers.get(name)?.acknowledged).toBeGreaterThanOrEqual(4);
    expect(readers.get(name)?.refreshes).toBeGreaterThan(3);
    expect(readers.get(name)?.documents).toBeGreaterThan(12);
  }
});

test.each([
  ["early", /acknowledged/],
  ["half", /after|isn't what it was|of \d+ documents/],
] as const)("a writer with the fault %s is found", async (fault, message) => {
  const found = runKills({ rounds: 30, seed: 8, hosts, agents, folder: mkdtempSync(join(folder, "control-")), fault });
  await expect(found).rejects.toThrow(message);
});
