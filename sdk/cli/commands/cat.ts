/** `cat URI`: the bytes of what a URI resolves to. */

import type { Command } from "commander";
import type { Readable } from "../../readable.js";
import { encodeContent, printContent } from "../content-output.js";
import { type CommandContext, reading } from "../context.js";
import { notFound } from "../failure.js";
import type { CommandResult, Run } from "../runner.js";

interface CatOptions {
  readonly asOf?: string;
  readonly raw?: boolean;
}

export function addCat(group: Command, run: Run): void {
  group
    .command("cat")
    .description("Write content to standard output, byte for byte.")
    .argument("<uri>", "what to write")
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .option("--raw", "write the bytes as they are even to a terminal")
    .action(run(writeContent));
}

async function writeContent(
  context: CommandContext,
  options: CatOptions,
  uri: string,
): Promise<CommandResult<"cat"> | null> {
  const { asOf, raw = false } = options;
  return reading(context, asOf, async (view) => {
    if (context.json) return describeContent(view, uri, asOf ?? null);
    await printContent(context, view, uri, raw);
    return null;
  });
}

async function describeContent(view: Readable, uri: string, asOf: string | null): Promise<CommandResult<"cat">> {
  const entry = await view.resolve(uri);
  const bytes = entry === null ? null : await view.get(uri);
  if (entry === null || bytes === null) throw notFound(`Cannot read ${uri}: there is nothing`);
  const json = { uri, as_of: asOf, media_type: entry.mediaType, ...encodeContent(bytes) };
  return { json, show: () => undefined };
}
