/** A file system in memory that keeps the laws of `contract.ts`. It has no symbolic links, owners or permissions. */

import type { DirectoryEntry, FileIdentity, FileStat, FileSystem, LocalFile, OpenOptions, WalkEntry } from "./contract.js";
import { requireByteCount, runtimeError } from "./errors.js";
import { baseName, parentPath, resolvePath } from "./paths.js";
import { compareUtf8 } from "./std.js";
import { walkDirectory } from "./walk.js";

/** A file's content outlives its name while handles are open, as an inode does. */
interface FileNode {
  readonly kind: "file";
  readonly identity: FileIdentity;
  /** `bytes` may be longer than the file, so that appending doesn't copy each time. */
  bytes: Uint8Array;
  sizeBytes: number;
  modifiedAtMs: number;
}

interface DirectoryNode {
  readonly kind: "directory";
  readonly identity: FileIdentity;
  readonly entries: Map<string, Node>;
  modifiedAtMs: number;
}

type Node = FileNode | DirectoryNode;

const SMALLEST_CAPACITY_BYTES = 256;

class MemoryFile implements LocalFile {
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

export class MemoryFileSystem implements FileSystem {
  readonly #now: () => number;
  #nextIdentity = 1;
  readonly #root: DirectoryNode;

  constructor(now: () => number) {
    this.#now = now;
    this.#root = this.#newDirectory();
  }

  open(path: string, options: OpenOptions): LocalFile {
    const found = this.#find(path, "open");
    if (options.mode !== "create-exclusive") {
      if (found === null) throw runtimeError("NotFound", "open", path);
      if (found.kind === "directory") throw runtimeError("IsDirectory", "open", path);
      return new MemoryFile(path, options.mode === "read", found, this.#now);
    }
    if (found !== null) throw runtimeError("AlreadyExists", "open", path);
    const file: FileNode = {
      kind: "file",
      identity: this.#newIdentity(),
      bytes: new Uint8Array(0),
      sizeBytes: 0,
      modifiedAtMs: this.#now(),
    };
    this.#requireDirectory(parentPath(resolvePath("/", path)), "open").entries.set(baseName(path), file);
    return new MemoryFile(path, false, file, this.#now);
  }

  stat(path: string): FileStat | null {
    const node = this.#lookUp(path);
    if (node === null) return null;
    const sizeBytes = node.kind === "file" ? node.sizeBytes : 0;
    return { kind: node.kind, sizeBytes, modifiedAtMs: node.modifiedAtMs, identity: node.identity };
  }

  realPath(path: string): string {
    if (this.#find(path, "resolve") === null) throw runtimeError("NotFound", "resolve", path);
    return resolvePath("/", path);
  }

  rename(from: string, to: string): void {
    const node = this.#find(from, "rename");
    if (node === null) throw runtimeError("NotFound", "rename", from);
    const target = this.#requireDirectory(parentPath(resolvePath("/", to)), "rename");
    const replaced = target.entries.get(baseName(to));
    if (replaced === node) return;
    if (replaced?.kind === "directory") throw runtimeError("IsDirectory", "rename", from);
    if (replaced !== undefined && node.kind === "directory") throw runtimeError("NotADirectory", "rename", from);
    if (resolvePath("/", to).startsWith(`${resolvePath("/", from)}/`)) throw runtimeError("InvalidPath", "rename", from);
    this.#requireDirectory(parentPath(resolvePath("/", from)), "rename").entries.delete(baseName(from));
    target.entries.set(baseName(to), node);
  }

  syncDirectory(path: string): void {
    this.#requireDirectory(path, "sync the directory");
  }

  remove(path: string): boolean {
    const node = this.#find(path, "remove");
    if (node === null) return false;
    if (node.kind === "directory") throw runtimeError("IsDirectory", "remove", path);
    return this.#requireDirectory(parentPath(resolvePath("/", path)), "remove").entries.delete(baseName(path));
  }

  list(path: string): DirectoryEntry[] {
    const { entries } = this.#requireDirectory(path, "list");
    return [...entries]
      .map(([name, { kind }]): DirectoryEntry => ({ name, kind }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  }

  walk(path: string, options: { readonly enter?: (directory: WalkEntry) => boolean } = {}): Iterable<WalkEntry> {
    return walkDirectory((directory) => this.list(directory), path, options.enter);
  }

  makeDirectory(path: string): void {
    let directory = this.#root;
    for (const part of partsOf(path)) {
      const next: Node = directory.entries.get(part) ?? this.#newDirectory();
      if (next.kind !== "directory") throw runtimeError("NotADirectory", "create the directory", path);
      directory.entries.set(part, next);
      directory = next;
    }
  }

  readFile(path: string, options: { readonly maxBytes?: number } = {}): Uint8Array {
    const file = this.open(path, { mode: "read" });
    const size = file.size();
    if (size > (options.maxBytes ?? Number.POSITIVE_INFINITY)) {
      const reason = `it has ${size} bytes, and at most ${options.maxBytes} are accepted`;
      throw runtimeError("FileTooLarge", "read", path, { reason });
    }
    return file.read(0, size);
  }

  writeFile(path: string, bytes: Uint8Array): void {
    if (this.#find(path, "write")?.kind === "directory") throw runtimeError("IsDirectory", "write", path);
    const temporary = `${path}.replacement`;
    this.remove(temporary);
    this.open(temporary, { mode: "create-exclusive" }).write(0, bytes);
    this.rename(temporary, path);
  }

  /** As {@link #lookUp}, where a file that stands in the way is an error. */
  #find(path: string, operation: string): Node | null {
    const node = this.#lookUp(path);
    const parent = parentPath(resolvePath("/", path));
    if (node === null) for (let above = parent; ; above = parentPath(above)) {
      const standing = this.#lookUp(above);
      if (standing?.kind === "file") throw runtimeError("NotADirectory", operation, path);
      if (standing !== null) break;
    }
    return node;
  }

  #lookUp(path: string): Node | null {
    if (path === "" || path.includes("\0")) throw runtimeError("InvalidPath", "look up", path);
    let node: Node | undefined = this.#root;
    for (const part of partsOf(path)) node = node?.kind === "directory" ? node.entries.get(part) : undefined;
    return node ?? null;
  }

  #requireDirectory(path: string, operation: string): DirectoryNode {
    const node = this.#find(path, operation);
    if (node === null) throw runtimeError("NotFound", operation, path);
    if (node.kind !== "directory") throw runtimeError("NotADirectory", operation, path);
    return node;
  }

  #newDirectory(): DirectoryNode {
    return { kind: "directory", identity: this.#newIdentity(), entries: new Map(), modifiedAtMs: this.#now() };
  }

  #newIdentity(): FileIdentity {
    return `memory:${this.#nextIdentity++}` as FileIdentity;
  }
}

function partsOf(path: string): string[] {
  return resolvePath("/", path)
    .split("/")
    .filter((part) => part !== "");
}
