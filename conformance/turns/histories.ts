/** Histories one after another, each from a seed of its own. */

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../crash/random.js";
import type { Agents } from "./agents.js";
import { History, type HistoryReport, type Sabotage } from "./history.js";

const STEPS_A_HISTORY = 100;

export interface HistoriesOptions {
  /** Steps in all, at least. */
  readonly steps: number;
  /** The first history's; the others follow by ones. */
  readonly seed: number;
  readonly onHistory?: (line: string) => void;
  readonly sabotage?: Sabotage;
}

/** Runs histories until there were enough steps. @throws Error with the seed of the history that went wrong */
export async function runHistories(
  agents: Agents,
  folder: string,
  { steps, seed: first, onHistory, sabotage }: HistoriesOptions,
): Promise<HistoryReport & { readonly histories: number }> {
  const total = { histories: 0, steps: 0, sessions: 0, kills: 0, views: 0 };
  for (let seed = first; total.steps < steps; seed++) {
    const own = mkdtempSync(join(folder, `history-${seed}-`));
    const path = join(own, "history.mv2");
    const history = new History(agents, path, new Random(seed), sabotage);
    try {
      await history.run(Math.min(STEPS_A_HISTORY, steps - total.steps));
    } catch (cause) {
      // They may have the capsule open.
      await agents.stop();
      throw new Error(`history ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    total.histories++;
    for (const name of ["steps", "sessions", "kills", "views"] as const) total[name] += history.report[name];
    onHistory?.(`history ${seed}: ${JSON.stringify(total)}`);
    rmSync(own, { recursive: true });
  }
  return total;
}
