/** Opening the memory that the configuration names, or what may stand in for it. */

import type { Runtime } from "../../runtimes/contract.js";
import type { Capsule } from "../capsule.js";
import type { Config } from "../config.js";
import { openConfigured } from "../configured-capsule.js";
import { CapsuleError, type CapsuleErrorCode } from "../errors.js";
import type { WriterOptions } from "../options.js";
import { defaultRuntime } from "../runtime.js";
import { normalizeRunId } from "../uri.js";
import { CapsuleMemory } from "./capsule-memory.js";
import { Daemon } from "./daemon.js";
import { LocalMemory } from "./local-memory.js";
import type { Memory, MemoryFallback } from "./memory.js";
import { keepFallback, storeFallbacks } from "./pending-fallbacks.js";

/** As for a capsule; the queue's size and the capture mode are the configuration's unless given. */
export interface OpenMemoryOptions extends WriterOptions {
  /** `write` (default) takes the capsule's lock; with `read` only `search` and `get` work. */
  readonly mode?: "read" | "write";
  /** Creates the capsule if there is none. Default false. */
  readonly create?: boolean;
  /** Told what a person should know, such as a fallback. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** Faults of the call itself: no other backend would be right. */
const NO_FALLBACK: readonly CapsuleErrorCode[] = ["InvalidArgument", "InvalidUri", "Aborted"];

/**
 * Opens the memory of a pipeline: the capsule (`memvid`) or the daemon (`local-memory`), as `config.memoryBackend` says.
 * The daemon isn't asked while the capsule opens. If it doesn't, the fallback is enabled and the daemon is healthy, the
 * daemon stands in: a warning, and a `FallbackActivated` event that the capsule takes at its next opening for writing.
 *
 * @throws CapsuleError `MemoryUnavailable`, saying what was missing, with the capsule's own error as `cause`
 * @example
 * const memory = await openMemory(await loadConfig(), { specId: "SPEC-1", runId: "abc", create: true });
 * await memory.put({ path: "plan.md" }, "# Plan");
 * await memory.commitStage({ stage: "plan" });
 * const hits = await memory.search("plan");
 * await memory.close();
 */
export async function openMemory(config: Config, options: OpenMemoryOptions = {}): Promise<Memory> {
  const runtime = options.runtime ?? defaultRuntime;
  const daemon = new Daemon(runtime.environment, config.localMemory);
  if (config.memoryBackend === "local-memory") {
    const health = await daemon.health();
    if (!health.healthy) throw daemonMissing(health.reason);
    return new LocalMemory(daemon, placeOf(config, options), null);
  }
  try {
    return await openCapsule(config, options, runtime);
  } catch (error) {
    if (!(error instanceof CapsuleError) || NO_FALLBACK.includes(error.code)) throw error;
    return fallBack(config, options, daemon, error);
  }
}

async function openCapsule(config: Config, options: OpenMemoryOptions, runtime: Runtime): Promise<Memory> {
  const { mode = "write", create = false, onWarning: _, ...rest } = options;
  const capsule = await openConfigured(config, { ...rest, mode, create });
  const { path } = config.capsule;
  if (mode === "write") await storeWaiting(runtime, capsule, path, warnOf(options));
  return new CapsuleMemory(capsule);
}

/** Events that wait are worth a warning, not a failure: they stay where they are. */
async function storeWaiting(runtime: Runtime, capsule: Capsule, path: string, warn: (message: string) => void) {
  try {
    await storeFallbacks(runtime.files, capsule, path, warn);
  } catch (error) {
    warn(`Cannot store the events of earlier fallbacks: ${messageOf(error)}`);
  }
}

async function fallBack(
  config: Config,
  options: OpenMemoryOptions,
  daemon: Daemon,
  error: CapsuleError,
): Promise<Memory> {
  const { path } = config.capsule;
  if (!config.memoryFallback) throw unavailable(path, error, "disabled", "falling back to local-memory is disabled");
  const health = await daemon.health();
  if (!health.healthy) throw unavailable(path, error, "unhealthy", `local-memory is not healthy: ${health.reason}`);
  const fallback = { from: "memvid", to: "local-memory", reason: `${error.code}: ${error.message}` } as const;
  const warn = warnOf(options);
  warn(`Using local-memory instead of the capsule ${JSON.stringify(path)}: ${error.message}`);
  recordFallback(config, options, fallback, warn);
  return new LocalMemory(daemon, placeOf(config, options), fallback);
}

function recordFallback(
  config: Config,
  options: OpenMemoryOptions,
  { from, to, reason }: MemoryFallback,
  warn: (message: string) => void,
): void {
  const runtime = options.runtime ?? defaultRuntime;
  const atMs = (options.clock ?? (() => runtime.environment.now()))();
  const payload = {
    from_backend: from,
    to_backend: to,
    reason,
    operation: "open",
    ...(options.specId === undefined ? {} : { spec_id: options.specId }),
    ...(options.runId === undefined ? {} : { run_id: normalizeRunId(options.runId) }),
  };
  try {
    if (!keepFallback(runtime, config.capsule.path, { atMs, payload })) {
      warn("The fallback is not recorded: a thousand others wait for a capsule that takes them.");
    }
  } catch (error) {
    warn(`Cannot keep the event of the fallback: ${messageOf(error)}`);
  }
}

function placeOf(config: Config, { specId, runId }: OpenMemoryOptions) {
  return { workspaceId: config.capsule.workspaceId, specId, runId };
}

function daemonMissing(reason: string): CapsuleError {
  return new CapsuleError("MemoryUnavailable", `Cannot open the memory local-memory: it is not healthy: ${reason}`, {
    hint: 'Start the daemon ("local-memory start"), or set "memory_backend" to "memvid".',
    details: { missing: "daemon" satisfies Missing, daemon: "unhealthy" },
  });
}

/** What a fallback lacked. */
type Missing = "daemon" | "fallback";

function unavailable(path: string, cause: CapsuleError, daemon: "disabled" | "unhealthy", lack: string): CapsuleError {
  const message = `Cannot open the memory: ${cause.message}; and ${lack}`;
  const missing: Missing = daemon === "disabled" ? "fallback" : "daemon";
  const hint =
    daemon === "disabled"
      ? (cause.hint ?? 'Set "memory_fallback" to true.')
      : `${cause.hint ?? "Put the capsule right"} Or start the daemon ("local-memory start").`;
  return new CapsuleError("MemoryUnavailable", message, {
    hint,
    details: { missing, daemon, capsule_path: path, capsule_error: cause.code },
    cause,
  });
}

function warnOf(options: OpenMemoryOptions): (message: string) => void {
  return options.onWarning ?? ((message) => console.warn(message));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
