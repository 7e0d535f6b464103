/** `commit`: a checkpoint, of a person with a label, or of a pipeline at the end of a stage. */

import type { Command } from "commander";
import { CapsuleError } from "../../errors.js";
import type { Checkpoint } from "../../history.js";
import { type CommandContext, writing } from "../context.js";
import { UsageError } from "../failure.js";
import { specOf } from "../options.js";
import { isoTime } from "../output/format.js";
import { bold, cyan, green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

interface CommitCommandOptions {
  readonly label?: string;
  readonly force?: boolean;
  readonly stage?: string;
  readonly spec?: string;
  readonly gitCommit?: string;
}

export function addCommit(group: Command, run: Run): void {
  group
    .command("commit")
    .description("Make a checkpoint: everything readable now stays readable as of it.")
    .option("--label <label>", "its name, unique on the branch")
    .option("--force", "permit a label that exists: it then names the new checkpoint")
    .option("--stage <stage>", "the stage of a pipeline that it ends; needs --spec and --run")
    .option("--spec <id>", "the spec that it belongs to")
    .option("--git-commit <hash>", "the git commit that belongs to it")
    .action(run(makeCheckpoint));
}

async function makeCheckpoint(
  context: CommandContext,
  options: CommitCommandOptions,
): Promise<CommandResult<"commit">> {
  const { label, stage, force = false, gitCommit } = options;
  checkCombination(context, options);
  const common = {
    force,
    ...(label === undefined ? {} : { label }),
    ...(gitCommit === undefined ? {} : { gitCommit }),
  };
  const checkpoint = await writing(context, specOf(options), async (capsule) =>
    stage === undefined
      ? required((await capsule.commit(common)).checkpoint)
      : capsule.commitStage({ stage, ...common }),
  );
  return {
    json: {
      checkpoint_id: checkpoint.id,
      uri: checkpoint.uri,
      label: checkpoint.label,
      stage: checkpoint.stage,
      created: true,
      sequence: checkpoint.sequence,
      timestamp: isoTime(checkpoint.atMs),
    },
    show(screen) {
      screen.line(
        green("Made"),
        " checkpoint ",
        cyan(checkpoint.id),
        " ",
        bold(checkpoint.label ?? checkpoint.stage ?? ""),
      );
    },
  };
}

function checkCombination(context: CommandContext, { label, stage, spec }: CommitCommandOptions): void {
  const run = context.branchOptions.runId;
  if (label === undefined && stage === undefined) {
    throw new UsageError(
      "Cannot commit: neither --label nor --stage was given",
      "Every put, ingest and rm commits by itself; this makes a checkpoint.",
    );
  }
  if (stage !== undefined && (spec === undefined || run === undefined)) {
    throw new UsageError("Cannot commit a stage: it belongs to a run", "Give --spec and --run.");
  }
}

function required(checkpoint: Checkpoint | null): Checkpoint {
  if (checkpoint !== null) return checkpoint;
  throw new CapsuleError("CoreFault", "Cannot commit: no checkpoint was made in spite of a label");
}
