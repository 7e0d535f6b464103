/**
 * Kills writers at random moments while readers look on, in all runtimes, with the packed package installed as users have it.
 *
 *     npx tsx conformance/soak/kills.ts --rounds 2000 --seed 1     (after npm run build)
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { hosts } from "../bench/programs.js";
import { installPackage } from "../project.js";
import { type KillReport, runKills } from "./kill-rounds.js";

const TELL_EVERY = 100;
const TICKS_PER_SECOND = 100;

/** Processor seconds of this process and of all that it has waited for; null where there is no /proc. */
function processorSeconds(): number | null {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    // utime, stime, cutime, cstime: proc(5).
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / TICKS_PER_SECOND, 0);
  } catch {
    return null;
  }
}

function printReport({ writers, readers, capsules }: KillReport, rounds: number): void {
  const titles = ["runtime", "killed", "of these stopped", "commits acknowledged", "found unacknowledged"];
  const table = new Table({
    head: [...titles, "refreshes as reader", "documents checked"],
    style: { head: [], border: [] },
  });
  let cpuSeconds = processorSeconds();
  for (const [name, each] of writers) {
    const reader = readers.get(name);
    if (cpuSeconds !== null) cpuSeconds += reader?.cpuSeconds ?? 0;
    const figures = [each.rounds, each.stopped, each.acknowledged, each.unacknowledged];
    table.push([name, ...figures, reader?.refreshes ?? 0, reader?.documents ?? 0]);
  }
  console.log(table.toString());
  if (cpuSeconds !== null) console.log(`${(cpuSeconds / rounds).toFixed(2)} processor seconds a round`);
  console.log(`${rounds} rounds on ${capsules} capsules: nothing acknowledged was lost, nothing half-seen`);
}

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const base = mkdtempSync(join(realpathSync(tmpdir()), "speckit-soak-"));
const [project, folder] = [join(base, "project"), join(base, "capsules")];
installPackage(project);
const agents = join(project, "agents");
cpSync(fileURLToPath(new URL("./agents/", import.meta.url)), agents, { recursive: true });
mkdirSync(folder);
const startedAt = Date.now();
let done = 0;
try {
  const onRound = (round: number): void => {
    done = round + 1;
    if (done % TELL_EVERY === 0) console.log(`${done} rounds in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  };
  const report = await runKills({ rounds, seed, hosts, agents, folder, onRound });
  printReport(report, rounds);
  rmSync(base, { recursive: true, force: true });
} catch (error) {
  console.error(`Failed in round ${done + 1} of seed ${seed}; its capsule is in ${folder}`);
  throw error;
}
