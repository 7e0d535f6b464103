/**
 * `npm run conformance`: the packed package, installed in an empty project, runs the same cases on Node, Bun and Deno. Prints a table of
 * topics and runtimes with digests, and fails on any difference or missing case.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import type { Digests } from "../sdk/conformance/compare.js";
import { compareReports } from "./compare.js";
import { type Host, hosts } from "./hosts.js";
import { makeProject } from "./project.js";
import { readWithOracle } from "./with-oracle.js";

/** How many cases each topic has: stated here so that none can get lost. */
const expectedCases = {
  bytes: 6,
  codec: 4,
  uris: 3,
  analysis: 3,
  search: 4,
  history: 5,
  branches: 1,
  compaction: 3,
  errors: 4,
  masking: 3,
  replay: 1,
  exports: 2,
  age: 3,
  signatures: 4,
  "error-texts": 4,
  "masking-corpus": 4,
  relay: 6,
  example: 1,
  oracle: 1,
};

/** Asked of every capsule small enough to be ranked by brute force, with so many hits at most. */
const HITS = 50;
const queries = [
  "retry budget",
  "search engine 検索",
  "東京",
  "ΕΛΛΆΔΑ strasse",
  "snake_case camel",
  "don't merge",
  "v1.2.3",
  "round 3",
];

const base = mkdtempSync(join(realpathSync(tmpdir()), "speckit-conformance-"));

async function runCases(host: Host, cases: string): Promise<Digests> {
  const folder = join(base, host.name);
  mkdirSync(folder);
  const report = JSON.parse(await host.run(join(cases, "main.mjs"), [folder], folder)) as Digests;
  const printed = await host.runIn(folder, join(cases, "example.mjs"));
  return { ...report, example: { "as printed in the README": createHash("sha256").update(printed).digest("hex") } };
}

/** All orders of the runtimes. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) =>
    orders(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

/** One runtime begins a capsule, the next continue it: in every order, the bytes are the same. */
async function relay(all: readonly Host[], cases: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const order of orders(all)) {
    const folder = join(base, `relay-${order.map((host) => host.name).join("-")}`);
    mkdirSync(folder);
    const path = join(folder, "capsule.mv2");
    for (const [leg, host] of order.entries()) await host.run(join(cases, "relay.mjs"), [path, String(leg)], folder);
    digests[order.map((host) => host.name).join(" → ")] = createHash("sha256").update(readFileSync(path)).digest("hex");
  }
  return digests;
}

function printTable(reports: ReadonlyMap<string, Digests>): void {
  const names = [...reports.keys()];
  const table = new Table({ head: ["topic", "case", ...names], style: { head: [], border: [] } });
  for (const topic of Object.keys(expectedCases)) {
    const cases = new Set([...reports.values()].flatMap((report) => Object.keys(report[topic] ?? {})));
    for (const name of cases)
      table.push([topic, name, ...names.map((host) => (reports.get(host)?.[topic]?.[name] ?? "missing").slice(0, 12))]);
  }
  console.log(table.toString());
}

function capsulesBelow(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const paths = found.filter((name) => name.endsWith(".mv2")).map((name) => join(folder, name));
  // An encrypted one is an age file; one that a case altered is no sound capsule.
  return paths.filter(
    (path) => !path.endsWith("/altered.mv2") && readFileSync(path).toString("latin1", 0, 4) !== "age-",
  );
}

/**
 * The independent reader verifies every sound capsule that the cases wrote, and ranks by brute force: its results stand beside those that
 * the runtimes give for the same file.
 */
async function compareWithOracle(
  reports: Map<string, Digests>,
  all: readonly Host[],
  cases: string,
): Promise<string[]> {
  const findings: string[] = [];
  const lines: string[] = [];
  const paths = capsulesBelow(base).filter(
    (path) => !/\/error(?:s|-texts)\//.test(path) && !path.includes("/project/"),
  );
  for (const path of paths.filter((each) => each.includes("/Node/") || each.includes("/relay-"))) {
    const told = readWithOracle(path, queries, HITS);
    findings.push(...told.findings.map((finding) => `${path.slice(base.length)}: ${finding}`));
    if (told.resultsDigests) lines.push(path, ...told.resultsDigests);
  }
  const oracle = createHash("sha256")
    .update(lines.filter((line) => !line.startsWith("/")).join("\n"))
    .digest("hex");
  const ranked = lines.filter((line) => line.startsWith("/"));
  for (const host of all) {
    const printed = (
      await host.run(join(cases, "ranks.mjs"), [String(HITS), JSON.stringify(queries), ...ranked], base)
    ).trim();
    const digest = createHash("sha256").update(printed).digest("hex");
    const same = digest === oracle ? digest : `failed: ${digest}, by brute force ${oracle}`;
    const report = reports.get(host.name) ?? {};
    reports.set(host.name, { ...report, oracle: { [`results of ${ranked.length} capsules by brute force`]: same } });
  }
  return findings;
}

async function main(): Promise<void> {
  const all = hosts();
  console.log("Packing, and installing the package in an empty project …");
  const cases = makeProject(join(base, "project"));
  const reports = new Map<string, Digests>();
  for (const host of all) {
    console.log(`Running the cases on ${host.name} …`);
    reports.set(host.name, await runCases(host, cases));
  }
  console.log("Passing one capsule from runtime to runtime, in every order …");
  const legs = await relay(all, cases);
  const first = Object.values(legs)[0];
  for (const [order, digest] of Object.entries(legs))
    if (digest !== first) legs[order] = `failed: ${digest}, expected ${first}`;
  for (const [host, report] of reports) reports.set(host, { ...report, relay: legs });
  console.log("Reading the capsules with the independent reader …");
  const findings = await compareWithOracle(reports, all, cases);
  printTable(reports);

  const differences = compareReports(reports, expectedCases).map(
    (each) => `${each.topic} / ${each.name}: ${each.problem}`,
  );
  for (const problem of [...differences, ...findings]) console.error(problem);
  const count = Object.values(expectedCases).reduce((sum, each) => sum + each, 0);
  const failed = differences.length + findings.length;
  console.log(`conformance: ${count - Math.min(count, failed)} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

try {
  await main();
} finally {
  rmSync(base, { recursive: true, force: true });
}
