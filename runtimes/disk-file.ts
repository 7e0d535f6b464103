/** An open file over the synchronous calls of `node:fs`, which are real system calls in Node, Bun and Deno alike. */

import fs from "node:fs";
import type { FileIdentity, LocalFile } from "./contract.js";
import { requireByteCount, runtimeError, toRuntimeError, translating } from "./errors.js";

/** What differs between the runtimes in calls that otherwise are the same. */
export interface DiskCalls {
  /** Bytes and length to stable storage. */
  sync(descriptor: number): void;
  identity(device: bigint, inode: bigint): FileIdentity;
}

/** The largest count that every runtime and system accepts in one call. */
const LARGEST_TRANSFER_BYTES = 1 << 30;
/** `read` of more than this asks for the file's size first, so that a wrong length can't take the memory away. */
const TRUSTED_READ_BYTES = 1 << 16;

export class DiskFile implements LocalFile {
  #descriptor: number | null;
  /** A descriptor's file stays the same as long as it is open, so that this is asked for once. */
  #identity: FileIdentity | null = null;
  readonly #calls: DiskCalls;

  /** Takes over an open descriptor of a regular file. */
  constructor(
    descriptor: number,
    readonly path: string,
    readonly readonly: boolean,
    calls: DiskCalls,
  ) {
    this.#descriptor = descriptor;
    this.#calls = calls;
  }

  size(): number {
    const descriptor = this.#open("read the size of");
    return translating("read the size of", this.path, () => fs.fstatSync(descriptor).size);
  }

  readInto(offset: number, destination: Uint8Array): number {
    const descriptor = this.#open("read");
    requireByteCount(offset, "offset");
    let done = 0;
    try {
      while (done < destination.length) {
        const count = Math.min(destination.length - done, LARGEST_TRANSFER_BYTES);
        const read = fs.readSync(descriptor, destination, done, count, offset + done);
        if (read === 0) break;
        done += read;
      }
    } catch (cause) {
      throw toRuntimeError(cause, "read", this.path);
    }
    return done;
  }

  read(offset: number, length: number): Uint8Array {
    requireByteCount(offset, "offset");
    requireByteCount(length, "length");
    const wanted = length <= TRUSTED_READ_BYTES ? length : Math.max(0, Math.min(length, this.size() - offset));
    const bytes = new Uint8Array(wanted);
    const read = this.readInto(offset, bytes);
    return read === wanted ? bytes : bytes.slice(0, read);
  }

  write(offset: number, bytes: Uint8Array): void {
    const descriptor = this.#openForWriting("write");
    requireByteCount(offset, "offset");
    let done = 0;
    try {
      // Near a full disk Node and Bun write a part and say so; only the next call fails.
      while (done < bytes.length) {
        const count = Math.min(bytes.length - done, LARGEST_TRANSFER_BYTES);
        const written = fs.writeSync(descriptor, bytes, done, count, offset + done);
        if (written === 0) throw runtimeError("DiskFull", "write", this.path);
        done += written;
      }
    } catch (cause) {
      throw toRuntimeError(cause, "write", this.path);
    }
  }

  append(bytes: Uint8Array): number {
    this.#openForWriting("append to");
    const end = this.size();
    this.write(end, bytes);
    return end;
  }

  sync(): void {
    const descriptor = this.#open("sync");
    translating("sync", this.path, () => this.#calls.sync(descriptor));
  }

  truncate(length: number): void {
    const descriptor = this.#openForWriting("truncate");
    requireByteCount(length, "length");
    translating("truncate", this.path, () => fs.ftruncateSync(descriptor, length));
  }

  identity(): FileIdentity {
    const descriptor = this.#open("identify");
    if (this.#identity === null) {
      const { dev, ino } = translating("identify", this.path, () => fs.fstatSync(descriptor, { bigint: true }));
      this.#identity = this.#calls.identity(dev, ino);
    }
    return this.#identity;
  }

  close(): void {
    const descriptor = this.#descriptor;
    if (descriptor === null) return;
    // Forgotten first: after an error of close(2) the descriptor is gone too, and its number may be someone else's.
    this.#descriptor = null;
    translating("close", this.path, () => fs.closeSync(descriptor));
  }

  #open(operation: string): number {
    if (this.#descriptor === null) throw runtimeError("Closed", operation, this.path);
    return this.#descriptor;
  }

  #openForWriting(operation: string): number {
    const descriptor = this.#open(operation);
    if (this.readonly) throw runtimeError("ReadOnlyHandle", operation, this.path);
    return descriptor;
  }
}
