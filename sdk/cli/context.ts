/** What every command gets, and how it comes to its capsule. */

import { MAIN_BRANCH_NAME, normalizeBranchName, runBranchName } from "../branch-names.js";
import { Capsule } from "../capsule.js";
import { type Config, loadConfig } from "../config.js";
import type { OpenOptions, WriterOptions } from "../options.js";
import type { Readable } from "../readable.js";
import type { OutputStream, Terminal } from "./output/terminal.js";
import { type SecretSources, secretsFor } from "./secrets.js";

/** The options that every command takes. */
export interface GlobalOptions {
  /** Default: the configuration's. */
  readonly capsule?: string;
  readonly branch?: string;
  readonly run?: string;
  readonly wait: number;
  readonly json?: boolean;
  readonly passphraseFile?: string;
  readonly identity?: readonly string[];
}

export interface CommandContext {
  readonly config: Config;
  readonly capsulePath: string;
  /** The branch that is worked on: `--branch`, else `--run`, else `SPECKIT_RUN_ID`, else `main`. */
  readonly branch: string;
  /** What opening for writing is told of it. */
  readonly branchOptions: Pick<OpenOptions, "branch" | "runId">;
  /** The run that was named with `--run`. */
  readonly run: string | null;
  /** Seconds to wait for another writer. */
  readonly waitSeconds: number;
  /** Whether one JSON document is to be printed, instead of what is made for eyes. */
  readonly json: boolean;
  /** Fires on the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** Where secrets are to be taken from. */
  readonly secrets: SecretSources;
}

export async function createContext(
  options: GlobalOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<CommandContext> {
  const { capsule, branch, run, wait, json = false, passphraseFile = null, identity = [] } = options;
  const config = await loadConfig();
  const capsulePath = capsule ?? config.capsule.path;
  const place = placeOf(branch, run, config.environmentRunId);
  const secrets = { passphraseFile, identityFiles: identity };
  return { config, capsulePath, ...place, run: run ?? null, waitSeconds: wait, json, signal, terminal, secrets };
}

function placeOf(branch: string | undefined, run: string | undefined, environmentRun: string | null) {
  const runId = run ?? environmentRun ?? undefined;
  const ofRun = runId === undefined ? {} : { runId };
  if (branch !== undefined) return { branch: normalizeBranchName(branch), branchOptions: { branch, ...ofRun } };
  const name = runId === undefined ? MAIN_BRANCH_NAME : runBranchName(runId);
  return { branch: name, branchOptions: ofRun };
}

/** Opens the capsule for reading, as of a checkpoint if one is named, and closes it when the work is done. */
export async function reading<Result>(
  context: CommandContext,
  asOf: string | undefined,
  work: (view: Readable, capsule: Capsule) => Promise<Result>,
): Promise<Result> {
  // A run that was named has to be there; that of the environment may not have written yet.
  const { run, branch, branchOptions } = context;
  const secrets = await secretsFor(context, context.capsulePath);
  const capsule = await Capsule.open(context.capsulePath, {
    ...secrets,
    ...(run === null ? branchOptions : { branch }),
  });
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
  options: Pick<WriterOptions, "specId">,
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
    ...context.branchOptions,
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
