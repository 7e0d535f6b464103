/** `replay`: what happened in a run, and whether what was recorded still holds. */

import type { Command } from "commander";
import type { Capsule } from "../../capsule.js";
import { replayMarkdown } from "../../replay/replay-markdown.js";
import type { ReplayReport } from "../../replay/report.js";
import type { ReplayOptions } from "../../replay/run-events.js";
import { storeReplay } from "../../replay/store-replay.js";
import { type CommandContext, reading, writing } from "../context.js";
import { UsageError } from "../failure.js";
import { plural } from "../output/format.js";
import { cyan, dim, green, red, type Screen } from "../output/screen.js";
import { type ReportFiles, writeReport } from "../report-files.js";
import type { CommandResult, Run } from "../runner.js";

interface ReplayCommandOptions {
  readonly asOf?: string;
  readonly out?: string;
  readonly store?: boolean;
  readonly allowUri?: boolean;
}

interface Replayed {
  readonly report: ReplayReport;
  readonly uris: readonly string[] | null;
}

export function addReplay(group: Command, run: Run): void {
  group
    .command("replay")
    .description(
      "Show what happened in a run, and check that what it recorded still holds; exits with 1 if it doesn't.",
    )
    .option("--as-of <checkpoint>", "up to a checkpoint, of the run or of main: an id or a label")
    .option("--out <directory>", "write replay.json and replay.md there")
    .option("--store", "keep both as artifacts of the run too, and commit")
    .option("--allow-uri", "go on if a URI holds what looks like a secret")
    .action(run(replayRun));
}

async function replayRun(context: CommandContext, options: ReplayCommandOptions): Promise<CommandResult<"replay">> {
  const wanted = replayOptions(context, options);
  const work = async (capsule: Capsule): Promise<Replayed> => {
    const report = await capsule.replay(wanted);
    return { report, uris: options.store === true ? await storeReplay(capsule, report) : null };
  };
  // The run says what is looked at: the handle stands on main, where a run without a branch of its own is too.
  const onMain = { ...context, run: null, branchOptions: {} };
  const { report, uris } =
    options.store === true ? await writing(onMain, {}, work) : await reading(onMain, undefined, (_, it) => work(it));
  const files = options.out === undefined ? null : writeReport(options.out, "replay", report, replayMarkdown(report));
  return {
    json: { ...asOutput(report), report_files: files, report_uris: uris === null ? null : [...uris] },
    show: (screen) => showReport(screen, report, files, uris),
    exitCode: report.passed ? 0 : 1,
  };
}

function replayOptions(context: CommandContext, { asOf, allowUri }: ReplayCommandOptions): ReplayOptions {
  const { run, config, branchOptions, signal } = context;
  const runId = run ?? config.environmentRunId;
  if (runId === null) throw new UsageError("Cannot replay a run: none was named", "Name it with --run.");
  return {
    runId,
    signal,
    ...(branchOptions.branch === undefined ? {} : { branch: branchOptions.branch }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(allowUri === undefined ? {} : { allowUri }),
  };
}

function asOutput(report: ReplayReport) {
  // The schema's arrays may be changed, ours may not: a copy.
  return structuredClone(report) as never as Omit<CommandResult<"replay">["json"], "report_files" | "report_uris">;
}

function showReport(
  screen: Screen,
  { timeline, checks, unchecked, passed }: ReplayReport,
  files: ReportFiles | null,
  uris: readonly string[] | null,
): void {
  if (timeline.length > 0) {
    screen.table(
      [{ title: "Time" }, { title: "Stage" }, { title: "Event" }, { title: "Summary" }],
      timeline.map(({ timestamp, stage, event_type, summary }) => [
        dim(timestamp),
        stage ?? "",
        cyan(event_type),
        summary,
      ]),
    );
  }
  for (const { check, event_uri, detail } of checks.filter((each) => !each.passed))
    screen.line(red("failed "), check, " ", cyan(event_uri), " ", detail ?? "");
  for (const { check, event_uri, reason } of unchecked)
    screen.line(dim("not checkable "), check, " ", event_uri, " ", reason);
  const failed = checks.filter((each) => !each.passed).length;
  screen.line(
    passed ? green("All checks passed") : red(`${plural(failed, "check")} failed`),
    dim(`: ${plural(timeline.length, "event")}, ${plural(checks.length, "check")}`),
  );
  if (files !== null) screen.line("Reports: ", cyan(files.json), ", ", cyan(files.markdown));
  for (const uri of uris ?? []) screen.line("Stored ", cyan(uri));
}
