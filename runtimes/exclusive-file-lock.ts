/**
 * The lock of last resort, for machines and file systems without an operating-system lock, and only if the caller allows it: a file
 * that exists exactly while someone holds the lock. A killed holder leaves it behind, so others must judge whether it is dead.
 * That judgement holds on one host and in one container. Across those this lock is not safe.
 *
 * - The file appears whole, by `link(2)` of a finished temporary file, which fails if the name is taken.
 * - Its name differs from the lockfile of the real locks, so that the two kinds can look for each other.
 * - It is removed by others only under an exclusive reaper file and after being read again: two who judge it dead at the same
 *   time can't remove the successor's. A reaper that dies in between leaves its file, which a person must remove.
 */

import fs from "node:fs";
import type { FileSystem, JsonObject, LockHolder, LockResult } from "./contract.js";
import { runtimeError, systemCodeOf, toRuntimeError } from "./errors.js";
import { HeldLock } from "./held-lock.js";
import type { FallbackLocks, LockedFile, LockMechanism } from "./lock-mechanism.js";
import { encodeMetadata, readHolder } from "./lock-metadata.js";
import { temporaryPath } from "./paths.js";
import { currentProcess, isCertainlyGone, type ProcessAccess, parseProcessIdentity } from "./process-identity.js";
import { secureRandomBytes } from "./std.js";

/** The lockfile's name, then this. */
const EXCLUSIVE_SUFFIX = ".exclusive";
const REAPER_SUFFIX = ".exclusive-reaper";

export class ExclusiveFileLocks implements FallbackLocks {
  readonly #files: FileSystem;
  readonly #access: ProcessAccess;

  constructor(files: FileSystem, access: ProcessAccess) {
    this.#files = files;
    this.#access = access;
  }

  acquire(capsulePath: string, lockfilePath: string, metadata: JsonObject): LockResult {
    const exclusivePath = lockfilePath + EXCLUSIVE_SUFFIX;
    const content = encodeMetadata({ ...metadata, process: currentProcess(this.#access) });
    if (!this.#link(exclusivePath, content)) {
      const holder = readHolder(this.#files, exclusivePath);
      if (!this.#isDead(holder) || !this.#reap(exclusivePath, lockfilePath + REAPER_SUFFIX)) {
        return { state: "busy", holder };
      }
      if (!this.#link(exclusivePath, content)) {
        return { state: "busy", holder: readHolder(this.#files, exclusivePath) };
      }
    }
    const held = heldFile(this.#files, exclusivePath);
    const lock = new HeldLock(this.#files, watching(this.#files), capsulePath, exclusivePath, held);
    // A holder of a real lock announces itself before it looks for us, and we before we look for it. Whether it still
    // lives can't be told without that kind of lock, so what a killed one left behind has to be emptied by a person.
    if ((this.#files.stat(lockfilePath, { followSymlinks: false })?.sizeBytes ?? 0) > 0) {
      lock.release();
      return { state: "busy", holder: readHolder(this.#files, lockfilePath) };
    }
    if (this.#files.stat(capsulePath) !== null) lock.cover();
    return { state: "held", lock };
  }

  holder(lockfilePath: string): LockHolder | null {
    const exclusivePath = lockfilePath + EXCLUSIVE_SUFFIX;
    if (this.#files.stat(exclusivePath, { followSymlinks: false }) === null) return null;
    const holder = readHolder(this.#files, exclusivePath);
    return this.#isDead(holder) ? null : holder;
  }

  #isDead(holder: LockHolder): boolean {
    const writer = parseProcessIdentity(holder.metadata?.["process"]);
    return writer !== null && isCertainlyGone(writer, this.#access);
  }

  /** Makes the file appear with its whole content; false if the name is taken. */
  #link(exclusivePath: string, content: Uint8Array): boolean {
    const temporary = temporaryPath(exclusivePath, secureRandomBytes(8));
    this.#files.writeFile(temporary, content, { private: true });
    try {
      fs.linkSync(temporary, exclusivePath);
      return true;
    } catch (cause) {
      if (systemCodeOf(cause) === "EEXIST") return false;
      const error = toRuntimeError(cause, "lock", exclusivePath);
      if (error.code !== "NotSupported" && systemCodeOf(cause) !== "EPERM") throw error;
      throw runtimeError("LockUnavailable", "lock", exclusivePath, { reason: "this file system has no links", cause });
    } finally {
      this.#files.remove(temporary);
    }
  }

  /** Removes a dead holder's file; false if someone else is doing it, or did it already. */
  #reap(exclusivePath: string, reaperPath: string): boolean {
    try {
      this.#files.open(reaperPath, { mode: "create-exclusive", private: true }).close();
    } catch (error) {
      if (toRuntimeError(error, "lock", reaperPath).code === "AlreadyExists") return false;
      throw error;
    }
    try {
      return this.#isDead(readHolder(this.#files, exclusivePath)) && this.#files.remove(exclusivePath);
    } finally {
      this.#files.remove(reaperPath);
    }
  }
}

/** The exclusive file as what {@link HeldLock} holds: kept open, so that its inode can't come back as another file's. */
function heldFile(files: FileSystem, exclusivePath: string): LockedFile {
  const file = files.open(exclusivePath, { mode: "read", followSymlinks: false });
  const identity = file.identity();
  return {
    identity,
    // The content came with the file, and leaves with it.
    replaceContent: () => undefined,
    release: () => {
      try {
        // Here the file is the lock, and goes; unless someone has put another in its place.
        const standing = files.stat(exclusivePath, { followSymlinks: false });
        if (standing?.identity === identity) files.remove(exclusivePath);
      } finally {
        file.close();
      }
    },
  };
}

/** Holds the capsule open to recognise it again, and locks nothing. */
function watching(files: FileSystem): LockMechanism {
  return {
    kind: "exclusive-file",
    locksCapsule: true,
    open: (path) => {
      const file = files.open(path, { mode: "read", followSymlinks: false });
      return { identity: file.identity(), replaceContent: () => undefined, release: () => file.close() };
    },
  };
}
