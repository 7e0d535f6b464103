/** A file system over `node:fs`, shared by Node, Bun and Deno. What differs between them comes in as {@link DiskRules}. */

import fs from "node:fs";
import type {
  DirectoryEntry,
  FileIdentity,
  FileKind,
  FileStat,
  FileSystem,
  LocalFile,
  OpenOptions,
  WalkEntry,
} from "./contract.js";
import { type DiskCalls, DiskFile } from "./disk-file.js";
import { runtimeError, systemCodeOf, toRuntimeError, translating } from "./errors.js";
import { networkFileSystem } from "./network-file-systems.js";
import { joinPath, normalizePath, parentPath, portablePath, temporaryPath } from "./paths.js";
import { compareUtf8, secureRandomBytes } from "./std.js";
import { walkDirectory } from "./walk.js";

export type Access = "read" | "write";

export interface DiskRules extends DiskCalls {
  /** "windows" has other separators and no directory sync. */
  readonly platform: string;
  /** Throws `PermissionDenied` where the runtime's sandbox would refuse, or would stop to ask a person. */
  requireAccess(access: Access, path: string, operation: string): void;
  /** Whether the sandbox permits statfs(2). */
  mayAskForFileSystem(): boolean;
}

const DEFAULT_LARGEST_FILE_BYTES = 2 ** 31 - 1;

export class DiskFileSystem implements FileSystem {
  readonly #rules: DiskRules;

  constructor(rules: DiskRules) {
    this.#rules = rules;
  }

  open(path: string, options: OpenOptions): LocalFile {
    const follow = options.followSymlinks ?? true;
    const readonly = options.mode === "read";
    this.#rules.requireAccess("read", path, "open");
    if (!readonly) this.#rules.requireAccess("write", path, "open");
    // Looked at before it is opened: opening a pipe would wait for its other end.
    if (options.mode !== "create-exclusive") requireRegular(this.stat(path, { followSymlinks: follow }), path);
    const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = fs.constants;
    const access = readonly ? O_RDONLY : options.mode === "write" ? O_RDWR : O_RDWR | O_CREAT | O_EXCL;
    const likened = options.mode === "create-exclusive" ? options.permissionsOf : undefined;
    // What is to be as another file is private until it is.
    const permissions = options.private || likened !== undefined ? 0o600 : 0o666;
    const descriptor = translating("open", path, () =>
      fs.openSync(path, access | (follow ? 0 : O_NOFOLLOW), permissions),
    );
    const file = new DiskFile(descriptor, path, readonly, this.#rules);
    try {
      const opened = translating("open", path, () => fs.fstatSync(descriptor, { bigint: true }));
      requireRegular(this.#toStat(opened), path);
      if (likened !== undefined) this.#copyPermissions(likened, descriptor, path);
      // Windows has no O_NOFOLLOW: what stands at the path now must be no link, and what we hold.
      if (!follow && !O_NOFOLLOW) requireSame(this.stat(path, { followSymlinks: false }), file.identity(), path);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  #copyPermissions(from: string, descriptor: number, path: string): void {
    // Windows has access lists, which a new file takes from its directory.
    if (this.#rules.platform === "windows") return;
    this.#rules.requireAccess("read", from, "stat");
    translating("set the permissions of", path, () => fs.fchmodSync(descriptor, fs.statSync(from).mode & 0o777));
  }

  stat(path: string, options: { readonly followSymlinks?: boolean } = {}): FileStat | null {
    this.#rules.requireAccess("read", path, "stat");
    const call = (options.followSymlinks ?? true) ? fs.statSync : fs.lstatSync;
    try {
      const stats = call(path, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? null : this.#toStat(stats);
    } catch (cause) {
      const code = systemCodeOf(cause);
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw toRuntimeError(cause, "stat", path);
    }
  }

  realPath(path: string): string {
    this.#rules.requireAccess("read", path, "resolve");
    return portablePath(
      translating("resolve", path, () => fs.realpathSync.native(path)),
      this.#rules.platform,
    );
  }

  rename(from: string, to: string): void {
    for (const path of [from, to]) {
      this.#rules.requireAccess("read", path, "rename");
      this.#rules.requireAccess("write", path, "rename");
    }
    const directories = new Set([parentPath(to), parentPath(from)]);
    // Asked for before anything moves: a sync that isn't permitted must not fail afterwards.
    for (const directory of directories) this.#rules.requireAccess("read", directory, "sync the directory");
    // Systems differ in what they say of a directory at the target, some replace an empty one.
    if (this.stat(to, { followSymlinks: false })?.kind === "directory")
      throw runtimeError("IsDirectory", "replace", to);
    translating("rename", from, () => fs.renameSync(from, to));
    for (const directory of directories) this.syncDirectory(directory);
  }

  syncDirectory(path: string): void {
    if (this.#rules.platform === "windows") return;
    this.#rules.requireAccess("read", path, "sync the directory");
    translating("sync the directory", path, () => {
      const descriptor = fs.openSync(path, "r");
      try {
        fs.fsyncSync(descriptor);
      } catch (cause) {
        // Some network file systems have no such call, and keep directories durable in their own way or not at all.
        if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(systemCodeOf(cause))) throw cause;
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }

  remove(path: string): boolean {
    this.#rules.requireAccess("write", path, "remove");
    // Looked at first: Deno's unlink removes empty directories, and other systems disagree about the error.
    const standing = this.stat(path, { followSymlinks: false });
    if (standing === null) return false;
    if (standing.kind === "directory") throw runtimeError("IsDirectory", "remove", path);
    try {
      fs.unlinkSync(path);
      return true;
    } catch (cause) {
      if (systemCodeOf(cause) === "ENOENT") return false;
      throw toRuntimeError(cause, "remove", path);
    }
  }

  list(path: string): DirectoryEntry[] {
    this.#rules.requireAccess("read", path, "list");
    const found = translating("list", path, () => fs.readdirSync(path, { withFileTypes: true }));
    return found
      .map((entry): DirectoryEntry => ({ name: entry.name, kind: this.#entryKind(path, entry) }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  }

  /** Some file systems keep no kinds in directories, so "other" there may be anything. */
  #entryKind(directory: string, entry: fs.Dirent): FileKind {
    const kind = kindOf(entry);
    return kind !== "other"
      ? kind
      : (this.stat(joinPath(directory, entry.name), { followSymlinks: false })?.kind ?? kind);
  }

  walk(path: string, options: { readonly enter?: (directory: WalkEntry) => boolean } = {}): Iterable<WalkEntry> {
    return walkDirectory((directory) => this.list(directory), path, options.enter);
  }

  makeDirectory(path: string, options: { readonly private?: boolean } = {}): void {
    const normal = normalizePath(path);
    const standing = this.stat(normal);
    if (standing?.kind === "directory") return;
    if (standing !== null) throw runtimeError("NotADirectory", "create the directory", path);
    const parent = parentPath(normal);
    if (parent !== normal) this.makeDirectory(parent, options);
    this.#rules.requireAccess("write", normal, "create the directory");
    try {
      fs.mkdirSync(normal, options.private ? 0o700 : 0o777);
    } catch (cause) {
      // Another process may have been faster.
      if (systemCodeOf(cause) === "EEXIST" && this.stat(normal)?.kind === "directory") return;
      throw toRuntimeError(cause, "create the directory", path);
    }
    this.syncDirectory(parent);
  }

  readFile(path: string, options: { readonly maxBytes?: number } = {}): Uint8Array {
    const file = this.open(path, { mode: "read" });
    try {
      const maxBytes = options.maxBytes ?? DEFAULT_LARGEST_FILE_BYTES;
      const size = file.size();
      if (size > maxBytes) {
        const reason = `it has ${size} bytes, and at most ${maxBytes} are accepted`;
        throw runtimeError("FileTooLarge", "read", path, { reason });
      }
      return file.read(0, size);
    } finally {
      file.close();
    }
  }

  writeFile(path: string, bytes: Uint8Array, options: { readonly private?: boolean } = {}): void {
    const temporary = temporaryPath(path, secureRandomBytes(8));
    const file = this.open(temporary, { mode: "create-exclusive", private: options.private ?? false });
    try {
      try {
        file.write(0, bytes);
        file.sync();
      } finally {
        file.close();
      }
      this.rename(temporary, path);
    } catch (error) {
      this.#removeQuietly(temporary);
      throw error;
    }
  }

  networkKind(path: string): string | null {
    if (this.#rules.platform !== "linux" || !this.#rules.mayAskForFileSystem()) return null;
    this.#rules.requireAccess("read", path, "stat");
    return networkFileSystem(translating("stat", path, () => fs.statfsSync(path)).type);
  }

  /** For clean-up after an error, which must not be hidden by a second one. */
  #removeQuietly(path: string): void {
    try {
      this.remove(path);
    } catch {
      // An orphan, found later by its name.
    }
  }

  #toStat(stats: fs.BigIntStats): FileStat {
    return {
      kind: kindOf(stats),
      sizeBytes: Number(stats.size),
      modifiedAtMs: Number(stats.mtimeMs),
      identity: this.#rules.identity(stats.dev, stats.ino),
    };
  }
}

function kindOf(entry: fs.BigIntStats | fs.Dirent): FileKind {
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "directory" : "other";
}

function requireRegular(stat: FileStat | null, path: string): void {
  if (stat === null) throw runtimeError("NotFound", "open", path);
  if (stat.kind === "symlink") throw runtimeError("SymbolicLink", "open", path, { reason: "it is a symbolic link" });
  if (stat.kind === "directory") throw runtimeError("IsDirectory", "open", path);
  if (stat.kind === "other") throw runtimeError("NotARegularFile", "open", path);
}

function requireSame(stat: FileStat | null, identity: FileIdentity, path: string): void {
  requireRegular(stat, path);
  if (stat?.identity !== identity) throw runtimeError("Busy", "open", path, { reason: "it is being replaced" });
}
