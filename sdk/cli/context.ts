/** What every command gets, and how it comes to its capsule. */

import { Capsule } from "../capsule.js";
import { type Config, loadConfig } from "../config.js";
import { CapsuleError, describeValue } from "../errors.js";
import type { WriterOptions } from "../options.js";
import type { Readable } from "../readable.js";
import type { OutputStream, Terminal } from "./output/terminal.js";

const MAIN = "main";

/** The options that every command takes. */
export interface GlobalOptions {
  /** Default: the configuration's. */
  readonly capsule?: string;
  readonly branch: string;
  readonly wait: number;
  readonly json?: boolean;
}

export interface CommandContext {
  readonly config: Config;
  readonly capsulePath: string;
  readonly branch: string;
  /** Seconds to wait for another writer. */
  readonly waitSeconds: number;
  /** Whether one JSON document is to be printed, instead of what is made for eyes. */
  readonly json: boolean;
  /** Fires on the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

export async function createContext(
  options: GlobalOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<CommandContext> {
  const { capsule, branch, wait, json = false } = options;
  if (branch !== MAIN) {
    throw new CapsuleError(
      "InvalidArgument",
      `Cannot use the branch ${describeValue(branch)}: only "${MAIN}" is there`,
      {
        hint: "Leave --branch out.",
        details: { argument: "branch" },
      },
    );
  }
  const config = await loadConfig();
  return { config, capsulePath: capsule ?? config.capsule.path, branch, waitSeconds: wait, json, signal, terminal };
}

/** Opens the capsule for reading, as of a checkpoint if one is named, and closes it when the work is done. */
export async function reading<Result>(
  context: CommandContext,
  asOf: string | undefined,
  work: (view: Readable, capsule: Capsule) => Promise<Result>,
): Promise<Result> {
  const capsule = await Capsule.open(context.capsulePath);
  try {
    return await work(asOf === undefined ? capsule : await capsule.at(asOf), capsule);
  } finally {
    await capsule.close();
  }
}

/**
 * Opens the capsule for writing and closes it when the work is done. If the work fails, what it stored is given up.
 */
export async function writing<Result>(
  context: CommandContext,
  options: Pick<WriterOptions, "specId" | "runId">,
  work: (capsule: Capsule) => Promise<Result>,
): Promise<Result> {
  const { capsulePath, waitSeconds, signal, config } = context;
  const capsule = await Capsule.open(capsulePath, {
    mode: "write",
    waitSeconds,
    signal,
    queueCapacity: config.capsule.writerQueue,
    captureMode: config.capture.mode,
    sanitize: config.capture.sanitizeOnIngest,
    ...options,
  });
  let result: Result;
  try {
    result = await work(capsule);
  } catch (error) {
    await capsule.close({ discard: true });
    throw error;
  }
  await capsule.close();
  return result;
}

/** Writes bytes to stdout, piece by piece. */
export async function writeBytes(stdout: OutputStream, bytes: ReadableStream<Uint8Array>): Promise<void> {
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      await stdout.write(value);
    }
  } finally {
    await reader.cancel();
  }
}
