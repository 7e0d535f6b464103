/** `speckit conformance`: digests of what this machine makes of a capsule, and `compare`, which judges reports of several. */

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { portablePath } from "../../../runtimes/paths.js";
import { encodeUtf8, tryDecodeUtf8 } from "../../../runtimes/std.js";
import type { Discrepancy } from "../../conformance/compare.js";
import type { ConformanceReport } from "../../conformance/report.js";
import { CapsuleError, throwIfAborted } from "../../errors.js";
import { translating } from "../../machine-errors.js";
import { defaultRuntime } from "../../runtime.js";
import type { CommandContext } from "../context.js";
import { jsonDocument } from "../output/json.js";
import { cyan, dim, green, red, type Screen } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { TOOL_VERSION } from "../version.js";

const MAX_REPORT_BYTES = 16 * 1024 * 1024;
const SHOWN_DIGITS = 16;
const EXPECTED = "expected";

/** A report as it was read. */
interface ReadReport extends ConformanceReport {
  readonly path: string;
  readonly tool_version: string;
}

export function addConformance(program: Command, run: Run): void {
  const command = program
    .command("conformance")
    .description("Check that this machine makes of a capsule what every other makes of it; exits with 1 if it doesn't.")
    .option("--out <file>", "write the report there, to compare it with others")
    .action(run(runConformance));
  command
    .command("compare")
    .description("Compare reports with each other and with what this version gives; exits with 1 if they differ.")
    .argument("<reports...>", "files that --out has written")
    .action(run((_, __, paths: readonly string[]) => compareReports(paths)));
}

async function runConformance(
  context: CommandContext,
  options: { readonly out?: string },
): Promise<CommandResult<"conformance">> {
  const { compareDigests, digestsOf, expectedDigests } = await import("../../conformance/index.js");
  const report = await inTemporaryFolder((folder) => reportOn(folder, context.signal));
  const found = compareDigests(
    new Map([
      [EXPECTED, expectedDigests],
      ["here", digestsOf(report)],
    ]),
  );
  const json = asOutput({ ...report, discrepancies: found });
  if (options.out !== undefined) writeReport(options.out, json);
  return {
    json,
    show: (screen) => showReport(screen, report, found, options.out),
    exitCode: found.length === 0 ? 0 : 1,
  };
}

async function reportOn(folder: string, signal: AbortSignal): Promise<ConformanceReport> {
  const { makeReport } = await import("../../conformance/index.js");
  const workplace = { folder: portablePath(folder, defaultRuntime.environment.platform) };
  const onTopic = (name: string): void => throwIfAborted(signal, `run the topic ${name}`);
  return makeReport(workplace, { architecture: process.arch }, { onTopic });
}

/** A folder for the work, which is removed with all that is in it. */
async function inTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = translating("make a temporary folder", () =>
    mkdtempSync(join(realpathSync(tmpdir()), "speckit-conformance-")),
  );
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeReport(out: string, json: CommandResult<"conformance">["json"]): void {
  const path = portablePath(out, defaultRuntime.environment.platform);
  const bytes = encodeUtf8(jsonDocument<"conformance">(json, true));
  translating(`write the report ${JSON.stringify(path)}`, () => defaultRuntime.files.writeFile(path, bytes));
}

/** The schemas' arrays may be changed, ours may not: a copy. */
const asOutput = (json: unknown) => structuredClone(json) as never;

async function compareReports(paths: readonly string[]): Promise<CommandResult<"conformance-compare">> {
  const { compareDigests, digestsOf, expectedDigests } = await import("../../conformance/index.js");
  const reports: ReadReport[] = [];
  for (const path of paths) reports.push(await readReport(path));
  const judgedByExpected = reports.every((report) => report.tool_version === TOOL_VERSION);
  const found = compareDigests(
    new Map([
      ...(judgedByExpected ? ([[EXPECTED, expectedDigests]] as const) : []),
      ...reports.map((report) => [report.path, digestsOf(report)] as const),
    ]),
  );
  const told = reports.map(({ path, machine, runtime, tool_version, core_sha256 }) => {
    return { path, machine, runtime, tool_version, core_sha256 };
  });
  return {
    json: asOutput({
      equal: found.length === 0,
      reports: told,
      judged_by_expected: judgedByExpected,
      discrepancies: found,
    }),
    show: (screen) => showComparison(screen, reports, found, judgedByExpected),
    exitCode: found.length === 0 ? 0 : 1,
  };
}

async function readReport(text: string): Promise<ReadReport> {
  const path = portablePath(text, defaultRuntime.environment.platform);
  const bytes = translating(`read the report ${JSON.stringify(path)}`, () =>
    defaultRuntime.files.readFile(path, { maxBytes: MAX_REPORT_BYTES }),
  );
  const refuse = (reason: string) =>
    new CapsuleError("InvalidArgument", `Cannot use the report ${JSON.stringify(path)}: ${reason}`, {
      hint: "Give files that speckit conformance --out has written.",
      details: { path },
    });
  let value: unknown;
  try {
    value = JSON.parse(tryDecodeUtf8(bytes) ?? "");
  } catch {
    throw refuse("it is not JSON in UTF-8");
  }
  const { reportProblems } = await import("../../schema/output-conformance.js");
  const problems = reportProblems(value);
  if (problems.length > 0) throw refuse(problems.join("; "));
  return { ...(value as ReadReport), path };
}

const nameOf = ({ machine, runtime }: ConformanceReport): string =>
  `${machine.platform} ${machine.architecture ?? ""} (${machine.byte_order}-endian), ${runtime.name} ${runtime.version}`;

function showReport(
  screen: Screen,
  report: ConformanceReport,
  found: readonly Discrepancy[],
  out: string | undefined,
): void {
  const differing = new Set(found.map(({ topic }) => topic));
  screen.pairs([
    ["Machine", nameOf(report)],
    ["Core", report.core_sha256],
  ]);
  screen.table(
    [{ title: "Topic" }, { title: "Cases", align: "right" }, { title: "Digest" }, { title: "As expected" }],
    report.topics.map(({ name, digest, cases }) => [
      name,
      Object.keys(cases).length,
      digest.slice(0, SHOWN_DIGITS),
      differing.has(name) ? red("no") : green("yes"),
    ]),
  );
  showDiscrepancies(screen, found);
  if (out !== undefined) screen.line("Report: ", cyan(out));
}

function showComparison(
  screen: Screen,
  reports: readonly ReadReport[],
  found: readonly Discrepancy[],
  judgedByExpected: boolean,
): void {
  for (const report of reports) screen.line(cyan(report.path), ": ", nameOf(report), dim(`, ${report.tool_version}`));
  showDiscrepancies(screen, found);
  const topics = new Set(found.map(({ topic }) => topic));
  screen.line(found.length === 0 ? green("Equal") : red(`Different: ${[...topics].join(", ")}`));
  if (!judgedByExpected) {
    screen.line(dim(`Not compared with what ${TOOL_VERSION} gives: not all reports are of that version.`));
  }
}

function showDiscrepancies(screen: Screen, found: readonly Discrepancy[]): void {
  for (const each of found) {
    screen.line(red(each.topic), ": ", each.case);
    for (const [name, digest] of Object.entries(each.found)) screen.block(`${name}  ${digest ?? "not there"}`, "  ");
  }
}
