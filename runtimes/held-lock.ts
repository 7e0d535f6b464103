/** A lock that is held: steps 5 to 8 of `lock-protocol.ts`. */

import type { File, FileIdentity, FileSystem, JsonObject, Lock, LockKind, RuntimeError } from "./contract.js";
import { runtimeError } from "./errors.js";
import type { LockedFile, LockMechanism } from "./lock-mechanism.js";
import { encodeMetadata } from "./lock-metadata.js";

/** Why a file could not be locked: someone else's lock, or it is no longer the file at its path. */
export type Refusal = "busy" | "replaced";

/** The capsule that the lock covers; `locked` is null where the mechanism locks the lockfile only. */
interface CoveredCapsule {
  readonly identity: FileIdentity;
  readonly locked: LockedFile | null;
}

export class HeldLock implements Lock {
  readonly kind: LockKind;
  readonly #files: FileSystem;
  readonly #mechanism: LockMechanism;
  #lockfile: LockedFile | null;
  /** Null until there is a capsule. */
  #capsule: CoveredCapsule | null = null;

  constructor(
    files: FileSystem,
    mechanism: LockMechanism,
    readonly capsulePath: string,
    readonly lockfilePath: string,
    lockfile: LockedFile,
  ) {
    this.#files = files;
    this.#mechanism = mechanism;
    this.#lockfile = lockfile;
    this.kind = mechanism.kind;
  }

  /** Writes who holds it. */
  announce(metadata: JsonObject): void {
    this.#held().replaceContent(encodeMetadata(metadata));
  }

  tryCover(): "covered" | Refusal {
    this.#held();
    const standing = this.#identityAt(this.capsulePath);
    if (standing === null) throw runtimeError("NotFound", "lock", this.capsulePath);
    // A second handle on the file that we hold would be refused by our own lock.
    if (this.#capsule?.identity === standing) return "covered";
    const opened = this.#lockFile(this.capsulePath, standing);
    if (typeof opened === "string") return opened;
    this.#capsule?.locked?.release();
    this.#capsule = opened;
    return "covered";
  }

  cover(): void {
    const coverage = this.tryCover();
    if (coverage !== "covered") throw this.#refused(coverage, this.capsulePath);
  }

  replaceCapsule(replacementPath: string): void {
    this.check();
    const standing = this.#identityAt(replacementPath);
    if (standing === null) throw runtimeError("NotFound", "lock", replacementPath);
    const opened = this.#lockFile(replacementPath, standing);
    if (typeof opened === "string") throw this.#refused(opened, replacementPath);
    try {
      this.#files.rename(replacementPath, this.capsulePath);
    } finally {
      // Also after a failed directory sync, which leaves the new file in place.
      const renamed = this.#identityAt(this.capsulePath) === opened.identity;
      (renamed ? this.#capsule : opened)?.locked?.release();
      if (renamed) this.#capsule = opened;
    }
  }

  check(capsule?: File): void {
    const lockfile = this.#held();
    if (this.#identityAt(this.lockfilePath) !== lockfile.identity) throw this.#lost(this.lockfilePath);
    if (this.#capsule === null && capsule === undefined) return;
    const standing = this.#identityAt(this.capsulePath);
    if (this.#capsule !== null && standing !== this.#capsule.identity) throw this.#lost(this.capsulePath);
    if (capsule !== undefined && standing !== capsule.identity()) throw this.#lost(this.capsulePath);
  }

  release(): void {
    try {
      this.#lockfile?.replaceContent(new Uint8Array(0));
    } catch {
      // The lock goes all the same; the metadata stays behind as a killed holder's would.
    }
    this.abandon();
  }

  /** Unlocks and leaves the lockfile's content alone, which is not ours yet. */
  abandon(): void {
    // The capsule first: who gets the lockfile must not find the capsule busy.
    this.#capsule?.locked?.release();
    this.#lockfile?.release();
    this.#capsule = null;
    this.#lockfile = null;
  }

  #lockFile(path: string, standing: FileIdentity): CoveredCapsule | Refusal {
    if (!this.#mechanism.locksCapsule) return { identity: standing, locked: null };
    const locked = this.#mechanism.open(path, { create: false });
    if (locked === null) return "busy";
    if (locked.identity === this.#identityAt(path)) return { identity: locked.identity, locked };
    locked.release();
    return "replaced";
  }

  #held(): LockedFile {
    if (this.#lockfile === null) throw runtimeError("Closed", "use the released lock of", this.capsulePath);
    return this.#lockfile;
  }

  #identityAt(path: string): FileIdentity | null {
    return this.#files.stat(path, { followSymlinks: false })?.identity ?? null;
  }

  #refused(refusal: Refusal, path: string): RuntimeError {
    if (refusal === "replaced") return this.#lost(path);
    return runtimeError("Busy", "lock", path, { reason: "another process holds a lock on this file" });
  }

  #lost(path: string): RuntimeError {
    const reason = "the file was replaced or deleted since it was locked, and another writer may be at work. Reopen";
    return runtimeError("LockLost", "rely on the lock of", path, { reason });
  }
}
