/** What the SDK throws: one class, a stable code, and what to do next. */

/**
 * Every code with the exit code that the command line gives it: 1 is for the caller to put right (arguments, a lock,
 * a label), 2 for the machine (input and output, corruption, a bug). Codes are never renamed within a major version.
 */
const EXIT_CODES = {
  /** A file, or a URI that an operation needs to exist. Reads answer null instead. */
  NotFound: 1,
  AlreadyExists: 1,
  /** Another process holds the writer's lock. */
  LockedByWriter: 1,
  /** The lockfile or the capsule was replaced under this writer: it must not append any more. */
  LockLost: 2,
  /** There is no operating-system lock on this machine or file system. */
  LockUnavailable: 2,
  /** Bytes of the file are not what their hashes say. */
  Corrupted: 2,
  VersionMismatch: 1,
  /** The file is not a capsule; the message names what it is, where that is known. */
  ForeignFormat: 1,
  /** The capsule is encrypted with age, and neither a passphrase nor an identity was given; or it was opened for writing. */
  EncryptedCapsule: 1,
  /** The capsule is encrypted with a passphrase, or is to be, and none was given. */
  PassphraseRequired: 1,
  InvalidPassphrase: 1,
  /** The capsule is encrypted for recipients, and none of the identities that were given is one of theirs. */
  NoMatchingIdentity: 1,
  InvalidUri: 1,
  InvalidArgument: 1,
  /** A configuration file is no JSON, or has a wrong or unknown key; the message names the file and the keys. */
  InvalidConfig: 1,
  /** The same run id is in use under another spec. */
  RunOfOtherSpec: 1,
  DuplicateLabel: 1,
  /** No such run; the message lists those that there are. */
  UnknownRun: 1,
  UnknownBranch: 1,
  DuplicateBranch: 1,
  UnknownCheckpoint: 1,
  CheckpointOnOtherBranch: 1,
  /** The checkpoint is older than a compaction that dropped the history: what could be seen there is gone. */
  HistoryDropped: 1,
  WriteQueueFull: 1,
  /** A write through a capsule that was opened for reading. */
  ReadOnly: 1,
  /** An earlier write failed: this handle writes no more. */
  Poisoned: 2,
  /** The bytes that this reader had opened are gone: the file was cut, or another one stands in its place. */
  SnapshotLost: 2,
  /** Beyond a limit of the format or of the call. */
  TooLarge: 1,
  AliasCycle: 1,
  AliasTooLong: 1,
  PermissionDenied: 2,
  ReadOnlyFileSystem: 2,
  DiskFull: 2,
  IoError: 2,
  /** The capsule was closed. */
  Closed: 1,
  /** An AbortSignal ended the call. */
  Aborted: 1,
  /** One read of a remote file needed more bytes at once than may be kept. */
  WorkingSetTooLarge: 2,
  OutOfMemory: 2,
  /** The core failed in a way that only a bug explains. The file is unharmed; open it again. */
  CoreFault: 2,
  /** Neither the memory that was configured nor what may stand in for it is there; the message says which was missing. */
  MemoryUnavailable: 1,
  /** The local-memory daemon or its command failed, or answered what isn't its protocol. */
  MemoryBackendFailed: 2,
  UnknownEventType: 1,
  InvalidEventPayload: 1,
  /** A model call would have stored more than `capture.mode` permits. */
  CaptureModeViolation: 1,
  /** A name that no mount may have: reserved, of other characters, or that of another mount but for upper and lower case. */
  InvalidMountName: 1,
  /** Another capsule is mounted under this name. */
  MountHashConflict: 1,
  /** A capsule isn't what the caller demanded: its digest, its sequence, its signature or its golden queries; `details.check` says which. */
  VerificationFailed: 1,
  /** A URI or label holds what must be masked, and can't be masked itself. */
  SecretInName: 1,
} as const satisfies Record<string, 1 | 2>;

/** The stable name of a failure; see the table in this file for what each means. */
export type CapsuleErrorCode = keyof typeof EXIT_CODES;

/** All codes, for whoever documents or checks them. */
export const capsuleErrorCodes = Object.keys(EXIT_CODES) as readonly CapsuleErrorCode[];

/** Facts about a failure, for programs: file offsets, hashes, limits, the lock's holder. Never secrets. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface CapsuleErrorOptions {
  /** What to do next, one sentence or two. */
  readonly hint?: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/**
 * The only error that the SDK throws on purpose. `message` says what could not be done, why, what was expected and what
 * was found; `hint` what to do next.
 *
 * @example
 * try {
 *   await Capsule.open(path, { mode: "write" });
 * } catch (error) {
 *   if (error instanceof CapsuleError && error.code === "LockedByWriter") console.error(error.message, error.hint);
 *   else throw error;
 * }
 */
export class CapsuleError extends Error {
  override readonly name = "CapsuleError";
  readonly code: CapsuleErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(code: CapsuleErrorCode, message: string, options: CapsuleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** What a command that ends with this error exits with: 1 user error, 2 system error. */
  get exitCode(): 1 | 2 {
    return EXIT_CODES[this.code];
  }
}

/** The error of a call whose AbortSignal fired. `action` is a verb phrase such as "verify the capsule". */
export function abortedError(action: string, signal: AbortSignal): CapsuleError {
  return new CapsuleError("Aborted", `Cannot ${action} to its end: the caller aborted it`, { cause: signal.reason });
}

/** Throws {@link abortedError} once `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, action: string): void {
  if (signal?.aborted) throw abortedError(action, signal);
}

/** The error for an argument that can't be used. */
export function argumentError(name: string, expected: string, got: unknown, hint?: string): CapsuleError {
  const message = `Cannot use the argument ${name}: expected ${expected}, got ${describeValue(got)}`;
  return new CapsuleError("InvalidArgument", message, {
    ...(hint === undefined ? {} : { hint }),
    details: { argument: name },
  });
}

/** A value for an error message: its type and, when short and harmless, itself. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) {
    return String(value);
  }
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return value.constructor?.name === "Object" ? "an object" : describeClass(value);
  return `a ${typeof value}`;
}

function describeClass(value: object): string {
  const name = value.constructor?.name ?? "";
  return name === "" ? "an object" : `a value of class ${name}`;
}
