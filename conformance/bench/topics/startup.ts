/** What a program pays that opens a capsule and searches once: import, open, search and end, in a fresh process. */

import { join } from "node:path";
import { type Host, hosts, node, runProgram, timeProgram } from "../programs.js";
import type { Row } from "../rows.js";
import type { Topic } from "./context.js";

const RUNS_PER_ROUND = 5;
const extraMs: Readonly<Record<Host["name"], number>> = { Node: 40, Bun: 25, Deno: 60 };

export const startup: Topic = async ({ options, collection, folder }) => {
  const path = join(folder, "startup.mv2");
  await runProgram(node, "capsule-ingest", { documentsFile: collection.documentsFile, path, commitEvery: null });
  const rows: Row[] = [];
  for (const host of hosts) {
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let run = 0; run <= RUNS_PER_ROUND * options.rounds; run++) {
      const bareMs = await timeProgram(host, "nothing", {});
      const oursMs = await timeProgram(host, "capsule-start", { path });
      // The first run fills the runtime's caches.
      if (run === 0) continue;
      ours.push(oursMs);
      bare.push(bareMs);
    }
    rows.push({
      topic: "startup",
      work: `import, open, one search, ${host.name}`,
      unit: "ms",
      ours,
      rivalName: `bare ${host.name}`,
      rival: bare,
      target: { extraAtMost: extraMs[host.name] },
    });
  }
  return rows;
};
