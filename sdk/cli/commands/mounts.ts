/** `mounts`: the capsules that are mounted beside the workspace's. */

import type { Command } from "commander";
import type { Mount } from "../../mounts/list.js";
import { type CommandContext, reading } from "../context.js";
import { formatBytes, formatTime, isoTime, plural } from "../output/format.js";
import { bold, dim, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

export function addMounts(group: Command, run: Run): void {
  group.command("mounts").description("List the mounts in the order of their names.").action(run(listAll));
}

async function listAll(context: CommandContext): Promise<CommandResult<"mounts">> {
  const mounts = await reading(context, undefined, (_, capsule) => capsule.mounts());
  return {
    json: { count: mounts.length, mounts: mounts.map(describeMount) },
    show(screen) {
      if (mounts.length > 0) {
        screen.table(
          [
            { title: "Mount" },
            { title: "Imported" },
            { title: "Size", align: "right" },
            { title: "Source" },
            { title: "" },
          ],
          mounts.map((mount) => [
            bold(mount.name),
            dim(mount.importedAtMs === null ? "" : formatTime(mount.importedAtMs)),
            mount.sizeBytes === null ? "" : formatBytes(mount.sizeBytes),
            mount.source ?? "",
            mount.status === "ok" ? (mount.format === "mv2e-v1" ? "encrypted" : "") : yellow(mount.status),
          ]),
        );
      }
      screen.line(dim(plural(mounts.length, "mount")));
    },
  };
}

function describeMount(mount: Mount): CommandResult<"mounts">["json"]["mounts"][number] {
  return {
    mount_name: mount.name,
    mounted_path: mount.path,
    status: mount.status,
    format: mount.format,
    size_bytes: mount.sizeBytes,
    content_hash: mount.contentHash,
    capsule_id: mount.capsuleId,
    source: mount.source,
    imported_at: mount.importedAtMs === null ? null : isoTime(mount.importedAtMs),
    event_uri: mount.eventUri,
  };
}
