/** A disk that forgets: what was written is durable only after a sync, and until then each sector may be old or new. */

import type { FileStat, FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { runtimeError } from "../../runtimes/errors.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { CrashPoint } from "./crash-point.js";
import type { Random } from "./random.js";
import { SECTOR_BYTES, SectorImage } from "./sector-image.js";

export const DIRECTORY = "/disk";
export const CAPSULE_PATH = `${DIRECTORY}/test.mv2`;
const START_MS = 1_700_000_000_000;

/**
 * `eio`: nothing is written. `short`: a part is written. `enospc`: whole sectors are written, then the disk is full.
 * A sync fails with any of them: a random part of the sectors reached the disk, and the rest counts as clean
 * (fsync on Linux); with `evicted` later reads see the disk's bytes instead of the cache's.
 */
export interface DiskFault {
  /** The number of the operation that fails, counting writes, truncates and syncs from 0. */
  readonly operation: number;
  readonly kind: "eio" | "short" | "enospc";
  readonly evicted: boolean;
}

/** One capsule on a disk of its own. Everything else (lockfile, directories) lies in memory. */
export class FaultyDisk {
  readonly runtime: Runtime;
  /** What a program sees. */
  cache: SectorImage;
  /** What is certainly on the disk. */
  durable: SectorImage;
  /** Contents that each sector has had since the last sync, oldest first. */
  pending = new Map<number, Uint8Array[]>();
  /** Lengths that the file has had since the last sync. */
  pendingSizes: number[] = [];
  operations = 0;
  fault: DiskFault | null = null;
  /** The newest commit that a caller was told of. */
  acknowledged: number;
  /** False until the file's directory entry is durable. */
  entryIsDurable: boolean;
  /** Called at every moment at which the machine may stop. */
  onPoint: ((point: CrashPoint) => void) | null = null;
  private exists: boolean;

  /** @param image what lies on the disk; null: no capsule yet */
  constructor(
    image: SectorImage | null,
    acknowledged: number,
    private readonly random: Random,
  ) {
    this.durable = image ?? SectorImage.of(new Uint8Array(0));
    this.cache = this.durable.clone();
    this.exists = image !== null;
    this.entryIsDurable = this.exists;
    this.acknowledged = acknowledged;
    const machine = createMemoryRuntime({ now: () => START_MS });
    machine.files.makeDirectory(DIRECTORY);
    // Stands for the capsule's name and identity; its bytes are in `cache`.
    if (this.exists) machine.files.writeFile(CAPSULE_PATH, new Uint8Array(0));
    this.runtime = { ...machine, files: this.wrap(machine.files) };
  }

  /** The capsule's file; for readers it refuses to write. */
  file(readonly: boolean, identity: LocalFile["identity"] = () => "disk:1" as never): LocalFile {
    const refuse = (operation: string): void => {
      if (readonly) throw runtimeError("ReadOnlyHandle", operation, CAPSULE_PATH);
    };
    return {
      path: CAPSULE_PATH,
      readonly,
      size: () => this.cache.sizeBytes,
      readInto: (offset, destination) => this.cache.readInto(offset, destination),
      read: (offset, length) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, this.cache.sizeBytes - offset)));
        this.cache.readInto(offset, bytes);
        return bytes;
      },
      write: (offset, bytes) => {
        refuse("write");
        this.write(offset, bytes);
      },
      append: (bytes) => {
        refuse("append to");
        const at = this.cache.sizeBytes;
        this.write(at, bytes);
        return at;
      },
      sync: () => this.sync(),
      truncate: (length) => {
        refuse("truncate");
        this.truncate(length);
      },
      identity,
      close: () => undefined,
    };
  }

  /** The moment at which the machine may stop: now. */
  point(lastSectors: readonly number[] = [], sizeBefore = this.cache.sizeBytes): CrashPoint {
    return new CrashPoint({
      durable: this.durable,
      entryIsDurable: this.entryIsDurable,
      pending: new Map([...this.pending].map(([index, versions]) => [index, versions.slice()])),
      sizes: [this.durable.sizeBytes, ...this.pendingSizes],
      lastSectors,
      sizeBefore,
      acknowledged: this.acknowledged,
    });
  }

  private write(offset: number, bytes: Uint8Array): void {
    const fault = this.nextFault();
    if (fault?.kind === "short" && bytes.length > 0)
      this.store(offset, bytes.subarray(0, this.random.below(bytes.length)));
    if (fault?.kind === "enospc")
      this.store(offset, bytes.subarray(0, wholeSectors(offset, this.random.below(bytes.length))));
    if (fault !== null) throw runtimeError(fault.kind === "enospc" ? "DiskFull" : "IoError", "write", CAPSULE_PATH);
    this.store(offset, bytes);
  }

  private store(offset: number, bytes: Uint8Array): void {
    const sizeBefore = this.cache.sizeBytes;
    this.note(this.cache.write(offset, bytes), sizeBefore);
  }

  private truncate(length: number): void {
    if (this.nextFault() !== null) throw runtimeError("IoError", "truncate", CAPSULE_PATH);
    const sizeBefore = this.cache.sizeBytes;
    this.note(this.cache.resize(length), sizeBefore);
  }

  private note(touched: number[], sizeBefore: number): void {
    for (const index of touched) {
      const versions = this.pending.get(index);
      if (versions === undefined) this.pending.set(index, [this.cache.sector(index)]);
      else versions.push(this.cache.sector(index));
    }
    this.pendingSizes.push(this.cache.sizeBytes);
    this.onPoint?.(this.point(touched, sizeBefore));
  }

  private sync(): void {
    const fault = this.nextFault();
    if (fault !== null) {
      this.failSync(fault.evicted);
      throw runtimeError("IoError", "sync", CAPSULE_PATH);
    }
    const durable = this.durable.clone();
    for (const [index, versions] of this.pending) durable.setSector(index, versions.at(-1) as Uint8Array);
    durable.resize(this.cache.sizeBytes);
    this.durable = durable.flattened();
    this.pending = new Map();
    this.pendingSizes = [];
    this.onPoint?.(this.point());
  }

  /** Some sectors reached the disk, the others are forgotten but for the cache. */
  private failSync(evicted: boolean): void {
    this.durable = this.point().sample(this.random).image.flattened();
    this.pending = new Map();
    this.pendingSizes = [this.cache.sizeBytes];
    if (!evicted) return;
    const sizeBytes = this.cache.sizeBytes;
    this.cache = this.durable.clone();
    this.cache.resize(sizeBytes);
  }

  private nextFault(): DiskFault | null {
    const { fault } = this;
    return this.operations++ === fault?.operation ? fault : null;
  }

  private wrap(files: FileSystem): FileSystem {
    const overrides: Partial<FileSystem> = {
      open: (path, options) => {
        const file = files.open(path, options);
        if (path !== CAPSULE_PATH) return file;
        this.exists = true;
        return this.file(options.mode === "read", () => file.identity());
      },
      stat: (path, options): FileStat | null => {
        const found = files.stat(path, options);
        return path === CAPSULE_PATH && found !== null ? { ...found, sizeBytes: this.cache.sizeBytes } : found;
      },
      syncDirectory: (path) => {
        files.syncDirectory(path);
        if (path === DIRECTORY) this.entryIsDurable = this.exists;
        this.onPoint?.(this.point());
      },
      rename: (from) => {
        throw runtimeError("NotSupported", "rename", from);
      },
    };
    return new Proxy(files, {
      get: (sound, name: keyof FileSystem) => overrides[name] ?? sound[name].bind(sound),
    });
  }
}

/** At most `count` bytes from `offset` on that end where a sector ends. */
function wholeSectors(offset: number, count: number): number {
  return Math.max(0, Math.floor((offset + count) / SECTOR_BYTES) * SECTOR_BYTES - offset);
}
