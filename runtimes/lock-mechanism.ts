/** What locks one file, for `lock-protocol.ts`: implemented for each runtime and system. */

import type { FileIdentity, JsonObject, LockHolder, LockKind, LockResult } from "./contract.js";

/** One locked file. */
export interface LockedFile {
  readonly identity: FileIdentity;
  /** Writes at offset 0 and cuts to length, in this order. */
  replaceContent(bytes: Uint8Array): void;
  /** Unlocks, then closes. Never throws. */
  release(): void;
}

export interface LockMechanism {
  readonly kind: LockKind;
  /** Whether the capsule's own file is locked too. On Windows that would keep readers out, and is not needed. */
  readonly locksCapsule: boolean;
  /**
   * Opens a regular file, not through a link, and tries to lock it; null if it is locked in a way that excludes this.
   * `create`: with mode 0600 if it is missing, else `NotFound`. `shared`: excludes only exclusive locks, and needs no
   * permission to write.
   */
  open(path: string, options: { readonly create: boolean; readonly shared?: boolean }): LockedFile | null;
}

/** The lock for machines without a usable mechanism; see `exclusive-file-lock.ts`. */
export interface FallbackLocks {
  acquire(capsulePath: string, lockfilePath: string, metadata: JsonObject): LockResult;
  /** Who holds the fallback's lock, or null. */
  holder(lockfilePath: string): LockHolder | null;
}
