/** The configuration: the workspace's file over the user's over defaults. Flags, which callers know, go over all. */

import type { Environment, FileSystem, Runtime } from "../runtimes/contract.js";
import { joinPath, portablePath, resolvePath } from "../runtimes/paths.js";
import { tryDecodeUtf8 } from "../runtimes/std.js";
import { CapsuleError, type ErrorDetails } from "./errors.js";
import { isRuntimeError, toCapsuleError } from "./machine-errors.js";
import type { CaptureMode, ExportMode, MemoryBackend } from "./options.js";
import { defaultRuntime } from "./runtime.js";
import type { ConfigFile } from "./schema/config.js";

/** Seen from the workspace. */
export const WORKSPACE_CONFIG_PATH = ".speckit/config.json";
/** Seen from the user's home directory. */
export const HOME_CONFIG_PATH = ".config/speckit/config.json";
/** Names the run that commands work on, unless an option does. */
export const RUN_ID_VARIABLE = "SPECKIT_RUN_ID";

const MAX_CONFIG_BYTES = 1024 * 1024;

/** All settings, none missing. docs/configuration.md says what each does. */
export interface Config {
  readonly memoryBackend: MemoryBackend;
  readonly memoryFallback: boolean;
  readonly localMemory: { readonly url: string; readonly command: string };
  readonly capsule: CapsuleConfig;
  readonly capture: { readonly mode: CaptureMode; readonly sanitizeOnIngest: boolean };
  /** `SPECKIT_RUN_ID` as it was set, not yet normalised; null if it is unset, empty or may not be read. */
  readonly environmentRunId: string | null;
  /** The files that were read, the weaker first. */
  readonly sources: readonly string[];
  /** Files that may not be looked at, and the Deno flag that would permit it. Never the workspace's. */
  readonly skipped: readonly { readonly path: string; readonly permissionFlag: string | null }[];
}

export interface CapsuleConfig {
  /** Resolved against the workspace. */
  readonly path: string;
  readonly workspaceId: string;
  readonly writerQueue: number;
  readonly export: {
    readonly mode: ExportMode;
    /** Resolved against the workspace; null: `docs/specs`. */
    readonly dir: string | null;
    readonly retentionDays: number;
    readonly keepPinned: boolean;
    readonly recipients: readonly string[];
    readonly signKey: string | null;
  };
  readonly trustedKeys: readonly string[];
}

export interface LoadConfigOptions {
  /** Where `.speckit` lies. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Files and environment. Default: those of the runtime that this program runs in. */
  readonly runtime?: Runtime;
  /** Replaces the runtime's environment alone: home directory and variables. */
  readonly environment?: Pick<Environment, "homeDirectory" | "variable" | "platform">;
}

/**
 * Reads the configuration. Files that aren't there are no failure; with neither there are the defaults.
 *
 * @throws CapsuleError `InvalidConfig` naming the file and each wrong or unknown key; `PermissionDenied` for the
 *   workspace's file (one in the home directory that may not be read is skipped); `IoError`
 * @example
 * const config = await loadConfig({ workspaceDir: "." });
 * const capsule = await Capsule.open(config.capsule.path);
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const runtime = options.runtime ?? defaultRuntime;
  const environment = options.environment ?? runtime.environment;
  const workspaceDir = portablePath(options.workspaceDir ?? ".", environment.platform);
  const home = environment.homeDirectory();
  const skipped: { path: string; permissionFlag: string | null }[] = [];
  const layers: Layer[] = [];
  if (home !== null) {
    const path = joinPath(home, HOME_CONFIG_PATH);
    layers.push(...(await readLayer(runtime.files, path, (flag) => void skipped.push({ path, permissionFlag: flag }))));
  }
  layers.push(...(await readLayer(runtime.files, joinPath(workspaceDir, WORKSPACE_CONFIG_PATH), null)));
  return {
    ...complete(
      layers.map((layer) => layer.file),
      workspaceDir,
    ),
    environmentRunId: environment.variable(RUN_ID_VARIABLE) || null,
    sources: layers.map((layer) => layer.path),
    skipped,
  };
}

interface Layer {
  readonly path: string;
  readonly file: ConfigFile;
}

/** One file, or none. `skip` is told of a file that may not be read; null: that is an error. */
async function readLayer(
  files: FileSystem,
  path: string,
  skip: ((permissionFlag: string | null) => void) | null,
): Promise<Layer[]> {
  let bytes: Uint8Array;
  try {
    if (files.stat(path) === null) return [];
    bytes = files.readFile(path, { maxBytes: MAX_CONFIG_BYTES });
  } catch (error) {
    if (skip === null || !isRuntimeError(error) || error.code !== "PermissionDenied") {
      throw toCapsuleError(error, `read the configuration ${JSON.stringify(path)}`);
    }
    skip(error.permissionFlag ?? null);
    return [];
  }
  return [{ path, file: await parseConfig(path, bytes) }];
}

async function parseConfig(path: string, bytes: Uint8Array): Promise<ConfigFile> {
  const text = tryDecodeUtf8(bytes);
  if (text === null) throw invalidConfig(path, "it is not UTF-8", {});
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalidConfig(path, `it is not JSON (${(error as Error).message})`, { cause: error });
  }
  const { configProblems } = await import("./schema/config.js");
  const problems = configProblems(value);
  if (problems.length === 0) return value as ConfigFile;
  const told = problems.map(({ key, problem }) => (key === "" ? problem : `${JSON.stringify(key)}: ${problem}`));
  throw invalidConfig(path, told.join("; "), { details: { problems } });
}

function invalidConfig(path: string, reason: string, more: { cause?: unknown; details?: ErrorDetails }): CapsuleError {
  return new CapsuleError("InvalidConfig", `Cannot use the configuration ${JSON.stringify(path)}: ${reason}`, {
    hint: "The keys and their values are in docs/configuration.md.",
    details: { path, ...more.details },
    ...(more.cause === undefined ? {} : { cause: more.cause }),
  });
}

/** Later files win, key by key; a list replaces a list. */
function complete(
  files: readonly ConfigFile[],
  workspaceDir: string,
): Omit<Config, "environmentRunId" | "sources" | "skipped"> {
  const top: ConfigFile = Object.assign({}, ...files);
  const localMemory: NonNullable<ConfigFile["local_memory"]> = Object.assign({}, ...files.map((f) => f.local_memory));
  const capsule: NonNullable<ConfigFile["capsule"]> = Object.assign({}, ...files.map((f) => f.capsule));
  const exported: NonNullable<NonNullable<ConfigFile["capsule"]>["export"]> = Object.assign(
    {},
    ...files.map((f) => f.capsule?.export),
  );
  const capture: NonNullable<ConfigFile["capture"]> = Object.assign({}, ...files.map((f) => f.capture));
  return {
    memoryBackend: top.memory_backend ?? "memvid",
    memoryFallback: top.memory_fallback ?? true,
    localMemory: {
      url: localMemory.url ?? "http://localhost:3002",
      command: localMemory.command ?? "local-memory",
    },
    capsule: {
      path: resolvePath(workspaceDir, capsule.path ?? ".speckit/memvid/workspace.mv2"),
      workspaceId: capsule.workspace_id ?? "default",
      writerQueue: capsule.writer_queue ?? 100,
      export: {
        mode: exported.mode ?? "risk",
        dir: exported.dir === undefined ? null : resolvePath(workspaceDir, exported.dir),
        retentionDays: exported.retention_days ?? 30,
        keepPinned: exported.keep_pinned ?? true,
        recipients: exported.recipients ?? [],
        signKey: exported.sign_key ?? null,
      },
      trustedKeys: capsule.trusted_keys ?? [],
    },
    capture: { mode: capture.mode ?? "prompts_only", sanitizeOnIngest: capture.sanitize_on_ingest ?? false },
  };
}
