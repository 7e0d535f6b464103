/** `checkpoints`: the named moments, in the order in which they were made. */

import type { Command } from "commander";
import type { Checkpoint } from "../../history.js";
import { type CommandContext, reading } from "../context.js";
import { formatTime, isoTime, plural } from "../output/format.js";
import { bold, cyan, dim } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

export function addCheckpoints(group: Command, run: Run): void {
  group
    .command("checkpoints")
    .description("List the checkpoints, in the order in which they were made.")
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .action(run(listCheckpoints));
}

async function listCheckpoints(
  context: CommandContext,
  options: { readonly asOf?: string },
): Promise<CommandResult<"checkpoints">> {
  const checkpoints = await reading(context, options.asOf, (view) => view.checkpoints());
  return {
    json: { count: checkpoints.length, checkpoints: checkpoints.map(describeCheckpoint) },
    show(screen) {
      if (checkpoints.length > 0) {
        screen.table(
          [{ title: "Checkpoint" }, { title: "Label" }, { title: "Stage" }, { title: "Spec / run" }, { title: "Time" }],
          checkpoints.map(({ id, label, stage, specId, runId, atMs }) => [
            cyan(id),
            bold(label ?? ""),
            stage ?? "",
            specId === null ? "" : `${specId} / ${runId}`,
            dim(formatTime(atMs)),
          ]),
        );
      }
      screen.line(dim(plural(checkpoints.length, "checkpoint")));
    },
  };
}

function describeCheckpoint(checkpoint: Checkpoint) {
  return {
    checkpoint_id: checkpoint.id,
    uri: checkpoint.uri,
    label: checkpoint.label,
    stage: checkpoint.stage,
    spec_id: checkpoint.specId,
    run_id: checkpoint.runId,
    commit_hash: checkpoint.commitHash,
    timestamp: isoTime(checkpoint.atMs),
    is_manual: checkpoint.isManual,
    branch_id: checkpoint.branch,
    sequence: checkpoint.sequence,
  };
}
