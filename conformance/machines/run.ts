/**
 * `npm run conformance:machines`: the packed package gives its topics' digests on other processors (emulated), other versions of Node and
 * in a browser. Prints a table of topics and machines, and exits with 1 on any difference. What can't be had here is skipped, and said.
 *
 *     npm run conformance:machines -- --only s390x --minutes 30
 */

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import Table from "cli-table3";
import { compareDigests, type Digests } from "../../sdk/conformance/compare.js";
import { expectedDigests } from "../../sdk/conformance/expected.js";
import { type ConformanceReport, digestsOf } from "../../sdk/conformance/report.js";
import { installPackage } from "../project.js";
import { type Browser, prepareBrowser, reportOfBrowser } from "./browser.js";
import { type Command, type Machine, machines } from "./machines.js";

const run = promisify(execFile);
const SHOWN_DIGITS = 8;
const BROWSER = "x64, Chromium";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, minutes: { type: "string", default: "30" } },
});
const timeoutMs = Number(values.minutes) * 60_000;
const isAsked = (name: string): boolean => name.toLowerCase().includes(values.only.toLowerCase());

/** What the machines gave, and why others gave nothing. */
interface Outcome {
  readonly reports: Map<string, ConformanceReport>;
  readonly skipped: Map<string, string>;
  readonly failed: Map<string, string>;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

/** A machine that can't be had is skipped; one that was there and gave no report has failed. */
async function report({ name, prepare }: Machine, project: string, folder: string, outcome: Outcome): Promise<void> {
  let command: Command;
  try {
    command = await prepare();
  } catch (error) {
    outcome.skipped.set(name, reasonOf(error));
    return;
  }
  const main = join(project, "node_modules", "speckit-capsule", "dist", "sdk", "cli", "main.js");
  const out = join(folder, `${outcome.reports.size}.json`);
  try {
    // It exits with 1 where digests aren't those expected: the report says so better.
    await run(command.program, [...command.args, main, "conformance", "--out", out], { timeout: timeoutMs }).catch(
      (error: { readonly code?: unknown }) => {
        if (error.code !== 1) throw error;
      },
    );
    outcome.reports.set(name, JSON.parse(readFileSync(out, "utf8")) as ConformanceReport);
  } catch (error) {
    outcome.failed.set(name, reasonOf(error));
  }
}

async function reportBrowser(project: string, folder: string, { reports, skipped, failed }: Outcome): Promise<void> {
  let browser: Browser;
  try {
    browser = await prepareBrowser();
  } catch (error) {
    skipped.set(BROWSER, reasonOf(error));
    return;
  }
  try {
    const text = await reportOfBrowser(browser, project, join(folder, "chromium"), timeoutMs);
    const told = JSON.parse(text) as ConformanceReport & { readonly failed?: string };
    if (told.failed !== undefined) throw new Error(told.failed);
    reports.set(BROWSER, told);
  } catch (error) {
    failed.set(BROWSER, reasonOf(error));
  }
}

function printTable(reports: ReadonlyMap<string, ConformanceReport>): void {
  const topics = [...new Set([...reports.values()].flatMap((each) => each.topics.map(({ name }) => name)))];
  const table = new Table({ head: ["machine", "byte order", ...topics], style: { head: [], border: [] } });
  for (const [name, { machine, topics: found }] of reports) {
    const digests = topics.map((topic) => found.find((each) => each.name === topic)?.digest ?? "missing");
    table.push([name, machine.byte_order, ...digests.map((digest) => digest.slice(0, SHOWN_DIGITS))]);
  }
  console.log(table.toString());
}

/** The reports that don't have what is expected. */
function unlike(found: Readonly<Record<string, string | null>>): string[] {
  return Object.keys(found).filter((name) => name !== "expected" && found[name] !== found["expected"]);
}

async function main(base: string): Promise<void> {
  const project = join(base, "project");
  const outcome: Outcome = { reports: new Map(), skipped: new Map(), failed: new Map() };
  installPackage(project);
  for (const machine of machines.filter(({ name }) => isAsked(name))) {
    console.log(`Running on ${machine.name} …`);
    await report(machine, project, base, outcome);
  }
  if (isAsked(BROWSER)) {
    console.log(`Running on ${BROWSER} …`);
    await reportBrowser(project, base, outcome);
  }
  printTable(outcome.reports);
  for (const [name, why] of outcome.skipped) console.log(`skipped: ${name}: ${why}`);
  for (const [name, why] of outcome.failed) console.error(`failed: ${name}: ${why}`);
  const digests = new Map<string, Digests>([["expected", expectedDigests]]);
  for (const [name, each] of outcome.reports) digests.set(name, digestsOf(each));
  const differing = compareDigests(digests);
  for (const each of differing) console.error(`${each.topic} / ${each.case}: ${JSON.stringify(each.found)}`);
  const { reports, skipped, failed } = outcome;
  const equal = reports.size - new Set(differing.flatMap((each) => unlike(each.found))).size;
  console.log(`machines: ${equal} passed, ${reports.size - equal + failed.size} failed, ${skipped.size} skipped`);
  if (differing.length > 0 || failed.size > 0 || reports.size === 0) process.exitCode = 1;
}

const base = mkdtempSync(join(realpathSync(tmpdir()), "speckit-machines-"));
try {
  await main(base);
} finally {
  rmSync(base, { recursive: true, force: true });
}
