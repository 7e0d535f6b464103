/** Checking every hash of a capsule, beside hashing the file with the runtime's own SHA-256. */

import { join } from "node:path";
import { figure, type Host, hosts, inTurn, node, runProgram } from "../programs.js";
import type { Row } from "../rows.js";
import type { Topic } from "./context.js";

const targets: Readonly<Record<Host["name"], number>> = { Node: 0.7, Bun: 0.4, Deno: 0.7 };

export const verification: Topic = async ({ options, collection, folder }) => {
  const path = join(folder, "verified.mv2");
  await runProgram(node, "capsule-ingest", { documentsFile: collection.documentsFile, path, commitEvery: null });
  const rows: Row[] = [];
  for (const host of hosts) {
    const { both } = await inTurn(options.rounds, { both: () => runProgram(host, "capsule-verify", { path }) });
    rows.push({
      topic: "verification",
      work: `deep verification, ${host.name}`,
      unit: "MB/s",
      ours: figure(both, "oursMBPerSecond"),
      rivalName: "node:crypto SHA-256",
      rival: figure(both, "sha256MBPerSecond"),
      target: { atLeast: targets[host.name] },
    });
  }
  return rows;
};
