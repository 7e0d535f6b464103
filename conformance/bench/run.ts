/**
 * `npm run bench`: measures the built package beside its rivals, in the same run, and prints what we win and lose. It judges by ratios
 * and never fails on slowness.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCollection } from "./collection.js";
import { markdownDocument } from "./document.js";
import { describeMachine } from "./machine.js";
import { type BenchOptions, parseOptions, usage } from "./options.js";
import { growthPlot } from "./plot.js";
import { installPrograms } from "./programs.js";
import { terminalTable, verdict } from "./report.js";
import type { Row } from "./rows.js";
import { branches } from "./topics/branches.js";
import { commits } from "./topics/commits.js";
import type { Topic } from "./topics/context.js";
import { encryption } from "./topics/encryption.js";
import { exports } from "./topics/exports.js";
import { growth } from "./topics/growth.js";
import { history } from "./topics/history.js";
import { million } from "./topics/million.js";
import { quality } from "./topics/quality.js";
import { records } from "./topics/records.js";
import { scale } from "./topics/scale.js";
import { search } from "./topics/search.js";
import { startup } from "./topics/startup.js";
import { verification } from "./topics/verification.js";

const topics: Readonly<Record<string, Topic>> = {
  search,
  quality,
  commits,
  records,
  history,
  branches,
  verification,
  encryption,
  exports,
  scale,
  million,
  growth,
  startup,
};

const PLOT_TITLE = "Time, relative to that at the smallest size";

/** Those take minutes, and gigabytes of the disk. */
const LONG = ["exports", "million"];

function chosenTopics({ topics: names, all }: BenchOptions): [string, Topic][] {
  const unknown = names.filter((name) => topics[name] === undefined);
  if (unknown.length > 0)
    throw new RangeError(`Unknown topic ${unknown.join(", ")}: there are ${Object.keys(topics).join(", ")}`);
  return Object.entries(topics).filter(([name]) =>
    names.length === 0 ? all || !LONG.includes(name) : names.includes(name),
  );
}

async function main(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "speckit-bench-"));
  try {
    const chosen = chosenTopics(options);
    installPrograms(join(folder, "project"));
    const collection = await makeCollection(options, folder);
    const size = `${collection.documentCount} documents of ${collection.name}, ${(collection.textBytes / 1e6).toFixed(1)} MB of text`;
    const facts = [...describeMachine(), `Collection: ${size}`, `Rounds: ${options.rounds}`];
    console.log(facts.join("\n"));
    const rows: Row[] = [];
    for (const [name, topic] of chosen) {
      const startedAt = performance.now();
      rows.push(...(await topic({ options, collection, folder })));
      console.error(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    }
    console.log(`${terminalTable(rows)}\n${verdict(rows)}`);
    if (options.write) {
      writeFileSync(new URL("../../docs/benchmarks.md", import.meta.url), markdownDocument(facts, rows));
      const curves = rows.flatMap(({ work, curve }) => (curve ? [{ name: work, points: curve }] : []));
      if (curves.length > 0)
        writeFileSync(
          new URL("../../docs/benchmarks-growth.svg", import.meta.url),
          growthPlot(PLOT_TITLE, "artifacts", curves),
        );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
if (args.includes("--help")) console.log(usage);
else await main(parseOptions(args));
