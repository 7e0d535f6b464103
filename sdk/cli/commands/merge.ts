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
  const given = selectionOf(options);
  const { from, to, dryRun = false } = options;
  const common: MergeOptions = { from, to, mode, dryRun, signal: context.signal };
  // From and to say all: the run of the environment has no part in it.
  const result = await writing({ ...context, branchOptions: {} }, {}, (capsule) =>
    capsule.merge(given === null ? common : { ...common, select: given }),
  );
  return { json: describeResult(result), show: (screen) => showResult(screen, result) };
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
  if (result.promoted.length === 0) screen.line("There is nothing left to merge", way);
  else if (result.dryRun) screen.line(yellow("Would merge "), counts, way);
  else screen.line(green("Merged "), counts, way, dim(` (checkpoint ${result.mergeCheckpointId})`));
  if (result.dryRun) {
    for (const { uri, change } of result.promoted) screen.line(dim(change.padEnd(11)), uri);
  }
  for (const uri of result.conflicts) screen.line(yellow("both changed "), cyan(uri));
}
