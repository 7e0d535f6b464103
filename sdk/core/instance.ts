/** One core for one open capsule: its memory, the order of its operations, and what becomes of its failures. */

import type { File } from "../../runtimes/contract.js";
import { CapsuleError } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import type { CoreExports } from "./exports.js";
import { readFailure, statusError } from "./failures.js";
import { CoreHost, type CoreHostOptions } from "./host.js";
import { instantiateCore } from "./module.js";
import { Status } from "./status.js";

const DEFAULT_PAGE_CACHE_BYTES = 16 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** How an instance of the core is made; tests put a fake in its place. */
export type Instantiate = typeof instantiateCore;

/**
 * A core with its file. An operation is a synchronous call of the core and a synchronous reading of its answer; if the
 * call answers PENDING, the missing bytes are fetched and it is made again. Operations run one at a time, in the order
 * in which they were asked for, and one that has to wait for nothing runs at once and returns no promise.
 */
export class CoreInstance {
  readonly exports: CoreExports;
  readonly host: CoreHost;
  private memoryBytes = new Uint8Array(0);
  private memoryView = new DataView(new ArrayBuffer(0));
  private fault: CapsuleError | null = null;
  /** The last of the operations that wait; null while none does. */
  private tail: Promise<void> | null = null;

  constructor(
    private readonly file: File,
    private readonly options: CoreHostOptions,
    private readonly instantiate: Instantiate = instantiateCore,
  ) {
    this.host = new CoreHost(file, options);
    this.exports = instantiate(this.host.imports(() => this.bytes));
    const { pageCacheBytes = DEFAULT_PAGE_CACHE_BYTES, prefersHorizontalHash = false } = options;
    this.exports.configure(pageCacheBytes, prefersHorizontalHash ? 1 : 0);
  }

  /** A fresh core on the same file, which may only read. */
  sibling(): CoreInstance {
    const beforeAppend = (): never => {
      throw new CapsuleError("ReadOnly", "Cannot write through a core that only checks");
    };
    return new CoreInstance(this.file, { ...this.options, beforeAppend }, this.instantiate);
  }

  /** The core's memory. Never keep it: the next call may replace it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    // Growing the memory detaches every array on it, which leaves it with no length.
    if (this.memoryBytes.length === 0) this.memoryBytes = new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
    return this.memoryBytes;
  }

  /** As {@link bytes}; numbers are read from it with the little-endian flag. */
  get view(): DataView {
    const { buffer } = this.bytes;
    if (this.memoryView.buffer !== buffer) this.memoryView = new DataView(buffer);
    return this.memoryView;
  }

  /**
   * Runs an operation: `call` calls the core and answers its status, `decode` takes the result out.
   * `call` may be repeated and must leave nothing behind but its arguments in the IO area.
   */
  run<Result>(call: () => number, decode: (status: number) => Result): Result | Promise<Result> {
    if (this.tail !== null) return this.enqueue(() => this.complete(call, decode));
    const status = this.attempt(call);
    if (status !== Status.PENDING) return decode(status);
    return this.enqueue(async () => {
      await this.fetch();
      return this.complete(call, decode);
    });
  }

  /** Runs an operation that can't be pending, because its file is local. */
  runNow<Result>(call: () => number, decode: (status: number) => Result): Result {
    const status = this.attempt(call);
    if (status === Status.PENDING) throw this.failWith(new Error("a synchronous operation was pending"));
    return decode(status);
  }

  /** Reserves the IO area for `byteCount` bytes of arguments and gives its address. */
  reserve(byteCount: number): number {
    const pointer = this.exports.ioReserve(byteCount) >>> 0;
    if (pointer === 0) throw statusError(Status.OUT_OF_MEMORY, this.failure(), `pass ${byteCount} bytes to the core`);
    return pointer;
  }

  /** Writes text at an address of the reserved area and gives the bytes it took, or -1 if `capacity` doesn't hold it. */
  writeText(text: string, address: number, capacity: number): number {
    const { read, written } = encoder.encodeInto(text, this.bytes.subarray(address, address + capacity));
    return read === text.length ? written : -1;
  }

  /** The text at an address. */
  readText(address: number, length: number): string {
    return length === 0 ? "" : decoder.decode(this.bytes.subarray(address, address + length));
  }

  /** `status` if it is a result; otherwise throws its error. `action` is a verb phrase, `subject` what follows it. */
  check(status: number, action: string, subject = ""): number {
    return status >= 0 ? status : this.refuse(status, action, subject);
  }

  /** Makes the instance refuse everything from now on. */
  failWith(cause: unknown): CapsuleError {
    this.fault = new CapsuleError("CoreFault", "Cannot go on with this capsule: its core failed", {
      hint: "This is a bug. The file is unharmed; open it again.",
      cause,
    });
    return this.fault;
  }

  private refuse(status: number, action: string, subject: string): never {
    const phrase = subject === "" ? action : `${action} ${subject}`;
    const { error } = this.host;
    this.host.error = null;
    if (this.tail === null) this.host.forget();
    if ((status === Status.READ_FAILED || status === Status.WRITE_FAILED) && error !== null) {
      throw toCapsuleError(error, phrase);
    }
    if (status === Status.CORRUPT && this.host.wasCut()) {
      throw new CapsuleError("SnapshotLost", `Cannot ${phrase}: the file is shorter than it was when it was opened`, {
        hint: "Close the capsule and open it again.",
      });
    }
    throw statusError(status, this.failure(), phrase);
  }

  private failure() {
    return readFailure(this.bytes, this.exports.failurePointer() >>> 0);
  }

  private attempt(call: () => number): number {
    if (this.fault !== null) throw this.fault;
    try {
      return call();
    } catch (error) {
      // A typed error is about the arguments; anything else is a trap, after which the memory can't be trusted.
      throw error instanceof CapsuleError ? error : this.failWith(error);
    }
  }

  private async complete<Result>(call: () => number, decode: (status: number) => Result): Promise<Result> {
    for (;;) {
      const status = this.attempt(call);
      if (status !== Status.PENDING) return decode(status);
      await this.fetch();
    }
  }

  private async fetch(): Promise<void> {
    try {
      await this.host.fetchMissing();
    } catch (error) {
      throw toCapsuleError(error, "read the capsule");
    }
  }

  private enqueue<Result>(operation: () => Promise<Result>): Promise<Result> {
    const result = this.tail === null ? operation() : this.tail.then(operation);
    const release = (): void => {
      this.host.forget();
      if (this.tail === settled) this.tail = null;
    };
    const settled: Promise<void> = result.then(release, release);
    this.tail = settled;
    return result;
  }
}
