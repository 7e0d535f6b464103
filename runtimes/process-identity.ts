/**
 * Which process wrote something, told so that another can later prove it gone. Only the fallback lock needs this; an operating-
 * system lock ends with its holder. Nothing here waits, asks a person or throws.
 */

import fs from "node:fs";
import os from "node:os";
import process from "node:process";
import type { JsonObject, JsonValue } from "./contract.js";
import { systemCodeOf } from "./errors.js";

export interface ProcessIdentity extends JsonObject {
  readonly pid: number;
  readonly host: string | null;
  /** Differs after each start of the machine; survives sleep. Null where it can't be read: so with the next two. */
  readonly boot_id: string | null;
  /** Process ids mean something within one namespace only: a container has its own. */
  readonly pid_namespace: string | null;
  /** In clock ticks since boot: a process id that is used again comes with another time. */
  readonly started_ticks: string | null;
}

/** Says whether the sandbox would let a path be read, or a process be signalled. */
export interface ProcessAccess {
  mayRead(path: string): boolean;
  maySignal(): boolean;
  hostName(): string | null;
}

export function currentProcess(access: ProcessAccess): ProcessIdentity {
  return {
    pid: process.pid,
    host: access.hostName(),
    boot_id: attempt(access, "/proc/sys/kernel/random/boot_id", readText),
    pid_namespace: pidNamespace(access),
    started_ticks: startedTicks(access, process.pid),
  };
}

/** From JSON that anyone may have written; null if it isn't one. */
export function parseProcessIdentity(value: JsonValue | undefined): ProcessIdentity | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { pid, host, boot_id, pid_namespace, started_ticks } = value as JsonObject;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
  const texts = [host, boot_id, pid_namespace, started_ticks];
  if (!texts.every((text) => text === null || typeof text === "string")) return null;
  return value as ProcessIdentity;
}

/**
 * Whether the process has certainly ended. False in all doubt: another host, another container, another boot that can't be
 * told apart, no permission to look.
 */
export function isCertainlyGone(other: ProcessIdentity, access: ProcessAccess): boolean {
  const self = currentProcess(access);
  if (self.host === null || self.host !== other.host) return false;
  if (self.boot_id !== null && other.boot_id !== null && self.boot_id !== other.boot_id) return true;
  if (self.pid_namespace !== other.pid_namespace) return false;
  // On Linux an unknown namespace may be another one; other systems have none.
  if (process.platform === "linux" && self.pid_namespace === null) return false;
  if (hasNoProcess(other.pid, access)) return true;
  const ticks = startedTicks(access, other.pid);
  return ticks !== null && other.started_ticks !== null && ticks !== other.started_ticks;
}

function hasNoProcess(pid: number, access: ProcessAccess): boolean {
  if (!access.maySignal()) {
    // Without the right to signal, Linux still shows who is there.
    if (process.platform !== "linux" || !access.mayRead("/proc")) return false;
    return attempt(access, "/proc/self/stat", readText) !== null && !fs.existsSync(`/proc/${pid}`);
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return systemCodeOf(cause) === "ESRCH";
  }
}

function pidNamespace(access: ProcessAccess): string | null {
  return attempt(access, "/proc/self/ns/pid", (path) => fs.readlinkSync(path));
}

/** Field 22 of proc_pid_stat(5). The name in field 2 may contain anything, so fields are counted from the last ")". */
function startedTicks(access: ProcessAccess, pid: number): string | null {
  const stat = attempt(access, `/proc/${pid}/stat`, readText);
  const afterName = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return afterName?.[22 - 3] ?? null;
}

function readText(path: string): string {
  return fs.readFileSync(path, "utf8").trim();
}

function attempt(access: ProcessAccess, path: string, read: (path: string) => string): string | null {
  if (os.platform() !== "linux" || !access.mayRead(path)) return null;
  try {
    return read(path) || null;
  } catch {
    return null;
  }
}
