/** `list [PREFIX]`: what is in the capsule. */

import type { Command } from "commander";
import type { Entry, EntryKind } from "../../entries.js";
import { CapsuleError, describeValue } from "../../errors.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, reading } from "../context.js";
import { gather, parseCount } from "../options.js";
import { formatBytes, formatTime, isoTime, plural } from "../output/format.js";
import { dim } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const SCHEME = "mv2://";

interface ListCommandOptions {
  readonly asOf?: string;
  readonly after?: string;
  readonly limit?: number;
  readonly all?: boolean;
}

export function addList(group: Command, run: Run): void {
  group
    .command("list")
    .description("List what was put, in the order of the URIs' bytes.")
    .argument("[prefix]", "only URIs that begin with it")
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .option("--after <uri>", "only URIs behind this one: where an earlier list stopped")
    .option("--limit <count>", "at most so many", parseCount)
    .option("--all", "events and checkpoints too")
    .action(run(listEntries));
}

async function listEntries(
  context: CommandContext,
  options: ListCommandOptions,
  prefix?: string,
): Promise<CommandResult<"list">> {
  const { asOf, after, limit, all } = options;
  if (prefix !== undefined) checkPrefix(prefix);
  const kinds: EntryKind[] = all === true ? ["revision", "event", "checkpoint"] : ["revision"];
  const entries = await reading(context, asOf, (view) =>
    gather(
      view.list({
        kinds,
        signal: context.signal,
        ...(prefix === undefined ? {} : { prefix }),
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      }),
    ),
  );
  return {
    json: { count: entries.length, as_of: asOf ?? null, entries: entries.map(describeEntry) },
    show(screen) {
      if (entries.length > 0) {
        screen.table(
          [{ title: "URI" }, { title: "Size", align: "right" }, { title: "Type" }, { title: "Time" }],
          entries.map((entry) => [
            entry.uri,
            formatBytes(entry.sizeBytes),
            entry.mediaType,
            dim(formatTime(entry.atMs)),
          ]),
        );
      }
      screen.line(dim(plural(entries.length, "entry", "entries")));
    },
  };
}

/** A prefix that no URI has is a mistake, not an empty list. */
function checkPrefix(prefix: string): void {
  if (prefix.startsWith(SCHEME) || SCHEME.startsWith(prefix)) return;
  throw new CapsuleError(
    "InvalidUri",
    `Cannot list what begins with ${describeValue(prefix)}: every URI begins with "${SCHEME}"`,
    {
      hint: "Give the beginning of a URI, such as mv2://default/SPEC-1/.",
    },
  );
}

type EntryOutput = OutputBody<"list">["entries"][number];

function describeEntry(entry: Entry): EntryOutput {
  return {
    uri: entry.uri,
    kind: entry.kind,
    ...(entry.title === null ? {} : { title: entry.title }),
    media_type: entry.mediaType,
    size_bytes: entry.sizeBytes,
    timestamp: isoTime(entry.atMs),
    sequence: entry.sequence,
    tags: [...entry.tags],
    attributes: entry.attributes as EntryOutput["attributes"],
    indexed: entry.indexed,
    branch_id: entry.branch,
  };
}
