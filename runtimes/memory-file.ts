/** One open file in memory, with the laws of `contract.ts`. */

import type { FileIdentity, LocalFile } from "./contract.js";
import { requireByteCount, runtimeError } from "./errors.js";

/** A file's content outlives its name while handles are open, as an inode does. */
export interface FileNode {
  readonly kind: "file";
  readonly identity: FileIdentity;
  /** `bytes` may be longer than the file, so that appending doesn't copy each time. */
  bytes: Uint8Array;
  sizeBytes: number;
  modifiedAtMs: number;
}

const SMALLEST_CAPACITY_BYTES = 256;

export class MemoryFile implements LocalFile {
  #closed = false;

  constructor(
    readonly path: string,
    readonly readonly: boolean,
    private readonly node: FileNode,
    private readonly now: () => number,
  ) {}

  size(): number {
    return this.#open("read the size of").sizeBytes;
  }

  readInto(offset: number, destination: Uint8Array): number {
    const node = this.#open("read");
    requireByteCount(offset, "offset");
    const count = Math.max(0, Math.min(destination.length, node.sizeBytes - offset));
    if (count > 0) destination.set(node.bytes.subarray(offset, offset + count));
    return count;
  }

  read(offset: number, length: number): Uint8Array {
    const node = this.#open("read");
    requireByteCount(offset, "offset");
    requireByteCount(length, "length");
    return node.bytes.slice(Math.min(offset, node.sizeBytes), Math.min(offset + length, node.sizeBytes));
  }

  write(offset: number, bytes: Uint8Array): void {
    const node = this.#openForWriting("write");
    requireByteCount(offset, "offset");
    if (bytes.length === 0) return;
    const end = offset + bytes.length;
    this.#reserve(node, end);
    node.bytes.set(bytes, offset);
    node.sizeBytes = Math.max(node.sizeBytes, end);
    node.modifiedAtMs = this.now();
  }

  append(bytes: Uint8Array): number {
    const end = this.#openForWriting("append to").sizeBytes;
    this.write(end, bytes);
    return end;
  }

  sync(): void {
    this.#open("sync");
  }

  truncate(length: number): void {
    const node = this.#openForWriting("truncate");
    requireByteCount(length, "length");
    this.#reserve(node, length);
    // What lies beyond the end must be zero when the file grows again.
    if (length < node.sizeBytes) node.bytes.fill(0, length, node.sizeBytes);
    node.sizeBytes = length;
    node.modifiedAtMs = this.now();
  }

  identity(): FileIdentity {
    return this.#open("identify").identity;
  }

  close(): void {
    this.#closed = true;
  }

  #reserve(node: FileNode, length: number): void {
    if (length <= node.bytes.length) return;
    let grown: Uint8Array;
    try {
      grown = new Uint8Array(Math.max(length, 2 * node.bytes.length, SMALLEST_CAPACITY_BYTES));
    } catch (cause) {
      throw runtimeError("DiskFull", "write", this.path, { reason: "the memory is used up", cause });
    }
    grown.set(node.bytes.subarray(0, node.sizeBytes));
    node.bytes = grown;
  }

  #open(operation: string): FileNode {
    if (this.#closed) throw runtimeError("Closed", operation, this.path);
    return this.node;
  }

  #openForWriting(operation: string): FileNode {
    const node = this.#open(operation);
    if (this.readonly) throw runtimeError("ReadOnlyHandle", operation, this.path);
    return node;
  }
}
