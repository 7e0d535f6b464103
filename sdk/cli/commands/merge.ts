/** `merge`: shows what a branch changed on another one. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { translating } from "../../machine-errors.js";
import type { MergeCandidate, MergeMode, MergeOptions, MergeResult } from "../../merge.js";
import { checkUri, parseUri } from "../../uri.js";
import { type CommandContext, writing } from "../context.js";
import { UsageError } from "../failure.js";
import { globExpression } from "../glob.js";
import { collect } from "../options.js";
import { plural } from "../output/format.js";
import { pickCandidates } from "../output/picker.js";
import { cyan, dim, green, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

interface MergeCommandOptions {
  readonly from: string;
  readonly to: string;
  readonly mode: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly select?: string;
  readonly dryRun?: boolean;
}

type Selection = NonNullable<MergeOptions["select"]>;

export function addMerge(group: Command, run: Run): void {
  group
    .command("merge")
    .description("Show what a branch changed on another one, under the same URIs, and commit.")
    .requiredOption("--from <branch>", "the branch that is merged: run/abc")
    .option("--to <branch>", "the target", "main")
    .option("--mode <mode>", "full, or curated: what was chosen out of what is eligible", "full")
    .option("--include <glob>", "curated: only what matches, may be repeated", collect)
    .option("--exclude <glob>", "curated: not what matches, may be repeated", collect)
    .option("--select <file>", "curated: only the URIs in a file, one a line; - is standard input")
    .option("--dry-run", "show what would be merged, change nothing")
    .action(run(mergeBranch));
}

async function mergeBranch(context: CommandContext, options: MergeCommandOptions): Promise<CommandResult<"merge">> {
  const mode = checkMode(options);
  const { from, to, dryRun = false } = options;
  const common: MergeOptions = { from, to, mode, dryRun, signal: context.signal };
  const given = selectionOf(options);
  const isAsked = mode === "curated" && given === null && !context.json && context.terminal.canAsk === true;
  const select = isAsked ? await ask(context, common) : given;
  const result = await mergeOnce(context, select === null ? common : { ...common, select });
  return { json: describeResult(result), show: (screen) => showResult(screen, result) };
}

/** From and to say all: the run of the environment has no part in it. */
function mergeOnce(context: CommandContext, options: MergeOptions): Promise<MergeResult> {
  return writing({ ...context, branchOptions: {} }, {}, (capsule) => capsule.merge(options));
}

/**
 * Asks which of the candidates to take; null if there are none. Others may write meanwhile: what is there only after the
 * question isn't taken.
 */
async function ask(context: CommandContext, options: MergeOptions): Promise<Selection | null> {
  const { promoted } = await mergeOnce(context, { ...options, dryRun: true });
  if (promoted.length === 0) return null;
  const { signal } = context;
  const streams = { input: process.stdin, output: process.stderr, signal };
  const chosen = await pickCandidates(promoted, `Merge from ${options.from} to ${options.to}:`, streams);
  return ({ uri }) => chosen.has(uri);
}

function checkMode({ mode, include, exclude, select }: MergeCommandOptions): MergeMode {
  if (mode !== "full" && mode !== "curated") {
    throw new UsageError(`Cannot merge in mode ${JSON.stringify(mode)}`, "Use --mode full or --mode curated.");
  }
  const isChosen = include !== undefined || exclude !== undefined || select !== undefined;
  if (mode === "full" && isChosen) {
    throw new UsageError("Cannot choose in mode full: it takes everything", "Add --mode curated.");
  }
  if (select !== undefined && (include !== undefined || exclude !== undefined)) {
    throw new UsageError("Cannot use --select with --include or --exclude", "Use one of the two.");
  }
  return mode;
}

/** What the options choose; null if they don't. */
function selectionOf({ include, exclude, select }: MergeCommandOptions): Selection | null {
  if (select !== undefined) return listedIn(select);
  if (include === undefined && exclude === undefined) return null;
  const [wanted, unwanted] = [(include ?? []).map(matcher), (exclude ?? []).map(matcher)];
  return ({ uri }) =>
    (wanted.length === 0 || wanted.some((matches) => matches(uri))) && !unwanted.some((matches) => matches(uri));
}

function matcher(glob: string): (uri: string) => boolean {
  const expression = globExpression(glob);
  return (uri) => expression.test(glob.startsWith("mv2://") ? uri : parseUri(uri).path);
}

function listedIn(file: string): Selection {
  const text = translating(`read ${JSON.stringify(file)}`, () => readFileSync(file === "-" ? 0 : file, "utf8"));
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const uris = new Set<string>(lines.filter((line) => line !== "" && !line.startsWith("#")).map(checkUri));
  return ({ uri }) => uris.has(uri);
}

function describeResult(result: MergeResult) {
  return {
    dry_run: result.dryRun,
    from_branch: result.from,
    to_branch: result.to,
    mode: result.mode,
    merge_checkpoint_id: result.mergeCheckpointId,
    uris_merged: result.urisMerged,
    events_merged: result.eventsMerged,
    conflicts: [...result.conflicts],
    promoted: result.promoted.map(({ uri, change, eventType }: MergeCandidate) => ({
      uri,
      change,
      event_type: eventType,
    })),
  };
}

function showResult(screen: Parameters<CommandResult["show"]>[0], result: MergeResult): void {
  const counts = `${plural(result.urisMerged, "URI")} and ${plural(result.eventsMerged, "event")}`;
  const way = ` from ${result.from} to ${result.to}`;
  if (result.promoted.length === 0) screen.line("There is nothing to merge", way);
  else if (result.dryRun) screen.line(yellow("Would merge "), counts, way);
  else screen.line(green("Merged "), counts, way, dim(` (checkpoint ${result.mergeCheckpointId})`));
  if (result.dryRun) {
    for (const { uri, change } of result.promoted) screen.line(dim(change.padEnd(11)), uri);
  }
  for (const uri of result.conflicts) screen.line(yellow("both changed "), cyan(uri));
}
