/** `pin EXPORT` and `unpin EXPORT`: whether `gc` leaves an export, whatever its age. */

import type { Command } from "commander";
import type { PinResult } from "../../gc/options.js";
import { type CommandContext, writing } from "../context.js";
import { cyan, dim, green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const EXPORT = "the export's path, or its SHA-256";

export function addPin(group: Command, run: Run): void {
  group
    .command("pin")
    .description("Keep gc from deleting an export, wherever it is moved to.")
    .argument("<export>", EXPORT)
    .action(run((context, _: unknown, target: string) => setPinned(context, target, true)));
}

export function addUnpin(group: Command, run: Run): void {
  group
    .command("unpin")
    .description("Let gc delete an export again.")
    .argument("<export>", EXPORT)
    .action(run((context, _: unknown, target: string) => setPinned(context, target, false)));
}

async function setPinned(
  context: CommandContext,
  target: string,
  pinned: boolean,
): Promise<CommandResult<"pin" | "unpin">> {
  const result = await writing({ ...context, branchOptions: {} }, {}, (capsule) =>
    pinned ? capsule.pin(target) : capsule.unpin(target),
  );
  const { changed, contentHash, path } = result;
  return {
    json: { pinned: result.pinned, changed, content_hash: contentHash, path },
    show: (screen) => screen.line(green(sentence(result)), " ", cyan(path), dim(` (SHA-256 ${contentHash})`)),
  };
}

function sentence({ pinned, changed }: PinResult): string {
  if (changed) return pinned ? "Pinned" : "Unpinned";
  return pinned ? "Was pinned already:" : "Wasn't pinned:";
}
