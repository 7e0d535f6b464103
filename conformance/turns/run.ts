/** The soak: npx tsx conformance/turns/run.ts --steps 20000 --seed 1. Histories of about 100 steps each; a failure names its seed. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Agents } from "./agents.js";
import { runHistories } from "./histories.js";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "20000" }, seed: { type: "string", default: "1" } },
});
const [steps, seed] = [Number(values.steps), Number(values.seed)];
if (!Number.isSafeInteger(steps) || !Number.isSafeInteger(seed))
  throw new Error("--steps and --seed are whole numbers");

const agents = new Agents();
const folder = mkdtempSync(join(tmpdir(), "speckit-turns-"));
try {
  const total = await runHistories(agents, folder, { steps, seed, onHistory: (line) => console.log(line) });
  console.log(`all as the model: ${JSON.stringify(total)}`);
} finally {
  await agents.stop();
  rmSync(folder, { recursive: true, force: true });
}
