/** A file system in memory that keeps the laws of `contract.ts`. It has no symbolic links, owners or permissions. */

import type {
  DirectoryEntry,
  FileIdentity,
  FileStat,
  FileSystem,
  LocalFile,
  OpenOptions,
  WalkEntry,
} from "./contract.js";
import { runtimeError } from "./errors.js";
import { type FileNode, MemoryFile } from "./memory-file.js";
import { baseName, parentPath, resolvePath } from "./paths.js";
import { compareUtf8 } from "./std.js";
import { walkDirectory } from "./walk.js";

interface DirectoryNode {
  readonly kind: "directory";
  readonly identity: FileIdentity;
  readonly entries: Map<string, Node>;
  modifiedAtMs: number;
}

type Node = FileNode | DirectoryNode;

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
    const file = this.#newFile(new Uint8Array(0));
    this.#directoryOf(path, "open").entries.set(baseName(path), file);
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
    const target = this.#directoryOf(to, "rename");
    const replaced = target.entries.get(baseName(to));
    if (replaced === node) return;
    if (replaced?.kind === "directory") throw runtimeError("IsDirectory", "replace", to);
    if (replaced !== undefined && node.kind === "directory") throw runtimeError("NotADirectory", "rename", from);
    if (resolvePath("/", to).startsWith(`${resolvePath("/", from)}/`))
      throw runtimeError("InvalidPath", "rename", from);
    this.#directoryOf(from, "rename").entries.delete(baseName(from));
    target.entries.set(baseName(to), node);
  }

  syncDirectory(path: string): void {
    this.#requireDirectory(path, "sync the directory");
  }

  remove(path: string): boolean {
    const node = this.#find(path, "remove");
    if (node === null) return false;
    if (node.kind === "directory") throw runtimeError("IsDirectory", "remove", path);
    return this.#directoryOf(path, "remove").entries.delete(baseName(path));
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
    this.#directoryOf(path, "write").entries.set(baseName(path), this.#newFile(bytes.slice()));
  }

  networkKind(): null {
    return null;
  }

  /** As {@link #lookUp}, where a file that stands in the way is an error. */
  #find(path: string, operation: string): Node | null {
    const node = this.#lookUp(path);
    if (node !== null) return node;
    for (let above = parentPath(resolvePath("/", path)); ; above = parentPath(above)) {
      const standing = this.#lookUp(above);
      if (standing?.kind === "file") throw runtimeError("NotADirectory", operation, path);
      if (standing !== null) return null;
    }
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

  #directoryOf(path: string, operation: string): DirectoryNode {
    return this.#requireDirectory(parentPath(resolvePath("/", path)), operation);
  }

  #newFile(bytes: Uint8Array): FileNode {
    const identity = this.#newIdentity();
    return { kind: "file", identity, bytes, sizeBytes: bytes.length, modifiedAtMs: this.#now() };
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
