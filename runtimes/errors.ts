/** From what Node, Bun and Deno throw to {@link RuntimeError}, so that one table knows the names of all three. */

import { RuntimeError, type RuntimeErrorCode } from "./contract.js";

/** Error numbers by name and Node's own codes, as `error.code` has them, and the names of Deno's error classes. */
const CODES: { readonly [name: string]: RuntimeErrorCode } = {
  ENOENT: "NotFound",
  NotFound: "NotFound",
  EEXIST: "AlreadyExists",
  AlreadyExists: "AlreadyExists",
  EISDIR: "IsDirectory",
  IsADirectory: "IsDirectory",
  ENOTDIR: "NotADirectory",
  NotADirectory: "NotADirectory",
  ENXIO: "NotARegularFile",
  ESPIPE: "NotARegularFile",
  ELOOP: "SymbolicLink",
  FilesystemLoop: "SymbolicLink",
  ENAMETOOLONG: "InvalidPath",
  ERR_INVALID_ARG_VALUE: "InvalidPath",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  PermissionDenied: "PermissionDenied",
  NotCapable: "PermissionDenied",
  ERR_ACCESS_DENIED: "PermissionDenied",
  EROFS: "ReadOnlyFileSystem",
  ENOSPC: "DiskFull",
  EDQUOT: "DiskFull",
  EFBIG: "FileTooLarge",
  EMFILE: "TooManyOpenFiles",
  ENFILE: "TooManyOpenFiles",
  EXDEV: "CrossDevice",
  EBUSY: "Busy",
  ETXTBSY: "Busy",
  EAGAIN: "Busy",
  EWOULDBLOCK: "Busy",
  Busy: "Busy",
  WouldBlock: "Busy",
  EBADF: "Closed",
  BadResource: "Closed",
  ENOTSUP: "NotSupported",
  EOPNOTSUPP: "NotSupported",
  ENOSYS: "NotSupported",
  NotSupported: "NotSupported",
};

const REASONS: { readonly [code in RuntimeErrorCode]: string } = {
  NotFound: "there is no such file or directory",
  AlreadyExists: "it exists already",
  IsDirectory: "it is a directory",
  NotADirectory: "a part of the path is not a directory",
  NotARegularFile: "it is not a regular file",
  SymbolicLink: "it is a symbolic link, or goes round in links",
  InvalidPath: "the path is too long or contains a NUL character",
  PermissionDenied: "permission denied",
  ReadOnlyFileSystem: "the file system is read-only",
  DiskFull: "no space is left on the device, or the quota is used up",
  FileTooLarge: "the file is larger than allowed",
  TooManyOpenFiles: "too many files are open",
  CrossDevice: "the two paths are on different file systems",
  Busy: "it is in use",
  Closed: "the handle is closed",
  ReadOnlyHandle: "it was opened for reading only",
  LockUnavailable: "there is no operating-system lock here",
  LockLost: "the locked file was replaced or deleted",
  Unreachable: "nothing answers there",
  NotSupported: "this runtime or file system does not support it",
  IoError: "input or output failed",
};

/** An error of ours with the standard sentence for its code. `reason` replaces the part after the colon. */
export function runtimeError(
  code: RuntimeErrorCode,
  operation: string,
  path?: string,
  more: { readonly reason?: string; readonly permissionFlag?: string; readonly cause?: unknown } = {},
): RuntimeError {
  const subject = path === undefined ? operation : `${operation} ${JSON.stringify(path)}`;
  const hint = more.permissionFlag === undefined ? "" : `. Run again with ${more.permissionFlag}`;
  return new RuntimeError(code, `Cannot ${subject}: ${more.reason ?? REASONS[code]}${hint}`, {
    operation,
    ...(path === undefined ? {} : { path }),
    ...(more.permissionFlag === undefined ? {} : { permissionFlag: more.permissionFlag }),
    ...(more.cause === undefined ? {} : { cause: more.cause }),
  });
}

/** What a runtime threw, as a {@link RuntimeError}; one that is such already is returned as it is. */
export function toRuntimeError(cause: unknown, operation: string, path?: string): RuntimeError {
  if (cause instanceof RuntimeError) return cause;
  const { code: systemCode, name, message } = describe(cause);
  const code = CODES[systemCode] ?? CODES[name] ?? "IoError";
  if (code === "IoError") return runtimeError(code, operation, path, { reason: message, cause });
  const permissionFlag = name === "NotCapable" ? missingFlag(message, path) : undefined;
  return runtimeError(code, operation, path, { cause, ...(permissionFlag === undefined ? {} : { permissionFlag }) });
}

/** The operating system's name of the error, such as `ENOENT`; empty if there is none. */
export function systemCodeOf(cause: unknown): string {
  return describe(cause).code;
}

function describe(cause: unknown): { code: string; name: string; message: string } {
  if (typeof cause !== "object" || cause === null) return { code: "", name: "", message: String(cause) };
  const { code, name, message } = cause as { code?: unknown; name?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "",
    name: typeof name === "string" ? name : "",
    message: typeof message === "string" ? message : String(cause),
  };
}

/** Deno says `Requires write access to "x", run again with the --allow-write flag`. */
function missingFlag(message: string, path: string | undefined): string | undefined {
  const flag = /--allow-[a-z]+/.exec(message)?.[0];
  if (flag === undefined) return undefined;
  return path !== undefined && (flag === "--allow-read" || flag === "--allow-write") ? `${flag}=${path}` : flag;
}

/** Runs `work` and gives what it throws the common form. */
export function translating<Result>(operation: string, path: string | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw toRuntimeError(cause, operation, path);
  }
}

/** Offsets and lengths must be exact: a fractional or huge number is a fault of the caller, not of the machine. */
export function requireByteCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} must be a non-negative integer below 2^53, got ${value}`);
  }
}
