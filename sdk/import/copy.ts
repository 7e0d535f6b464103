/** Copying what is to be mounted: what is checked afterwards is what was copied, whatever becomes of the source. */

import type { FileIdentity, LocalFile, Runtime } from "../../runtimes/contract.js";
import { isTemporaryPath, joinPath, temporaryPath } from "../../runtimes/paths.js";
import { encodeHex } from "../../runtimes/std.js";
import { AGE_MAGIC_BYTES, beginsAsAge } from "../age/detect.js";
import { removeQuietly } from "../clean-up.js";
import { throwIfAborted } from "../errors.js";
import { toCapsuleError, translating } from "../machine-errors.js";
import type { MountFormat, MountPlaces } from "../mounts/places.js";

const PIECE_BYTES = 1024 * 1024;
/** Timers and signals are let in so often: each time costs a millisecond. A local file never waits by itself. */
const PAUSE_BYTES = 32 * PIECE_BYTES;
const RANDOM_BYTES = 8;
const ACTION = "import the capsule";

/** A copy beside the mounts, under a temporary name. */
export interface MountCopy {
  readonly path: string;
  /** Where it is to be mounted. */
  readonly target: string;
  readonly format: MountFormat;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
  readonly identity: FileIdentity;
}

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytesDone: number, bytesTotal: number) => void) | undefined;
}

/**
 * Copies a regular file to a temporary one, which is durable when this returns.
 *
 * @throws CapsuleError `NotFound`, `InvalidArgument` for a link, a directory and the like, `Aborted`, `DiskFull`, …
 */
export async function copyCapsule(
  places: MountPlaces,
  sourcePath: string,
  name: string,
  options: WorkOptions,
): Promise<MountCopy> {
  const { files, runtime } = places;
  const source = translating(ACTION, () => files.open(sourcePath, { mode: "read", followSymlinks: false }));
  try {
    const isAge = translating(ACTION, () => beginsAsAge(source.read(0, AGE_MAGIC_BYTES)));
    const format = isAge ? "mv2e-v1" : "mv2-v1";
    places.makeDirectory();
    const target = places.pathOf(name, format);
    const path = temporaryPath(target, runtime.environment.randomBytes(RANDOM_BYTES));
    const copy = translating(ACTION, () => files.open(path, { mode: "create-exclusive", private: true }));
    try {
      const digest = await digestOf(runtime, source, options, (piece) => void copy.append(piece));
      copy.sync();
      const identity = copy.identity();
      copy.close();
      return { path, target, format, digest, identity };
    } catch (error) {
      copy.close();
      removeQuietly(files, path);
      throw toCapsuleError(error, ACTION);
    }
  } finally {
    source.close();
  }
}

/**
 * The SHA-256 of a file, 64 hexadecimal digits.
 *
 * @param take gets each piece once it is hashed
 */
export async function digestOf(
  runtime: Runtime,
  file: LocalFile,
  { signal, onProgress }: WorkOptions,
  take: (piece: Uint8Array) => void = () => undefined,
): Promise<string> {
  const hash = runtime.environment.sha256();
  const piece = new Uint8Array(PIECE_BYTES);
  for (let offset = 0; ; ) {
    throwIfAborted(signal, ACTION);
    const count = file.readInto(offset, piece);
    if (count === 0) return encodeHex(hash.digest());
    hash.update(piece.subarray(0, count));
    take(piece.subarray(0, count));
    offset += count;
    onProgress?.(offset, Math.max(offset, file.size()));
    if (offset % PAUSE_BYTES === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Removes what interrupted imports under this name have left: nobody else makes such files while the lock is held. */
export function removeOrphans(places: MountPlaces, name: string): void {
  const { files, directory } = places;
  if (translating(ACTION, () => files.stat(directory)) === null) return;
  const targets = ["mv2-v1", "mv2e-v1"].map((format) => `${places.pathOf(name, format as MountFormat)}.`);
  for (const entry of translating(ACTION, () => files.list(directory))) {
    const path = joinPath(directory, entry.name);
    if (entry.kind === "file" && isTemporaryPath(path) && targets.some((target) => path.startsWith(target))) {
      removeQuietly(files, path);
    }
  }
}
