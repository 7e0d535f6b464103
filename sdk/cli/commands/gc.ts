/** `gc`: deletes exports that are old enough, and temporary files that nobody finished. */

import type { Command } from "commander";
import type { GcOptions, GcResult } from "../../gc/options.js";
import { type CommandContext, reading, writing } from "../context.js";
import { parseCount } from "../options.js";
import { formatBytes, plural } from "../output/format.js";
import { dim, green, type Screen, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

interface GcCommandOptions {
  readonly dryRun?: boolean;
  readonly retentionDays?: number;
}

export function addGc(group: Command, run: Run): void {
  group
    .command("gc")
    .description("Delete exports that are old enough and not pinned, and temporary files older than a day.")
    .option("--dry-run", "show what would be deleted, change nothing")
    .option("--retention-days <days>", "age at which an export goes; default: the configuration's, 30", parseCount)
    .action(run(collectGarbage));
}

async function collectGarbage(context: CommandContext, given: GcCommandOptions): Promise<CommandResult<"gc">> {
  const { retentionDays, keepPinned, dir } = context.config.capsule.export;
  const { dryRun = false } = given;
  const options: GcOptions = {
    dryRun,
    retentionDays: given.retentionDays ?? retentionDays,
    keepPinned,
    ...(dir === null ? {} : { dir }),
    signal: context.signal,
  };
  // The run of the environment has no part in it.
  const unbranched = { ...context, branchOptions: {} };
  const result = dryRun
    ? await reading(unbranched, undefined, (_, capsule) => capsule.gc(options))
    : await writing(unbranched, {}, (capsule) => capsule.gc(options));
  return { json: describe(result), show: (screen) => show(screen, result) };
}

function describe(result: GcResult) {
  return {
    dry_run: result.dryRun,
    exports_deleted: result.exportsDeleted,
    exports_preserved: result.exportsPreserved,
    exports_skipped: result.exportsSkipped,
    temp_files_deleted: result.tempFilesDeleted,
    bytes_freed: result.bytesFreed,
    deleted_paths: result.deleted.map(({ path }) => path),
  };
}

function show(screen: Screen, result: GcResult): void {
  const what = `${plural(result.exportsDeleted, "export")} and ${plural(result.tempFilesDeleted, "temporary file")}`;
  const freed = dim(` (${formatBytes(result.bytesFreed)})`);
  screen.line(result.dryRun ? yellow("Would delete ") : green("Deleted "), what, freed);
  for (const { path } of result.deleted) screen.line("  ", path);
  if (result.exportsPreserved > 0) screen.line(dim(`${plural(result.exportsPreserved, "export")} kept`));
  if (result.exportsSkipped > 0)
    screen.line(dim(`${plural(result.exportsSkipped, "other file")} not looked at further`));
}
