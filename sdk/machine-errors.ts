/** From what a runtime throws to {@link CapsuleError}. */

import { RuntimeError, type RuntimeErrorCode } from "../runtimes/contract.js";
import { CapsuleError, type CapsuleErrorCode } from "./errors.js";

const CODES: { readonly [code in RuntimeErrorCode]: CapsuleErrorCode } = {
  NotFound: "NotFound",
  AlreadyExists: "AlreadyExists",
  IsDirectory: "InvalidArgument",
  NotADirectory: "InvalidArgument",
  NotARegularFile: "InvalidArgument",
  SymbolicLink: "InvalidArgument",
  InvalidPath: "InvalidArgument",
  PermissionDenied: "PermissionDenied",
  ReadOnlyFileSystem: "ReadOnlyFileSystem",
  DiskFull: "DiskFull",
  FileTooLarge: "TooLarge",
  TooManyOpenFiles: "IoError",
  CrossDevice: "IoError",
  Busy: "IoError",
  Closed: "Closed",
  ReadOnlyHandle: "ReadOnly",
  LockUnavailable: "LockUnavailable",
  LockLost: "LockLost",
  Unreachable: "IoError",
  NotSupported: "IoError",
  IoError: "IoError",
};

const HINTS: { readonly [code in CapsuleErrorCode]?: string } = {
  DiskFull: "Free some space, then open the capsule again: what was committed is unharmed.",
  LockUnavailable: "Use a local file system, or permit the fallback lock if no other host or container writes here.",
  LockLost: "Another writer may be at work. Open the capsule again; what was committed is unharmed.",
  ReadOnlyFileSystem: "Open the capsule for reading, or move it to a place that can be written.",
};

/** Whether `error` came from a runtime. By name too: a bundle may hold the class twice. */
export function isRuntimeError(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError || (error instanceof Error && error.name === "RuntimeError" && "code" in error);
}

/**
 * A runtime's failure in the SDK's terms; a {@link CapsuleError} is returned as it is, and what is neither becomes
 * `IoError`.
 *
 * @param action what the SDK was doing, a verb phrase: `commit to "workspace.mv2"`
 */
export function toCapsuleError(error: unknown, action: string): CapsuleError {
  if (error instanceof CapsuleError) return error;
  if (!isRuntimeError(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new CapsuleError("IoError", `Cannot ${action}: ${reason}`, { cause: error });
  }
  const code = CODES[error.code] ?? "IoError";
  const hint = error.permissionFlag === undefined ? HINTS[code] : `Run again with ${error.permissionFlag}.`;
  return new CapsuleError(code, `Cannot ${action}: ${error.message}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { operation: error.operation, ...(error.path === undefined ? {} : { path: error.path }) },
    cause: error,
  });
}

/** Runs `work` and gives what it throws the SDK's form. */
export function translating<Result>(action: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toCapsuleError(error, action);
  }
}
