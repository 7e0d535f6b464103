/** `branches`: the lines of history, and what is on each. */

import type { Command } from "commander";
import type { Branch } from "../../branch-list.js";
import { type CommandContext, reading } from "../context.js";
import { formatBytes, formatCount, formatTime, isoTime, plural } from "../output/format.js";
import { bold, cyan, dim } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

export function addBranches(group: Command, run: Run): void {
  group
    .command("branches")
    .description("List the branches, main first, then in the order in which they were made.")
    .action(run(listAll));
}

async function listAll(context: CommandContext): Promise<CommandResult<"branches">> {
  const { signal } = context;
  const branches = await reading(context, undefined, (_, capsule) => capsule.branches({ signal }));
  return {
    json: { count: branches.length, branches: branches.map(describeBranch) },
    show(screen) {
      screen.table(
        [
          { title: "Branch" },
          { title: "Parent" },
          { title: "Made" },
          { title: "Artifacts", align: "right" },
          { title: "Events", align: "right" },
          { title: "Content", align: "right" },
          { title: "Merged" },
        ],
        branches.map((branch) => [
          branch.parent === null ? bold(branch.name) : cyan(branch.name),
          branch.parent ?? "",
          dim(branch.createdAtMs === null ? "" : formatTime(branch.createdAtMs)),
          formatCount(branch.artifactCount),
          formatCount(branch.eventCount),
          formatBytes(branch.contentBytes),
          branch.merged === null ? "" : branch.merged ? "yes" : "no",
        ]),
      );
      screen.line(dim(plural(branches.length, "branch", "branches")));
    },
  };
}

function describeBranch(branch: Branch) {
  return {
    name: branch.name,
    parent: branch.parent,
    fork_sequence: branch.forkSequence,
    spec_id: branch.specId,
    run_id: branch.runId,
    created_at: branch.createdAtMs === null ? null : isoTime(branch.createdAtMs),
    head_sequence: branch.headSequence,
    last_checkpoint_id: branch.lastCheckpointId,
    artifact_count: branch.artifactCount,
    event_count: branch.eventCount,
    size_bytes: branch.contentBytes,
    merged: branch.merged,
  };
}
