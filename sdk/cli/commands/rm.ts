/** `rm URI`: hides a URI from now on; the past keeps it. */

import type { Command } from "commander";
import { type CommandContext, writing } from "../context.js";
import { notFound } from "../failure.js";
import { green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const DEFAULT_REASON = "removed on the command line";

interface RmOptions {
  readonly reason: string;
  readonly force?: boolean;
}

export function addRm(group: Command, run: Run): void {
  group
    .command("rm")
    .description("Remove a URI from now on, and commit. As of earlier checkpoints it stays readable.")
    .argument("<uri>", "what to remove")
    .option("--reason <text>", "why, for the Removed event", DEFAULT_REASON)
    .option("--force", "no failure if there is nothing to remove")
    .action(run(removeUri));
}

async function removeUri(context: CommandContext, options: RmOptions, uri: string): Promise<CommandResult<"rm">> {
  const { reason, force = false } = options;
  const { removed, sequence } = await writing(context, {}, async (capsule) => {
    const removed = await capsule.remove(uri, { reason });
    return { removed, sequence: (await capsule.commit()).sequence };
  });
  if (!removed && !force) throw notFound(`Cannot remove ${uri}: there is nothing`);
  return {
    json: { uri, removed, sequence },
    show: (screen) => screen.line(removed ? green("Removed") : "There was no", ` ${uri}`),
  };
}
