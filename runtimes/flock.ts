/** `flock(2)` on descriptors of `node:fs`, however the runtime reaches it. */

import fs from "node:fs";
import os from "node:os";
import type { FileIdentity, LockKind } from "./contract.js";
import { runtimeError, systemCodeOf, toRuntimeError, translating } from "./errors.js";
import type { LockedFile, LockMechanism } from "./lock-mechanism.js";

export type FlockOperation = "exclusive" | "shared" | "unlock";

/** Doesn't wait; false if another open file description holds it. Throws what else goes wrong. */
export type Flock = (descriptor: number, operation: FlockOperation) => boolean;

/** The numbers of flock(2), equal on Linux, macOS and the BSDs; LOCK_NB (4) included. */
export const FLOCK_OPERATIONS: { readonly [operation in FlockOperation]: number } = {
  shared: 1 | 4,
  exclusive: 2 | 4,
  unlock: 8,
};

/**
 * A {@link Flock} over the C function. `call` gives its result, `errno` the error number right after it, or 0 where it can't
 * be told; then a refusal counts as a lock held by another, which is the safe reading.
 */
export function flockOfC(call: (descriptor: number, operation: number) => number, errno: () => number): Flock {
  const { EAGAIN, EWOULDBLOCK, EINTR } = os.constants.errno;
  return (descriptor, operation) => {
    for (;;) {
      if (call(descriptor, FLOCK_OPERATIONS[operation]) === 0) return true;
      const error = errno();
      if (error === EINTR) continue;
      if (error === 0 || error === EAGAIN || error === EWOULDBLOCK) return false;
      throw runtimeError("LockUnavailable", "lock", undefined, { reason: `flock failed with ${errnoName(error)}` });
    }
  };
}

function errnoName(error: number): string {
  return Object.entries(os.constants.errno).find(([, value]) => value === error)?.[0] ?? `error ${error}`;
}

export type IdentityOf = (device: bigint, inode: bigint) => FileIdentity;

/** Locks files with a {@link Flock}. */
export class FlockMechanism implements LockMechanism {
  readonly locksCapsule = true;
  readonly #flock: Flock;
  readonly #identity: IdentityOf;

  constructor(
    readonly kind: LockKind,
    flock: Flock,
    identity: IdentityOf,
  ) {
    this.#flock = flock;
    this.#identity = identity;
  }

  open(path: string, options: { readonly create: boolean; readonly shared?: boolean }): LockedFile | null {
    const shared = options.shared ?? false;
    const descriptor = openForLock(path, { ...options, shared }, 0);
    try {
      if (this.#flock(descriptor, shared ? "shared" : "exclusive")) {
        return lockedDescriptor(descriptor, path, this.#identity, () => this.#flock(descriptor, "unlock"));
      }
    } catch (cause) {
      fs.closeSync(descriptor);
      throw toRuntimeError(cause, "lock", path);
    }
    fs.closeSync(descriptor);
    return null;
  }
}

/** Opening flags of macOS and the BSDs that lock at once (`<fcntl.h>`); `node:fs` has no names for them. */
const O_SHLOCK = 0x10;
const O_EXLOCK = 0x20;

/**
 * Locks with `open(2)` on macOS and the BSDs, where that is the same lock as flock(2). Without flock(2) there is no explicit
 * unlock: closing does it, unless a child process inherited the descriptor. Written from the manual, not tried.
 */
export class ExlockMechanism implements LockMechanism {
  readonly kind = "flock (O_EXLOCK)";
  readonly locksCapsule = true;
  readonly #identity: IdentityOf;

  constructor(identity: IdentityOf) {
    this.#identity = identity;
  }

  open(path: string, options: { readonly create: boolean; readonly shared?: boolean }): LockedFile | null {
    const shared = options.shared ?? false;
    try {
      const flags = (shared ? O_SHLOCK : O_EXLOCK) | fs.constants.O_NONBLOCK;
      const descriptor = openForLock(path, { ...options, shared }, flags);
      return lockedDescriptor(descriptor, path, this.#identity, () => undefined);
    } catch (error) {
      const system = systemCodeOf((error as Error).cause);
      if (system === "EAGAIN" || system === "EWOULDBLOCK") return null;
      if (system !== "EOPNOTSUPP" && system !== "ENOTSUP") throw error;
      throw runtimeError("LockUnavailable", "lock", path, { reason: "this file system has no locks", cause: error });
    }
  }
}

/** An open descriptor of the regular file at `path`, which is no link; created with mode 0600 if that is asked for. */
function openForLock(path: string, options: { create: boolean; shared: boolean }, moreFlags: number): number {
  const { O_RDONLY, O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  const flags = (options.shared ? O_RDONLY : O_RDWR) | (options.create ? O_CREAT : 0) | O_NOFOLLOW | moreFlags;
  try {
    const descriptor = fs.openSync(path, flags, 0o600);
    if (fs.fstatSync(descriptor).isFile()) return descriptor;
    fs.closeSync(descriptor);
  } catch (cause) {
    throw toRuntimeError(cause, "lock", path);
  }
  throw runtimeError("NotARegularFile", "lock", path);
}

function lockedDescriptor(descriptor: number, path: string, identity: IdentityOf, unlock: () => unknown): LockedFile {
  const { dev, ino } = fs.fstatSync(descriptor, { bigint: true });
  return {
    identity: identity(dev, ino),
    replaceContent: (bytes) => writeContent(descriptor, bytes, path),
    release: () => {
      // Closing unlocks as well, unless a child process holds the descriptor; neither may keep the other from happening.
      for (const step of [unlock, () => fs.closeSync(descriptor)]) {
        try {
          step();
        } catch {
          // Nothing better can be done with a lock that is being given up.
        }
      }
    },
  };
}

/** One positional write, then the cut to length. */
export function writeContent(descriptor: number, bytes: Uint8Array, path: string): void {
  translating("write to", path, () => {
    for (let done = 0; done < bytes.length; ) {
      done += fs.writeSync(descriptor, bytes, done, bytes.length - done, done);
    }
    fs.ftruncateSync(descriptor, bytes.length);
  });
}

/**
 * A {@link Flock} by way of the program `flock` (util-linux, BusyBox), which locks the descriptor that it inherits: the lock
 * belongs to the open file that we share with it, and stays when it exits. Null if no directory of `searchPath` has it.
 */
export async function flockProgram(searchPath: string): Promise<Flock | null> {
  const program = searchPath
    .split(":")
    .map((directory) => `${directory}/flock`)
    .find((path) => path.startsWith("/") && isExecutable(path));
  if (program === undefined) return null;
  const { spawnSync } = await import("node:child_process");
  const options = { exclusive: "-x", shared: "-s", unlock: "-u" } as const;
  return (descriptor, operation) => {
    const result = spawnSync(program, [options[operation], "-n", "3"], {
      stdio: ["ignore", "ignore", "pipe", descriptor],
    });
    if (result.error !== undefined) throw result.error;
    const complaint = result.stderr.toString("utf8").trim();
    if (result.status === 0) return true;
    // Both say 1 and nothing else if another holds it.
    if (result.status === 1 && complaint === "") return false;
    const reason = `${program} failed with status ${result.status}: ${complaint}`;
    throw runtimeError("LockUnavailable", "lock", undefined, { reason });
  };
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
