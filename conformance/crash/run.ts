/** The soak: npx tsx conformance/crash/run.ts --points 100000 --seed 1 */

import { parseArgs } from "node:util";
import { runRound, SOAK_ROUND } from "./rounds.js";

const { values } = parseArgs({
  options: { points: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const wanted = Number(values.points);
const firstSeed = Number(values.seed);
if (!Number.isSafeInteger(wanted) || !Number.isSafeInteger(firstSeed))
  throw new Error("--points and --seed are numbers");

const total = { points: 0, exhaustive: 0, faults: 0 };
let failed = false;
const seconds = () => Math.round((process.cpuUsage().user + process.cpuUsage().system) / 1e6);
for (let seed = firstSeed; total.points < wanted && !failed; seed++) {
  const report = await runRound(seed, SOAK_ROUND);
  total.points += report.points;
  total.exhaustive += report.exhaustive;
  total.faults += report.faults;
  failed = report.failures.length > 0;
  console.log(
    `seed ${seed}: ${total.points} crash points, ${total.exhaustive} moments exhaustively, ` +
      `${total.faults} disk faults, ${seconds()} CPU seconds`,
  );
  for (const failure of report.failures) console.log(`FAILED ${failure}`);
}
process.exitCode = failed ? 1 : 0;
