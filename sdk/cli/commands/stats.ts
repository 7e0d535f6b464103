/** `stats`: counts and sizes, now or as of a checkpoint. */

import type { Command } from "commander";
import type { Capsule } from "../../capsule.js";
import type { CapsuleStats, ViewStats } from "../../history.js";
import type { CapsuleInfo } from "../../options.js";
import { type CommandContext, reading } from "../context.js";
import { formatBytes, formatCount } from "../output/format.js";
import type { CommandResult, Run } from "../runner.js";

export function addStats(group: Command, run: Run): void {
  group
    .command("stats")
    .description("Count what is in the capsule.")
    .option("--as-of <checkpoint>", "what could be seen at a checkpoint: an id or a label")
    .action(run((context, options: { readonly asOf?: string }) => showStats(context, options.asOf)));
}

async function showStats(context: CommandContext, asOf: string | undefined): Promise<CommandResult> {
  return reading(context, undefined, async (_, capsule: Capsule) => {
    if (asOf !== undefined) return statsOfView(asOf, await (await capsule.at(asOf)).stats());
    return statsOfCapsule(capsule.info, await capsule.stats());
  });
}

function statsOfCapsule(info: CapsuleInfo, stats: CapsuleStats): CommandResult<"stats"> {
  const { contentBytesPut, contentBytesStored } = stats;
  const ratio = contentBytesPut === 0 ? null : contentBytesStored / contentBytesPut;
  return {
    json: {
      capsule_path: info.path,
      capsule_id: info.capsuleId,
      workspace_id: info.workspaceId,
      format_version: `${info.formatMajor}.${info.formatMinor}`,
      root: info.root,
      sequence: stats.sequence,
      size_bytes: stats.sizeBytes,
      frame_count: stats.frameCount,
      record_count: stats.recordCount,
      uri_count: stats.uriCount,
      revision_count: stats.revisionCount,
      removal_count: stats.removalCount,
      checkpoint_count: stats.checkpointCount,
      event_count: stats.eventCount,
      branch_count: stats.branchCount,
      segment_count: stats.segmentCount,
      content_bytes_put: contentBytesPut,
      content_bytes_stored: contentBytesStored,
      content_bytes_repeated: stats.contentBytesRepeated,
      ...ratiosOf(stats),
      storage_ratio: ratio,
      dead_tail_bytes: stats.deadTailBytes,
    },
    show(screen) {
      screen.pairs([
        ["Capsule", info.path],
        ["Workspace", info.workspaceId],
        ["Id", info.capsuleId],
        ["Format", `${info.formatMajor}.${info.formatMinor}`],
        ["Size", formatBytes(stats.sizeBytes)],
        ["Newest commit", formatCount(stats.sequence)],
        ["URIs", formatCount(stats.uriCount)],
        ["Revisions", formatCount(stats.revisionCount)],
        ["Events", formatCount(stats.eventCount)],
        ["Checkpoints", formatCount(stats.checkpointCount)],
        ["Branches", formatCount(stats.branchCount)],
        ["Frames", formatCount(stats.frameCount)],
        ["Index segments", formatCount(stats.segmentCount)],
        ["Content put", formatBytes(contentBytesPut)],
        [
          "Content stored",
          `${formatBytes(contentBytesStored)}${ratio === null ? "" : ` (${Math.round(100 * ratio)} %)`}`,
        ],
      ]);
    },
  };
}

/** How far deduplication and compression, each by itself, reduce what is put. */
function ratiosOf(stats: CapsuleStats): {
  readonly dedup_ratio: number | null;
  readonly compression_ratio: number | null;
} {
  const newBytes = stats.contentBytesPut - stats.contentBytesRepeated;
  return {
    dedup_ratio: newBytes === 0 ? null : stats.contentBytesPut / newBytes,
    compression_ratio: stats.contentBytesStored === 0 ? null : newBytes / stats.contentBytesStored,
  };
}

function statsOfView(asOf: string, stats: ViewStats): CommandResult<"stats-as-of"> {
  return {
    json: {
      as_of: asOf,
      sequence: stats.sequence,
      uri_count: stats.uriCount,
      revision_count: stats.revisionCount,
      checkpoint_count: stats.checkpointCount,
      event_count: stats.eventCount,
      content_bytes: stats.contentBytes,
    },
    show(screen) {
      screen.pairs([
        ["As of", asOf],
        ["Commit", formatCount(stats.sequence)],
        ["URIs", formatCount(stats.uriCount)],
        ["Revisions", formatCount(stats.revisionCount)],
        ["Events", formatCount(stats.eventCount)],
        ["Checkpoints", formatCount(stats.checkpointCount)],
        ["Content", formatBytes(stats.contentBytes)],
      ]);
    },
  };
}
