/**
 * What the SDK may ask of the machine: files, a lock, and an environment. Node, Bun, Deno and the in-memory runtime
 * implement these types, and `contract.cases.ts` checks the laws stated here on each of them.
 *
 * Paths are strings in which "/" separates; on Windows `C:/…` and `//server/share/…` (see `portablePath` in `paths.ts`).
 * All calls are synchronous unless they say otherwise. Whatever fails throws a {@link RuntimeError}.
 *
 * One law binds the caller: byte arrays given to these calls must not be views on WebAssembly memory. Such memory
 * can be detached by growth while a runtime still holds the pointer. Arrays that come back belong to the caller.
 */

/** Why an operation of a runtime failed. The codes are stable: the SDK and its callers branch on them. */
export type RuntimeErrorCode =
  | "NotFound"
  | "AlreadyExists"
  | "IsDirectory"
  | "NotADirectory"
  /** A device, pipe or socket stands where a regular file is needed. */
  | "NotARegularFile"
  /** A symbolic link stands where none is accepted, or links form a circle. */
  | "SymbolicLink"
  /** The path can't name anything: too long, or it contains a NUL byte. */
  | "InvalidPath"
  /** The operating system or the runtime's sandbox refuses; see {@link RuntimeError.permissionFlag}. */
  | "PermissionDenied"
  | "ReadOnlyFileSystem"
  /** No space left, or the user's quota is used up. */
  | "DiskFull"
  | "FileTooLarge"
  | "TooManyOpenFiles"
  /** Rename between two file systems. */
  | "CrossDevice"
  /** Something else holds the file: another lock, or on Windows an open handle. */
  | "Busy"
  /** The handle has been closed. */
  | "Closed"
  /** A write through a handle that was opened for reading. */
  | "ReadOnlyHandle"
  /** This machine or file system offers no lock that excludes other processes. */
  | "LockUnavailable"
  /** The lockfile or the capsule is no longer the file that was locked: another writer may be at work. */
  | "LockLost"
  /** A server that can't be reached, or doesn't answer in time. */
  | "Unreachable"
  /** This runtime has no such ability, for example programs in a browser. */
  | "NotSupported"
  /** Anything else the operating system reported; `cause` holds it. */
  | "IoError";

export interface RuntimeErrorDetails {
  /** What was being done, as a verb phrase: "open", "write", "rename". */
  readonly operation: string;
  readonly path?: string;
  /** The Deno command line flag that would permit the operation, such as `--allow-write=/data`. */
  readonly permissionFlag?: string;
  readonly cause?: unknown;
}

/** A failure of the machine under the SDK, with a stable code whatever the runtime. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly operation: string;
  readonly path: string | undefined;
  readonly permissionFlag: string | undefined;

  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    details: RuntimeErrorDetails,
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.operation = details.operation;
    this.path = details.path;
    this.permissionFlag = details.permissionFlag;
  }
}

/**
 * Names one file on this machine for as long as someone holds it open: two handles or paths are the same file
 * exactly if their identities are equal strings. Made of device and inode; not to be stored.
 */
export type FileIdentity = string & { readonly brand: "FileIdentity" };

/**
 * An open file, seen as bytes with positions. There is no cursor: every call says where.
 * Offsets and lengths are non-negative integers below 2^53.
 *
 * Reading may be asynchronous (a remote file, a browser): `read` and `readInto` then give a promise, and a reader
 * has to handle both. {@link LocalFile} is the narrower type that local file systems give. Writing and everything
 * else is synchronous in all.
 */
export interface File {
  /** The path it was opened by. */
  readonly path: string;
  /** Whether writing through this handle is refused with `ReadOnlyHandle`. */
  readonly readonly: boolean;

  /** The file's length in bytes now, also when another process has changed it. */
  size(): number;

  /**
   * Fills `destination` with the bytes from `offset` on and returns how many there were. Fewer than
   * `destination.length` exactly if the file ends there; 0 at or beyond its end, which is no error.
   */
  readInto(offset: number, destination: Uint8Array): number | Promise<number>;

  /** As {@link readInto}, into a fresh array of exactly the bytes there were; at most `length`. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;

  /**
   * Writes all of `bytes` at `offset`, or throws; a gap before `offset` reads as zeros. After an error any part of
   * the bytes may have been written. Nothing is durable before {@link sync}.
   */
  write(offset: number, bytes: Uint8Array): void;

  /** Writes all of `bytes` at the end of the file, and returns the offset at which they begin. */
  append(bytes: Uint8Array): number;

  /**
   * Returns once the file's bytes and length are on stable storage: `fdatasync`, on macOS `F_FULLFSYNC`.
   * After an error nobody knows what is durable, and calling again proves nothing: close the handle.
   * The directory entry of a new file needs {@link FileSystem.syncDirectory} besides.
   */
  sync(): void;

  /** Sets the length in bytes; what is added reads as zeros. */
  truncate(length: number): void;

  identity(): FileIdentity;

  /** Gives the handle back. Calling it again does nothing; any other call afterwards fails with `Closed`. */
  close(): void;
}

/** A {@link File} whose reads are synchronous too. */
export interface LocalFile extends File {
  readInto(offset: number, destination: Uint8Array): number;
  read(offset: number, length: number): Uint8Array;
}

export interface OpenOptions {
  /**
   * `read`: an existing file, for reading only. `write`: an existing file, for reading and writing.
   * `create-exclusive`: a file that must not exist yet, not even as a dangling link; for reading and writing.
   */
  readonly mode: "read" | "write" | "create-exclusive";
  /** Creates with permission bits 0600 instead of 0666 less the umask. */
  readonly private?: boolean;
  /** Creates with the permission bits of the file at this path. Only where `mode` is `create-exclusive`. */
  readonly permissionsOf?: string;
  /** Whether a symbolic link at `path` is followed (default) or refused with `SymbolicLink`. */
  readonly followSymlinks?: boolean;
}

export type FileKind = "file" | "directory" | "symlink" | "other";

export interface FileStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** Last change of the content, milliseconds since 1970 UTC, whole. */
  readonly modifiedAtMs: number;
  readonly identity: FileIdentity;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface WalkEntry extends DirectoryEntry {
  /** Relative to where the walk began, "/" between the parts. */
  readonly relativePath: string;
}

export interface FileSystem {
  /** Opens a regular file; anything else is `IsDirectory` or `NotARegularFile`, and never blocks (a pipe would). */
  open(path: string, options: OpenOptions): LocalFile;

  /** What stands at `path`, or null if nothing does. Links are followed unless `followSymlinks` is false. */
  stat(path: string, options?: { readonly followSymlinks?: boolean }): FileStat | null;

  /** The absolute path without symbolic links of something that exists. */
  realPath(path: string): string;

  /**
   * Moves `from` to `to` in one step, replacing a file that stands there, and returns once both directories are
   * synced. Within one file system only (`CrossDevice`).
   */
  rename(from: string, to: string): void;

  /** Makes creations, removals and renames in a directory durable. Does nothing on Windows, which has no such call. */
  syncDirectory(path: string): void;

  /** Removes a file or a symbolic link (not its target). False if nothing was there. */
  remove(path: string): boolean;

  /** The entries of a directory, ordered by the bytes of their names. Links are reported, not followed. */
  list(path: string): DirectoryEntry[];

  /**
   * Everything below a directory, ordered by the UTF-8 bytes of the relative paths, where a directory counts as
   * ending in "/" and comes before what it holds. Links are reported, not followed. Lists as it goes:
   * memory is in proportion to the depth and the widest directories on the way. `enter` decides which
   * directories to descend into (default: all).
   */
  walk(path: string, options?: { readonly enter?: (directory: WalkEntry) => boolean }): Iterable<WalkEntry>;

  /** Creates a directory and the missing ones above it; no error if it exists. `private`: permission bits 0700. */
  makeDirectory(path: string, options?: { readonly private?: boolean }): void;

  /** All bytes of a file; `FileTooLarge` if they are more than `maxBytes` (default 2^31 - 1). */
  readFile(path: string, options?: { readonly maxBytes?: number }): Uint8Array;

  /**
   * Replaces a file in one durable step: a temporary file beside it (`temporaryPath` of `paths.ts`), synced, renamed
   * over it, directory synced. On failure the old content stands and the temporary file is removed.
   * `private`: permission bits 0600.
   */
  writeFile(path: string, bytes: Uint8Array, options?: { readonly private?: boolean }): void;

  /**
   * The kind of network file system that holds `path`, such as "nfs"; null if it is local, or can't be told (known on Linux
   * only, and in Deno with `--allow-sys=statfs`). Locks reach other machines there only as far as the server emulates them.
   */
  networkKind(path: string): string | null;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * How the lock is taken. The `flock` kinds are one lock, `flock(2)`, and exclude each other across runtimes, and so do
 * the `LockFileEx` kinds on Windows. `exclusive-file` is the fallback, which is not safe across hosts and containers.
 */
export type LockKind =
  | "flock (deno)"
  | "flock (bun:ffi)"
  | "flock (koffi)"
  | "flock (program)"
  | "flock (O_EXLOCK)"
  | "LockFileEx (koffi)"
  | "LockFileEx (bun:ffi)"
  | "LockFileEx (deno ffi)"
  | "LockFileEx (deno)"
  | "exclusive-file"
  | "in-process";

/** Who holds the lock, as far as can be told. */
export interface LockHolder {
  /** The lock's own file, for the recovery hint. */
  readonly lockfilePath: string;
  /** The JSON object the holder wrote, or null: it writes at this moment, or its lockfile was deleted. */
  readonly metadata: JsonObject | null;
}

/** A held writer's lock on one capsule. Held until {@link release} or the end of the process, however it ends. */
export interface Lock {
  readonly kind: LockKind;
  /** The capsule's path without symbolic links: the name that was locked. Open the capsule by it. */
  readonly capsulePath: string;
  readonly lockfilePath: string;

  /**
   * Extends the lock to the capsule's own file, which keeps it safe when someone deletes the lockfile. Done by
   * `acquire` when the capsule exists; call it right after creating one, or after moving one away and creating another.
   * Throws `Busy` if someone else holds that file, `NotFound` if there is none.
   */
  cover(): void;

  /**
   * Locks the file at `replacementPath`, renames it onto the capsule's path, syncs the directory and lets go of the old
   * file, so that no moment exists in which the capsule stands there unlocked. Checks the lock first.
   * On failure the capsule is what it was and the replacement is left where it was, unless only the directory's sync
   * failed. The writer's own handle still is on the old file: open the new one.
   */
  replaceCapsule(replacementPath: string): void;

  /**
   * Throws `LockLost` unless the lockfile and the capsule are still the files that were locked and, if it is given,
   * the writer's own handle is on that capsule. To be called before each commit. Costs two or three calls of `stat`.
   */
  check(capsule?: File): void;

  /** Empties the lockfile and unlocks. The file stays: unlinking it would admit two writers. Calling again does nothing. */
  release(): void;
}

/**
 * `stale`: nobody holds it, but the lockfile still names a holder that ended without releasing it. Harmless: the next
 * writer takes the lock as if it were empty.
 */
export type LockInspection =
  | { readonly state: "free" }
  | { readonly state: "held"; readonly holder: LockHolder }
  | { readonly state: "stale"; readonly holder: LockHolder };

export type LockResult =
  | { readonly state: "held"; readonly lock: Lock }
  | { readonly state: "busy"; readonly holder: LockHolder };

export interface LockOptions {
  /** Written into the lockfile, for people and for the error of whoever finds it held. */
  readonly metadata: JsonObject;
  /**
   * Accepts the `exclusive-file` fallback where there is no operating-system lock; otherwise that is `LockUnavailable`.
   * It does not protect against writers on other hosts or in other containers.
   */
  readonly allowFallback?: boolean;
}

export interface LockService {
  /**
   * Tries once to become the only writer of the capsule at `capsulePath`, which need not exist yet, but its directory
   * must. Doesn't wait for a holder (up to 100 ms for its metadata). Throws `SymbolicLink` for a
   * lockfile that is a link, `LockUnavailable`, and what opening and writing a file can throw.
   */
  acquire(capsulePath: string, options: LockOptions): Promise<LockResult>;

  /** Whether and by whom the lock is held now. Writes nothing, creates nothing. For `doctor`. */
  inspect(capsulePath: string): Promise<LockInspection>;

  /** The kind that `acquire` would use here; null if there is none but the fallback. For `doctor`. */
  kind(): Promise<LockKind | null>;
}

/** A running hash. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** The digest; the hash can't be used afterwards. */
  digest(): Uint8Array;
}

export interface ProgramOptions {
  readonly timeoutMs?: number;
  /** For each of stdout and stderr; beyond it the program is stopped. Default 16 MiB. */
  readonly maxOutputBytes?: number;
}

export interface ProgramResult {
  /** Null if a signal ended it, for example at the timeout. */
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface HttpRequest {
  /** Default: `GET`, or `POST` with a body. */
  readonly method?: "GET" | "POST";
  /** Sent as JSON in UTF-8. */
  readonly json?: JsonValue;
  /** For the whole exchange. Default 30,000. */
  readonly timeoutMs?: number;
  /** Of the answer's body; beyond it the request fails with `FileTooLarge`. Default 16 MiB. */
  readonly maxBodyBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What surrounds the program. Never the source of stored bytes unless the SDK was told to use it. */
export interface Environment {
  readonly runtimeName: "node" | "bun" | "deno" | "memory";
  readonly runtimeVersion: string;
  readonly platform: "linux" | "macos" | "windows" | "browser" | "other";
  /** Null where there are no processes. */
  readonly processId: number | null;
  /** Null where the name is unknown or reading it isn't permitted; so with the next three. */
  hostName(): string | null;
  userName(): string | null;
  homeDirectory(): string | null;
  currentDirectory(): string | null;
  /** An environment variable; undefined if unset or not permitted. */
  variable(name: string): string | undefined;
  /** Milliseconds since 1970 UTC, whole. */
  now(): number;
  /** Cryptographically secure. */
  randomBytes(count: number): Uint8Array;
  sha256(): Hash;
  /** Runs a program without a shell and with an empty stdin. Rejects with `NotFound`, `PermissionDenied`, `NotSupported`. */
  runProgram(name: string, args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
  /**
   * Asks a server, which is an answer whatever its status. Redirects aren't followed. Rejects with `Unreachable`,
   * `FileTooLarge`, `PermissionDenied`, `NotSupported`.
   */
  request(url: string, request?: HttpRequest): Promise<HttpAnswer>;
}

/** All that a runtime gives; each of `node.ts`, `bun.ts`, `deno.ts` and `memory.ts` exports one as `runtime`. */
export interface Runtime {
  readonly files: FileSystem;
  readonly locks: LockService;
  readonly environment: Environment;
}
