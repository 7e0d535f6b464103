/** Taking the writer's lock, and saying who has it. */

import type { JsonObject, Lock, LockHolder, Runtime } from "../runtimes/contract.js";
import { abortedError, argumentError, CapsuleError } from "./errors.js";
import { toCapsuleError } from "./machine-errors.js";
import type { WriterOptions } from "./options.js";

const POLL_MS = 100;

/** Takes the lock of the capsule at `path`, waiting for another holder as long as the options say. */
export async function acquireLock(
  runtime: Runtime,
  path: string,
  options: WriterOptions,
  runId: string | undefined,
): Promise<Lock> {
  const { waitSeconds = 0, signal } = options;
  if (!(waitSeconds >= 0)) throw argumentError("waitSeconds", "a number of 0 or more", waitSeconds);
  const metadata = lockMetadata(runtime, options.specId, runId);
  const allowFallback = options.allowFallbackLock === true;
  // Counting polls instead of reading a clock: a clock may be set while this waits.
  for (let poll = 0; ; poll++) {
    if (signal?.aborted) throw abortedError("wait for the writer's lock", signal);
    const result = await tryAcquire(runtime, path, metadata, allowFallback);
    if (result.state === "held") return result.lock;
    if (poll * POLL_MS >= waitSeconds * 1000) throw lockedError(runtime, path, result.holder);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function tryAcquire(runtime: Runtime, path: string, metadata: JsonObject, allowFallback: boolean) {
  try {
    return await runtime.locks.acquire(path, { metadata, allowFallback });
  } catch (error) {
    throw toCapsuleError(error, `lock the capsule ${JSON.stringify(path)}`);
  }
}

function lockMetadata(runtime: Runtime, specId: string | undefined, runId: string | undefined): JsonObject {
  const { environment } = runtime;
  return {
    pid: environment.processId,
    host: environment.hostName(),
    user: environment.userName(),
    started_at: new Date(environment.now()).toISOString(),
    schema_version: 1,
    ...(specId === undefined ? {} : { spec_id: specId }),
    ...(runId === undefined ? {} : { run_id: runId }),
  };
}

function lockedError(runtime: Runtime, path: string, holder: LockHolder): CapsuleError {
  const who = describeHolder(holder, runtime.environment.now());
  return new CapsuleError(
    "LockedByWriter",
    `Cannot open the capsule ${JSON.stringify(path)} for writing: it is locked by ${who}`,
    {
      hint:
        "Wait for it to finish (--wait SECONDS), or end that process: its lock is free at once. " +
        `Deleting ${holder.lockfilePath} does not help.`,
      details: { holder: holder.metadata, lockfilePath: holder.lockfilePath },
    },
  );
}

/**
 * A lock's holder in words: `PID 12345 on developer@workstation, started 5m 3s ago (spec: SPEC-KIT-971, run: abc123)`.
 * Whatever it did not write is left out.
 */
export function describeHolder(holder: LockHolder, nowMs: number): string {
  const { metadata } = holder;
  if (metadata === null) return "another process, which has not said who it is";
  const { pid, host, user, started_at: startedAt, spec_id: spec, run_id: run, branch } = metadata;
  const who = typeof pid === "number" ? `PID ${pid}` : "a process";
  const place = [user, host].filter((part) => typeof part === "string").join("@");
  const age = typeof startedAt === "string" ? nowMs - Date.parse(startedAt) : Number.NaN;
  const work = Object.entries({ spec, run, branch })
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `${name}: ${String(value)}`);
  return (
    who +
    (place === "" ? "" : ` on ${place}`) +
    (Number.isNaN(age) ? "" : `, started ${describeDuration(age)} ago`) +
    (work.length === 0 ? "" : ` (${work.join(", ")})`)
  );
}

/** `5m 3s`: the two largest units. */
export function describeDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const units: [string, number][] = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  if (first < 0) return "0s";
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count}${unit}`)
    .join(" ");
}
