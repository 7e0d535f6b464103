/**
 * Opens memories in whatever runtime executes it and prints what came of it as JSON: arguments are a workspace, the
 * daemon's URL, its command, and a URL where nothing answers.
 */

import process from "node:process";
import { runtime } from "#runtime";
import { type Config, loadConfig } from "../../config.js";
import { CapsuleError } from "../../errors.js";
import { openMemory } from "../../memory/open.js";

const [workspaceDir = "", url = "", command = "", deadUrl = ""] = process.argv.slice(2);
const config = await loadConfig({ workspaceDir });
const withDaemon = (daemonUrl: string): Config => ({ ...config, localMemory: { url: daemonUrl, command } });
const warnings: string[] = [];
let now = 1_700_000_000_000;
const options = {
  specId: "S-1",
  runId: "run_7",
  clock: () => now++,
  onWarning: (message: string) => void warnings.push(message),
};

async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof CapsuleError)) throw error;
    return { code: error.code, details: error.details, message: error.message.replaceAll(workspaceDir, "") };
  }
}

async function fallback() {
  const memory = await openMemory(withDaemon(url), options);
  const id = await memory.put({ path: "retry.md" }, "Retries grow with a budget.", { tags: ["plan"] });
  const stage = await memory.commitStage({ stage: "plan" });
  const hits = await memory.search("budget retries", { limit: 3 });
  const texts = [
    await memory.get(id),
    await memory.get("mv2://default/S-1/7/artifact/retry.md"),
    await memory.get("no"),
  ];
  await memory.close();
  const reason = memory.fallback?.reason.replaceAll(workspaceDir, "");
  return { backend: memory.backend, reason, id, stage, hits, texts };
}

async function capsule() {
  const memory = await openMemory(withDaemon(url), { ...options, create: true });
  const id = await memory.put({ path: "retry.md" }, "Retries grow with a budget.", { title: "Retry", tags: ["plan"] });
  const { stage } = (await memory.commitStage({ stage: "plan" })) ?? { stage: null };
  const hits = await memory.search("budget", { limit: 3 });
  const text = await memory.get(id);
  await memory.close();
  return { backend: memory.backend, fallback: memory.fallback, id, stage, hits, text };
}

const names = () => runtime.files.list(`${workspaceDir}/.speckit/memvid`).map(({ name }) => name);
const denied = await failure(() => openMemory({ ...withDaemon(url), memoryFallback: false }, options));
const unreachable = (await failure(() => openMemory(withDaemon(deadUrl), options))) as { message: string };
const fallen = await fallback();
const waiting = names().filter((name) => name.includes(".fallback-")).length;
const stored = await capsule();
const report = {
  sources: config.sources.map((path) => path.replaceAll(workspaceDir, "")),
  denied,
  unreachable: { ...unreachable, message: unreachable.message.replace(/ "http.*/, "") },
  fallen,
  waiting,
  stored,
  left: names(),
  warnings: warnings.map((message) => message.replaceAll(workspaceDir, "")),
};
console.log(JSON.stringify(report).replaceAll(workspaceDir, ""));
