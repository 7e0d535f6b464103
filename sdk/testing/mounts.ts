/** What tests of mounts share: a workspace, capsules to import, and what an import left behind. */

import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { CAPSULE_PATH, collect, memoryMachine, repeatable, repeatingRandom, steppingClock } from "./fixtures.js";

export const SOURCE_PATH = "/given/run-1.mv2";
export const MOUNTS = "/project/mounts";
export const REGISTRY_PATH = "/project/mounts.json";

/** The bytes of a capsule with some documents in two commits, a checkpoint, and an event. */
export async function capsuleBytes(documents: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const runtime = memoryMachine();
  const capsule = await Capsule.create(CAPSULE_PATH, {
    runtime,
    clock: steppingClock(),
    random: repeatingRandom(7),
    workspaceId: "other",
  });
  for (const [path, content] of Object.entries(documents)) await capsule.put({ path }, content);
  await capsule.commit({ label: "first" });
  await capsule.emit({ type: "DebugTrace", payload: { message: "done", context: {} } });
  await capsule.close();
  return runtime.files.readFile(CAPSULE_PATH);
}

/** A machine with a workspace, and a file to import at {@link SOURCE_PATH}. */
export async function mountMachine(source: Uint8Array): Promise<Runtime> {
  const runtime = memoryMachine();
  runtime.files.makeDirectory("/given");
  runtime.files.writeFile(SOURCE_PATH, source);
  const workspace = await Capsule.create(CAPSULE_PATH, repeatable(runtime));
  await workspace.put({ path: "own.md" }, "the workspace's own retry");
  await workspace.close();
  return runtime;
}

/** Opens the workspace for writing, does some work, and closes it. */
export async function inWorkspace<Result>(
  runtime: Runtime,
  work: (capsule: Capsule) => Promise<Result>,
): Promise<Result> {
  const capsule = await Capsule.open(CAPSULE_PATH, { mode: "write", runtime, clock: steppingClock() });
  try {
    return await work(capsule);
  } finally {
    await capsule.close();
  }
}

/** All that an import may leave: names of files among the mounts, the registry, and the mount names of events. */
export async function traces(runtime: Runtime) {
  const { files } = runtime;
  const capsule = await Capsule.open(CAPSULE_PATH, { runtime });
  const events = await collect(capsule.events({ type: "CapsuleImported" }));
  const registry = files.stat(REGISTRY_PATH) === null ? null : files.readFile(REGISTRY_PATH);
  await capsule.close();
  return {
    files: files.stat(MOUNTS) === null ? [] : files.list(MOUNTS).map(({ name }) => name),
    registered: registry === null ? [] : JSON.parse(new TextDecoder().decode(registry)).mounts.map(nameOfEntry),
    events: events.map(({ payload }) => payload["mount_name"]),
  };
}

/** What {@link traces} gives where nothing was imported. */
export const NO_TRACES = { files: [], registered: [], events: [] };

function nameOfEntry(entry: { readonly mount_name: string }): string {
  return entry.mount_name;
}
