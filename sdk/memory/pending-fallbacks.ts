/**
 * `FallbackActivated` events that no capsule could take yet: one small file each beside the capsule, so that processes
 * that fall back at the same time need no lock. The next writer that opens the capsule stores and removes them.
 */

import type { FileSystem, Runtime } from "../../runtimes/contract.js";
import { baseName, joinPath, parentPath } from "../../runtimes/paths.js";
import { encodeHex, encodeUtf8, tryDecodeUtf8 } from "../../runtimes/std.js";
import type { Capsule } from "../capsule.js";
import { CapsuleError } from "../errors.js";
import type { EventPayloads } from "../schema/events.js";

const MAX_PENDING = 1000;
const MAX_FILE_BYTES = 64 * 1024;
const RANDOM_BYTES = 8;
const TIME_DIGITS = 16;

export interface PendingFallback {
  readonly atMs: number;
  readonly payload: EventPayloads["FallbackActivated"];
}

/** Keeps one. False if a thousand wait already: more would say nothing new. @throws RuntimeError */
export function keepFallback(runtime: Runtime, capsulePath: string, pending: PendingFallback): boolean {
  const { files, environment } = runtime;
  files.makeDirectory(parentPath(capsulePath));
  if (pendingPaths(files, capsulePath).length >= MAX_PENDING) return false;
  // Sorts by time.
  const time = String(pending.atMs).padStart(TIME_DIGITS, "0");
  const path = `${capsulePath}.fallback-${time}-${encodeHex(environment.randomBytes(RANDOM_BYTES))}.json`;
  files.writeFile(path, encodeUtf8(JSON.stringify(pending)), { private: true });
  return true;
}

/**
 * Stores what waits in the capsule, commits, and only then removes the files. One that a crash left behind after its
 * commit is known by time and payload and isn't stored twice. What isn't ours to read is left, and told to `warn`.
 */
export async function storeFallbacks(
  files: FileSystem,
  capsule: Capsule,
  capsulePath: string,
  warn: (message: string) => void,
): Promise<number> {
  const waiting = pendingPaths(files, capsulePath).flatMap((path) => {
    const pending = readPending(files, path);
    if (pending === null)
      warn(`Cannot read ${JSON.stringify(path)}: it holds no FallbackActivated event. It is left there.`);
    return pending === null ? [] : [{ path, pending }];
  });
  if (waiting.length === 0) return 0;
  const known = new Set<string>();
  for await (const { atMs, payload } of capsule.events({ type: "FallbackActivated" })) known.add(keyOf(atMs, payload));
  let stored = 0;
  for (const { path, pending } of waiting) {
    if (known.has(keyOf(pending.atMs, pending.payload))) continue;
    if (await emitPending(capsule, path, pending, warn)) stored++;
  }
  if (stored > 0) await capsule.commit();
  for (const { path } of waiting) files.remove(path);
  return stored;
}

async function emitPending(
  capsule: Capsule,
  path: string,
  { atMs, payload }: PendingFallback,
  warn: (message: string) => void,
): Promise<boolean> {
  try {
    await capsule.emit({ type: "FallbackActivated", payload, atMs });
    return true;
  } catch (error) {
    if (!(error instanceof CapsuleError) || error.code !== "InvalidEventPayload") throw error;
    warn(`Cannot store the event in ${JSON.stringify(path)}: ${error.message}. It is removed.`);
    return false;
  }
}

function pendingPaths(files: FileSystem, capsulePath: string): string[] {
  const directory = parentPath(capsulePath);
  const prefix = `${baseName(capsulePath)}.fallback-`;
  return files
    .list(directory)
    .filter(({ name, kind }) => kind === "file" && name.startsWith(prefix) && /-\d{16}-[0-9a-f]{16}\.json$/.test(name))
    .map(({ name }) => joinPath(directory, name));
}

function readPending(files: FileSystem, path: string): PendingFallback | null {
  try {
    const value: unknown = JSON.parse(tryDecodeUtf8(files.readFile(path, { maxBytes: MAX_FILE_BYTES })) ?? "");
    const { atMs, payload } = value as PendingFallback;
    return Number.isSafeInteger(atMs) && atMs >= 0 && typeof payload === "object" ? { atMs, payload } : null;
  } catch {
    return null;
  }
}

/** Equal for equal events, whatever the order of their fields. */
function keyOf(atMs: number, payload: object): string {
  return JSON.stringify([atMs, Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
