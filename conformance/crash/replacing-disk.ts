/**
 * A disk on which a file replaces the capsule: what is written to the new file is durable after its sync, and its new name after the
 * directory's. Until then the machine may stop with or without either, the name also before the bytes.
 */

import type { FileIdentity, FileSystem, Runtime } from "../../runtimes/contract.js";
import { runtimeError } from "../../runtimes/errors.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { isTemporaryPath, parentPath } from "../../runtimes/paths.js";
import type { CrashPoint } from "./crash-point.js";
import { CAPSULE_PATH, DIRECTORY, FaultyDisk } from "./faulty-disk.js";
import type { Random } from "./random.js";

const START_MS = 1_700_000_000_000;

/** Which file a crash may leave under the capsule's name. */
export type Replaced = "not" | "perhaps" | "certainly";

/** A moment at which the machine may stop. */
export interface ReplacingMoment {
  /** What the disk may hold of the new file. */
  readonly fresh: CrashPoint;
  readonly replaced: Replaced;
}

export class ReplacingDisk {
  readonly runtime: Runtime;
  /** The bytes of the new file. */
  readonly fresh: FaultyDisk;
  readonly moments: ReplacingMoment[] = [];
  replaced: Replaced = "not";
  /** What a directory's sync does: fail, or nothing, for the control. */
  directorySync: "sound" | "failing" | "idle" = "sound";
  private freshIdentity: FileIdentity | null = null;

  /** @param old the capsule as it lies on the disk */
  constructor(
    readonly old: Uint8Array,
    random: Random,
  ) {
    this.fresh = new FaultyDisk(null, -1, random);
    this.fresh.onPoint = () => this.note();
    this.runtime = createMemoryRuntime({ now: () => START_MS });
    const { files } = this.runtime;
    files.makeDirectory(DIRECTORY);
    files.writeFile(CAPSULE_PATH, old);
    // The machine's own calls are replaced: its locks go through them, too.
    Object.assign(files, this.overrides(files));
    this.note();
  }

  private note(): void {
    this.moments.push({ fresh: this.fresh.point(), replaced: this.replaced });
  }

  private overrides(files: FileSystem): Partial<FileSystem> {
    const sound = { open: files.open.bind(files), stat: files.stat.bind(files), rename: files.rename.bind(files) };
    return {
      open: (path, options) => {
        const file = sound.open(path, options);
        const identity = file.identity();
        if (isTemporaryPath(path)) this.freshIdentity ??= identity;
        return identity === this.freshIdentity ? this.fresh.file(options.mode === "read", () => identity) : file;
      },
      stat: (path, options) => {
        const found = sound.stat(path, options);
        const isFresh = found !== null && found.identity === this.freshIdentity;
        return isFresh ? { ...found, sizeBytes: this.fresh.cache.sizeBytes } : found;
      },
      rename: (from, to) => {
        sound.rename(from, to);
        if (to !== CAPSULE_PATH) return;
        this.replaced = "perhaps";
        this.note();
        files.syncDirectory(parentPath(to));
      },
      syncDirectory: (path) => {
        if (this.directorySync === "failing" && this.replaced === "perhaps") {
          throw runtimeError("IoError", "sync the directory", path);
        }
        if (this.directorySync === "sound" && this.replaced === "perhaps") this.replaced = "certainly";
        this.note();
      },
    };
  }
}
