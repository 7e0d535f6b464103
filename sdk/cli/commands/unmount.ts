/** `unmount NAME`: takes a mount away. */

import type { Command } from "commander";
import { type CommandContext, writing } from "../context.js";
import { green } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

export function addUnmount(group: Command, run: Run): void {
  group
    .command("unmount")
    .description("Take a mount away: its file, and its entry in the registry.")
    .argument("<name>", "the mount")
    .action(run((context, _options: unknown, name: string) => unmount(context, name)));
}

async function unmount(context: CommandContext, name: string): Promise<CommandResult<"unmount">> {
  await writing({ ...context, branchOptions: {} }, {}, (capsule) => capsule.unmount(name));
  return {
    json: { mount_name: name, unmounted: true },
    show: (screen) => screen.line(green("Unmounted"), ` ${name}`),
  };
}
