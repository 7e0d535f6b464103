/** `diff FROM [TO]`: what became different between two checkpoints. */

import type { Command } from "commander";
import type { Change } from "../../diff.js";
import type { EntryKind } from "../../entries.js";
import { type CommandContext, reading } from "../context.js";
import { plural } from "../output/format.js";
import { dim, green, red, type Span, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

interface DiffCommandOptions {
  readonly prefix?: string;
  readonly all?: boolean;
}

const SIGNS: { readonly [Name in Change]: Span } = { added: green("+"), changed: yellow("~"), removed: red("-") };

export function addDiff(group: Command, run: Run): void {
  group
    .command("diff")
    .description("List what became different between two checkpoints.")
    .argument("<from>", "a checkpoint: an id or a label")
    .argument("[to]", "another one; default: the newest commit")
    .option("--prefix <prefix>", "only URIs that begin with it")
    .option("--all", "events and checkpoints too")
    .action(run(showDiff));
}

async function showDiff(
  context: CommandContext,
  options: DiffCommandOptions,
  from: string,
  to?: string,
): Promise<CommandResult<"diff">> {
  const { prefix = "", all } = options;
  const kinds: EntryKind[] = all === true ? ["revision", "event", "checkpoint"] : ["revision"];
  const found: { readonly uri: string; readonly change: Change }[] = [];
  await reading(context, undefined, async (_, capsule) => {
    const { signal } = context;
    for await (const { uri, change } of capsule.diff(from, to ?? null, { prefix, kinds, signal })) {
      found.push({ uri, change });
    }
  });
  const urisOf = (change: Change): string[] => found.filter((item) => item.change === change).map(({ uri }) => uri);
  return {
    json: { from, to: to ?? null, added: urisOf("added"), changed: urisOf("changed"), removed: urisOf("removed") },
    show(screen) {
      for (const { uri, change } of found) screen.line(SIGNS[change], " ", uri);
      screen.line(dim(plural(found.length, "difference")));
    },
  };
}
