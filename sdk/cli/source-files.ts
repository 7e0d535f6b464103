/** Files that are taken in: from the disk to what `put` takes. */

import type { FileStat, Runtime } from "../../runtimes/contract.js";
import { baseName, normalizePath, portablePath, relativeTo, resolvePath } from "../../runtimes/paths.js";
import type { PutContent } from "../entries.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { translating } from "../machine-errors.js";

/** Larger files are read piece by piece. */
const WHOLE_FILE_BYTES = 8 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** A file that was found to be one. */
export interface SourceFile {
  /** Where it is read. */
  readonly path: string;
  /** The path part of its URI. */
  readonly target: string;
  readonly sizeBytes: number;
}

/** What stands at a path that was given on the command line. @throws CapsuleError `NotFound`, … */
export function requireStat(runtime: Runtime, path: string, action: string): FileStat {
  const stat = translating(action, () => runtime.files.stat(path));
  if (stat !== null) return stat;
  throw new CapsuleError("NotFound", `Cannot ${action}: there is no such file`, {
    hint: "Check the path.",
    details: { path },
  });
}

/**
 * A regular file, under its path as seen from the current directory; one that lies elsewhere goes by its name.
 *
 * @throws CapsuleError `NotFound`, `InvalidArgument`, …
 */
export function sourceFile(runtime: Runtime, given: string): SourceFile {
  const { environment } = runtime;
  const path = portablePath(given, environment.platform);
  const action = `put ${JSON.stringify(path)}`;
  const { kind, sizeBytes } = requireStat(runtime, path, action);
  if (kind !== "file") {
    throw new CapsuleError("InvalidArgument", `Cannot ${action}: expected a regular file, got a ${kind}`, {
      ...(kind === "directory" ? { hint: 'Use "speckit capsule ingest" for a directory.' } : {}),
      details: { path },
    });
  }
  return { path, target: targetOf(path, environment.currentDirectory()), sizeBytes };
}

function targetOf(path: string, currentDirectory: string | null): string {
  if (currentDirectory === null) return baseName(path);
  const here = normalizePath(currentDirectory);
  return relativeTo(here, resolvePath(here, path)) ?? baseName(path);
}

/** The content of a file, for `put`. A large one is read while it is stored. */
export function readSource(runtime: Runtime, { path, sizeBytes }: SourceFile, signal: AbortSignal): PutContent {
  if (sizeBytes > WHOLE_FILE_BYTES) return filePieces(runtime, path, signal);
  return translating(`read ${JSON.stringify(path)}`, () => runtime.files.readFile(path));
}

async function* filePieces(runtime: Runtime, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const action = `read ${JSON.stringify(path)}`;
  const file = translating(action, () => runtime.files.open(path, { mode: "read" }));
  try {
    for (let offset = 0; ; ) {
      await letSignalsIn();
      throwIfAborted(signal, action);
      const piece = translating(action, () => file.read(offset, PIECE_BYTES));
      if (piece.length === 0) return;
      yield piece;
      offset += piece.length;
    }
  } finally {
    file.close();
  }
}

/** Ctrl-C is only heard between turns of the event loop, and local files never wait for one. */
export function letSignalsIn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
