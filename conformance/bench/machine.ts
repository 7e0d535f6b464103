/** What the figures were measured on. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { bun, deno, sqliteHost } from "./programs.js";

const root = new URL("../../", import.meta.url);

function versionOf(path: string): string {
  return (JSON.parse(readFileSync(fileURLToPath(new URL(path, root)), "utf8")) as { version: string }).version;
}

function programVersion(command: string): string {
  const [first = ""] = execFileSync(command, ["--version"], { encoding: "utf8" }).split("\n");
  return /\d+\.\d+\.\d+/.exec(first)?.[0] ?? first;
}

/** Names the build that was measured, which a version may not. */
function coreHash(): string {
  return createHash("sha256")
    .update(readFileSync(fileURLToPath(new URL("dist/core.wasm", root))))
    .digest("hex")
    .slice(0, 12);
}

/** Lines about the machine and the versions compared. */
export function describeMachine(): string[] {
  const processors = cpus();
  return [
    `Machine: ${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}; load at the start ${(loadavg()[0] as number).toFixed(1)}`,
    `Versions: speckit-capsule ${versionOf("package.json")} (core.wasm ${coreHash()}), Node ${process.versions.node}, Bun ${programVersion(bun.command)}, Deno ${programVersion(deno.command)}, MiniSearch ${versionOf("node_modules/minisearch/package.json")}, SQLite of ${sqliteHost.name}`,
  ];
}
