/** `compact`: writes the capsule anew, smaller, without history or without some URIs if asked to. */

import type { Command } from "commander";
import { Capsule } from "../../capsule.js";
import type { CompactOptions, CompactResult } from "../../compact/compact.js";
import type { CommandContext } from "../context.js";
import { collect } from "../options.js";
import { formatBytes, plural } from "../output/format.js";
import { startProgress } from "../output/progress.js";
import { cyan, dim, green, type Screen } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const DEFAULT_REASON = "purged on the command line";

interface CompactCommandOptions {
  readonly dropHistory?: boolean;
  readonly purge?: readonly string[];
  readonly reason: string;
}

export function addCompact(group: Command, run: Run): void {
  group
    .command("compact")
    .description("Write the capsule anew, smaller, and put it in the old one's place once it is checked.")
    .option("--drop-history", "keep only what the branches show now; there is no way back to checkpoints then")
    .option("--purge <uri>", "leave nothing of a URI but its name in an event, may be repeated", collect)
    .option("--reason <text>", "why, for the Purged events", DEFAULT_REASON)
    .action(run(compact));
}

async function compact(context: CommandContext, options: CompactCommandOptions): Promise<CommandResult<"compact">> {
  const { capsulePath, signal, terminal, waitSeconds, config } = context;
  const { dropHistory = false, purge = [], reason } = options;
  const copying = startProgress(terminal, "Copying", String);
  const checking = startProgress(terminal, "Checking");
  const onProgress: CompactOptions["onProgress"] = (phase, done, total) => {
    if (phase === "copying" && done < total) return copying.update(done, total);
    copying.stop();
    if (phase === "checking") checking.update(done, total);
  };
  const sanitize = config.capture.sanitizeOnIngest;
  const given = { dropHistory, purge, purgeReason: reason, waitSeconds, sanitize, signal, onProgress };
  try {
    const result = await Capsule.compact(capsulePath, given);
    return { json: describe(result), show: (screen) => show(screen, result) };
  } finally {
    copying.stop();
    checking.stop();
  }
}

function describe(result: CompactResult) {
  return {
    capsule_path: result.path,
    bytes_before: result.bytesBefore,
    bytes_after: result.bytesAfter,
    old_root: result.oldRoot,
    old_sequence: result.oldSequence,
    root: result.root,
    sequence: result.sequence,
    dropped_history: result.droppedHistory,
    purged: [...result.purged],
    records_left_out: result.recordsLeftOut,
  };
}

function show(screen: Screen, result: CompactResult): void {
  const sizes = `${formatBytes(result.bytesBefore)} to ${formatBytes(result.bytesAfter)}`;
  screen.line(green("Compacted "), result.path, dim(` (${sizes})`));
  if (result.recordsLeftOut > 0) screen.line(`${plural(result.recordsLeftOut, "record")} left out`);
  for (const uri of result.purged) screen.line("purged ", cyan(uri));
}
