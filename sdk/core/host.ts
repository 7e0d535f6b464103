/** What the core's imports do: reads and writes of one file, with errors and missing ranges remembered. */

import type { File } from "../../runtimes/contract.js";
import { CapsuleError } from "../errors.js";
import type { HostImports } from "./module.js";
import { Status } from "./status.js";

/** Bytes of the file that an asynchronous read brought, kept while the operation that needs them goes on. */
interface FetchedRange {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Bytes there were: fewer than asked for where the file ends. */
  count: number;
}

interface MissingRange extends FetchedRange {
  readonly arrival: Promise<number>;
}

const SMALLEST_STAGING_BYTES = 64 * 1024;

export interface CoreHostOptions {
  /** Called before each append: throws if this writer may not write any more. */
  readonly beforeAppend?: () => void;
  readonly maxWorkingSetBytes: number;
  /** Bound of the core's page cache. Default 16 MiB. */
  readonly pageCacheBytes?: number;
  /** Chooses the hash kernel that JavaScriptCore compiles better. The result is the same. */
  readonly prefersHorizontalHash?: boolean;
}

/**
 * The core's file. Bytes pass through memory of the host's on their way: a runtime must never see a view on the core's.
 */
export class CoreHost {
  /** What the last read or write threw; the core passes on a status only. */
  error: unknown = null;
  /** What made a write or sync fail, once and for all: nothing more is written through this file. */
  writeError: unknown = null;
  /** Where the next append must land. */
  expectedEnd: number;
  private staging = new Uint8Array(SMALLEST_STAGING_BYTES);
  private fetched: FetchedRange[] = [];
  private missing: MissingRange[] = [];
  private memory: () => Uint8Array = () => new Uint8Array(0);

  constructor(
    private readonly file: File,
    private readonly options: CoreHostOptions,
  ) {
    this.expectedEnd = file.size();
  }

  /** The imports for the module; `memory` gives the instance's bytes as they are now. */
  imports(memory: () => Uint8Array): HostImports {
    this.memory = memory;
    return {
      read: (offset, length, destination) => this.read(offset, length, destination >>> 0),
      append: (source, length) => this.append(source >>> 0, length),
      write: (offset, source, length) => this.write(offset, source >>> 0, length),
    };
  }

  /** Waits for what the last call missed. Throws what the file throws, and `WorkingSetTooLarge`. */
  async fetchMissing(): Promise<void> {
    const { missing } = this;
    this.missing = [];
    if (missing.length === 0) throw new CapsuleError("CoreFault", "Cannot read: the core waits for nothing");
    await Promise.all(
      missing.map(async (range) => {
        range.count = await range.arrival;
        this.fetched.push(range);
      }),
    );
  }

  /** Whether the file is shorter than it was when it was opened: what is missing then was no damage. */
  wasCut(): boolean {
    try {
      return this.file.size() < this.expectedEnd;
    } catch {
      return false;
    }
  }

  /** Lets go of the ranges that were fetched: the operation is over. */
  forget(): void {
    this.fetched = [];
    this.missing = [];
  }

  private read(offset: number, length: number, destination: number): number {
    try {
      const kept = this.find(offset, length);
      if (kept !== null) {
        this.memory().set(kept, destination);
        return kept.length;
      }
      const target = this.stage(length);
      const answer = this.file.readInto(offset, target);
      if (typeof answer === "number") {
        this.memory().set(answer === length ? target : target.subarray(0, answer), destination);
        return answer;
      }
      this.miss({ offset, bytes: target, count: 0, arrival: answer });
      // The array now belongs to the read that is under way.
      this.staging = new Uint8Array(SMALLEST_STAGING_BYTES);
      return Status.PENDING;
    } catch (error) {
      this.error = error;
      return Status.READ_FAILED;
    }
  }

  private append(source: number, length: number): number {
    try {
      this.options.beforeAppend?.();
      const at = this.file.append(this.copyOut(source, length));
      if (at !== this.expectedEnd) {
        throw new CapsuleError("LockLost", `Cannot append: the file ended at ${at}, expected ${this.expectedEnd}`, {
          hint: "Something else writes to this file. Open it again.",
        });
      }
      this.expectedEnd += length;
      return Status.OK;
    } catch (error) {
      this.error = error;
      this.writeError = error;
      return Status.WRITE_FAILED;
    }
  }

  private write(offset: number, source: number, length: number): number {
    try {
      this.options.beforeAppend?.();
      this.file.write(offset, this.copyOut(source, length));
      return Status.OK;
    } catch (error) {
      this.error = error;
      this.writeError = error;
      return Status.WRITE_FAILED;
    }
  }

  private copyOut(source: number, length: number): Uint8Array {
    const target = this.stage(length);
    target.set(this.memory().subarray(source, source + length));
    return target;
  }

  private stage(length: number): Uint8Array {
    if (this.staging.length < length) this.staging = new Uint8Array(length);
    return this.staging.subarray(0, length);
  }

  private find(offset: number, length: number): Uint8Array | null {
    for (const range of this.fetched) {
      const start = offset - range.offset;
      if (start < 0 || start > range.count) continue;
      const reachesEnd = range.count < range.bytes.length;
      if (start + length <= range.count || reachesEnd)
        return range.bytes.subarray(start, Math.min(start + length, range.count));
    }
    return null;
  }

  private miss(range: MissingRange): void {
    // A failure is thrown by fetchMissing(); until then nobody listens.
    range.arrival.catch(() => undefined);
    this.missing.push(range);
    let kept = 0;
    for (const { bytes } of this.fetched) kept += bytes.length;
    for (const { bytes } of this.missing) kept += bytes.length;
    if (kept > this.options.maxWorkingSetBytes) {
      throw new CapsuleError(
        "WorkingSetTooLarge",
        `Cannot read: one operation needs ${kept} bytes at once, at most ${this.options.maxWorkingSetBytes} may be kept`,
        { hint: "Raise maxWorkingSetBytes, or copy the file to this machine." },
      );
    }
  }
}
