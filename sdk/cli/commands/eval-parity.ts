/** `speckit eval parity`: a golden suite on both memory backends, a report, and a gate. */

import { type Command, Option } from "commander";
import { portablePath } from "../../../runtimes/paths.js";
import type { Config } from "../../config.js";
import { type ParityReport, parseGoldenSuite, runParity } from "../../eval/parity.js";
import { parityMarkdown } from "../../eval/parity-markdown.js";
import { translating } from "../../machine-errors.js";
import type { Memory } from "../../memory/memory.js";
import { openMemory } from "../../memory/open.js";
import type { MemoryBackend } from "../../options.js";
import { defaultRuntime } from "../../runtime.js";
import type { CommandContext } from "../context.js";
import { parseCount } from "../options.js";
import { bold, cyan, green, red, type Screen } from "../output/screen.js";
import { type ReportFiles, writeReport } from "../report-files.js";
import type { CommandResult, Run } from "../runner.js";

const MAX_GOLDEN_BYTES = 64 * 1024 * 1024;
const SHOWN_DIGITS = 4;

interface ParityCommandOptions {
  readonly golden: string;
  readonly k: number;
  readonly out?: string;
}

export function addEval(program: Command, run: Run): void {
  const group = program
    .command("eval")
    .description("Judge search by golden queries.")
    .option("--capsule <path>", "the capsule's file (default: the configuration's, .speckit/memvid/workspace.mv2)")
    // Every command has them; what is compared is main, and nothing is written.
    .addOption(new Option("--branch <name>").default("main").hideHelp())
    .addOption(new Option("--wait <seconds>").default(0).hideHelp());
  group
    .command("parity")
    .description("Compare the capsule with the local-memory daemon; exits with 1 if the gate fails.")
    .requiredOption("--golden <file>", "the suite: queries, and what is relevant to each")
    .option("--k <count>", "how many hits count", parseCount, 10)
    .option("--out <directory>", "write parity.json and parity.md there")
    .action(run(evalParity));
}

async function evalParity(
  context: CommandContext,
  options: ParityCommandOptions,
): Promise<CommandResult<"eval-parity">> {
  const golden = portablePath(options.golden, defaultRuntime.environment.platform);
  const bytes = translating(`read the golden suite ${JSON.stringify(golden)}`, () =>
    defaultRuntime.files.readFile(golden, { maxBytes: MAX_GOLDEN_BYTES }),
  );
  const suite = await parseGoldenSuite(bytes, golden);
  const report = await withBackend(context, "local-memory", (baseline) =>
    withBackend(context, "memvid", (candidate) =>
      runParity(
        suite,
        { baseline, candidate, environment: defaultRuntime.environment },
        { k: options.k, signal: context.signal },
      ),
    ),
  );
  const files = options.out === undefined ? null : writeReport(options.out, "parity", report, parityMarkdown(report));
  return {
    json: { ...asOutput(report), report_files: files },
    show: (screen) => showReport(screen, report, files),
    exitCode: report.result.gate.passed ? 0 : 1,
  };
}

/** Neither stands in for the other: the figures would be of one alone. */
async function withBackend<Result>(
  { config, capsulePath }: CommandContext,
  memoryBackend: MemoryBackend,
  work: (memory: Memory) => Promise<Result>,
): Promise<Result> {
  const capsule = { ...config.capsule, path: capsulePath };
  const only: Config = { ...config, capsule, memoryBackend, memoryFallback: false };
  const memory = await openMemory(only, { mode: "read" });
  try {
    return await work(memory);
  } finally {
    await memory.close();
  }
}

function asOutput(report: ParityReport) {
  // The schema's arrays may be changed, ours may not: a copy.
  return structuredClone(report) as never as Omit<CommandResult<"eval-parity">["json"], "report_files">;
}

function showReport(screen: Screen, report: ParityReport, files: ReportFiles | null): void {
  const { baseline, candidate, gate, k, query_count } = report.result;
  screen.table(
    [
      { title: `At ${k}` },
      { title: baseline.backend, align: "right" },
      { title: candidate.backend, align: "right" },
      { title: "Gate" },
    ],
    gate.checks.map((check) => [
      check.metric,
      check.baseline.toFixed(SHOWN_DIGITS),
      check.candidate.toFixed(SHOWN_DIGITS),
      check.passed ? green("passed") : red("failed"),
    ]),
  );
  screen.line(
    gate.passed ? green("The gate is passed") : red("The gate is failed"),
    `: ${query_count} queries, ${gate.threshold * 100} % of the baseline`,
  );
  if (files !== null) screen.line("Reports: ", cyan(files.json), ", ", bold(files.markdown));
}
