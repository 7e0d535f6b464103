/** `log`: the commits, newest first. */

import type { Command } from "commander";
import type { LoggedCommit } from "../../history.js";
import { type CommandContext, reading } from "../context.js";
import { gather, parseCount } from "../options.js";
import { formatCount, formatTime, isoTime, plural } from "../output/format.js";
import { dim, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const SHOWN_ROOT_DIGITS = 16;

export function addLog(group: Command, run: Run): void {
  group
    .command("log")
    .description("List the commits, newest first.")
    .option("--limit <count>", "at most so many", parseCount)
    .action(run(logCommits));
}

async function logCommits(
  context: CommandContext,
  options: { readonly limit?: number },
): Promise<CommandResult<"log">> {
  const { limit } = options;
  const commits = await reading(context, undefined, (_, capsule) =>
    gather(capsule.log({ signal: context.signal, ...(limit === undefined ? {} : { limit }) })),
  );
  return {
    json: { count: commits.length, commits: commits.map(describeCommit) },
    show(screen) {
      if (commits.length > 0) {
        screen.table(
          [
            { title: "Commit", align: "right" },
            { title: "Time" },
            { title: "Records", align: "right" },
            { title: "Root" },
          ],
          commits.map(({ sequence, atMs, recordCount, root }) => [
            yellow(String(sequence)),
            formatTime(atMs),
            formatCount(recordCount),
            dim(root.slice(0, SHOWN_ROOT_DIGITS)),
          ]),
        );
      }
      screen.line(dim(plural(commits.length, "commit")));
    },
  };
}

function describeCommit({ sequence, atMs, root, recordCount }: LoggedCommit) {
  return { sequence, timestamp: isoTime(atMs), root, record_count: recordCount };
}
