/** `resolve-uri URI`: what a URI leads to, now or as of a checkpoint. */

import type { Command } from "commander";
import type { HashedEntry } from "../../entries.js";
import type { Readable } from "../../readable.js";
import type { OutputBody } from "../../schema/output.js";
import { printContent, saveContent } from "../content-output.js";
import { type CommandContext, reading } from "../context.js";
import { notFound } from "../failure.js";
import { formatBytes, formatTime } from "../output/format.js";
import type { Screen } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const PREVIEW_BYTES = 240;

interface ResolveOptions {
  readonly asOf?: string;
  readonly out?: string;
  readonly physical?: boolean;
  readonly raw?: boolean;
}

export function addResolveUri(group: Command, run: Run): void {
  group
    .command("resolve-uri")
    .description("Follow a URI. Without --json, --out or --physical: write its bytes to standard output.")
    .argument("<uri>", "what to resolve")
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .option("--out <path>", "write the bytes into a file, replacing one that stands there")
    .option("--physical", "say where in the file it lies: unstable, for people who look for a fault")
    .option("--raw", "write the bytes as they are even to a terminal")
    .action(run(resolve));
}

async function resolve(
  context: CommandContext,
  options: ResolveOptions,
  uri: string,
): Promise<CommandResult<"resolve-uri"> | null> {
  const { asOf, out, physical = false, raw = false } = options;
  return reading(context, asOf, async (view) => {
    if (!context.json && out === undefined && !physical) {
      await printContent(context, view, uri, raw);
      return null;
    }
    const entry = await view.resolve(uri, { contentHash: true });
    if (entry === null) throw notFound(`Cannot resolve ${uri}: there is nothing`);
    if (out !== undefined) await saveContent(context, view, uri, out);
    const preview = await previewOf(view, uri);
    return {
      json: describeResolved(context, options, entry, preview),
      show: (screen) => showResolved(screen, options, entry),
    };
  });
}

function describeResolved(
  context: CommandContext,
  { asOf, out, physical = false }: ResolveOptions,
  entry: HashedEntry,
  preview: string | null,
): OutputBody<"resolve-uri"> {
  const { recordNumber, packOffset, packLength, indexInPack } = entry.physical;
  return {
    uri: entry.uri,
    resolved_uri: entry.resolvedUri,
    aliases_followed: entry.aliasesFollowed,
    as_of: asOf ?? null,
    branch: context.branch,
    size_bytes: entry.sizeBytes,
    content_hash: entry.contentHash,
    media_type: entry.mediaType,
    content_preview: preview,
    out_path: out ?? null,
    ...(physical
      ? {
          physical: {
            unstable: true as const,
            record_number: recordNumber,
            pack_offset: packOffset,
            pack_length: packLength,
            index_in_pack: indexInPack,
          },
        }
      : {}),
  };
}

function showResolved(screen: Screen, { asOf, out, physical = false }: ResolveOptions, entry: HashedEntry): void {
  const { recordNumber, packOffset, packLength, indexInPack } = entry.physical;
  screen.pairs([
    ["URI", entry.uri],
    ...(entry.aliasesFollowed === 0 ? [] : [["Resolved to", `${entry.resolvedUri} (an alias)`] as const]),
    ...(asOf === undefined ? [] : [["As of", asOf] as const]),
    ["Type", entry.mediaType],
    ["Size", formatBytes(entry.sizeBytes)],
    ["Time", formatTime(entry.atMs)],
    ["BLAKE3", entry.contentHash],
    ...(out === undefined ? [] : [["Written to", out] as const]),
    ...(physical
      ? [
          [
            "Lies in",
            `record ${recordNumber}, number ${indexInPack} of the pack at ${packOffset}, ${packLength} bytes (unstable)`,
          ] as const,
        ]
      : []),
  ]);
}

/** How the content begins, cut between characters; null if that isn't text. */
async function previewOf(view: Readable, uri: string): Promise<string | null> {
  const stream = await view.get(uri, { as: "stream" });
  if (stream === null) return null;
  const reader = stream.getReader();
  const { value = new Uint8Array(0) } = await reader.read();
  await reader.cancel();
  const start = value.subarray(0, PREVIEW_BYTES);
  if (start.includes(0)) return null;
  try {
    // As a stream: a character that the cut has split is held back.
    return new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
  } catch {
    return null;
  }
}
