/**
 * `LockFileEx` of Windows, called directly. Written from the documentation of Win32 and tested against an imitation of these five
 * functions only.
 *
 * One byte far beyond the metadata is locked, since these locks are mandatory: others must be able to read who holds
 * it. The handle doesn't share deletion, so while the lock is held nobody can delete or replace the lockfile, and the
 * capsule needs no lock of its own.
 */

import fs from "node:fs";
import { win32 } from "node:path";
import type { LockKind } from "./contract.js";
import { runtimeError, toRuntimeError } from "./errors.js";
import { type IdentityOf, writeContent } from "./flock.js";
import type { LockedFile, LockMechanism } from "./lock-mechanism.js";

/** A HANDLE as a signed integer of pointer size; which of the two types it has depends on the foreign function interface. */
export type WindowsHandle = number | bigint;

/** The functions of kernel32.dll that are needed. BOOL is 0 or not; a null pointer is null. */
export interface Kernel32 {
  CreateFileW(
    name: Uint8Array,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: null,
  ): WindowsHandle;
  LockFileEx(
    handle: WindowsHandle,
    flags: number,
    reserved: number,
    countLow: number,
    countHigh: number,
    overlapped: Uint8Array,
  ): number;
  UnlockFileEx(
    handle: WindowsHandle,
    reserved: number,
    countLow: number,
    countHigh: number,
    overlapped: Uint8Array,
  ): number;
  CloseHandle(handle: WindowsHandle): number;
  GetLastError(): number;
}

const GENERIC_READ = 0x80000000;
const GENERIC_WRITE = 0x40000000;
const FILE_SHARE_READ = 1;
const FILE_SHARE_WRITE = 2;
const OPEN_EXISTING = 3;
const OPEN_ALWAYS = 4;
const FILE_ATTRIBUTE_NORMAL = 0x80;
const FILE_FLAG_OPEN_REPARSE_POINT = 0x00200000;
const LOCKFILE_FAIL_IMMEDIATELY = 1;
const LOCKFILE_EXCLUSIVE_LOCK = 2;

/** Of winerror.h. 0 stands for "can't be told", and then a refusal counts as a lock held by another. */
const WINDOWS_ERRORS: { readonly [error: number]: string } = { 2: "ENOENT", 3: "ENOENT", 4: "EMFILE", 5: "EACCES" };
const ERROR_SHARING_VIOLATION = 32;
const ERROR_LOCK_VIOLATION = 33;
const ERROR_IO_PENDING = 997;
const BUSY_ERRORS = [0, ERROR_LOCK_VIOLATION, ERROR_IO_PENDING];

const LOCKED_OFFSET = 0x7ffffffffffffffen;

/** An OVERLAPPED that names the locked byte: two pointers that the system fills, then the offset, then an event. */
function overlapped(): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(16, LOCKED_OFFSET, true);
  return bytes;
}

/** UTF-16LE with a terminating zero, in the form that has no limit of 260 characters. */
function wideString(path: string): Uint8Array {
  const text = `${win32.toNamespacedPath(path)}\0`;
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}

export class WindowsLockMechanism implements LockMechanism {
  readonly locksCapsule = false;
  readonly #kernel: Kernel32;
  readonly #identity: IdentityOf;

  constructor(
    readonly kind: LockKind,
    kernel: Kernel32,
    identity: IdentityOf,
  ) {
    this.#kernel = kernel;
    this.#identity = identity;
  }

  open(path: string, options: { readonly create: boolean; readonly shared?: boolean }): LockedFile | null {
    const shared = options.shared ?? false;
    const handle = this.#openHandle(path, options.create, shared);
    const flags = LOCKFILE_FAIL_IMMEDIATELY | (shared ? 0 : LOCKFILE_EXCLUSIVE_LOCK);
    if (this.#kernel.LockFileEx(handle, flags, 0, 1, 0, overlapped()) === 0) {
      const error = this.#kernel.GetLastError();
      this.#kernel.CloseHandle(handle);
      if (BUSY_ERRORS.includes(error)) return null;
      throw runtimeError("LockUnavailable", "lock", path, { reason: `LockFileEx failed with error ${error}` });
    }
    try {
      return this.#lockedFile(handle, path, shared);
    } catch (error) {
      this.#release(handle);
      throw toRuntimeError(error, "lock", path);
    }
  }

  #openHandle(path: string, create: boolean, shared: boolean): WindowsHandle {
    const handle = this.#kernel.CreateFileW(
      wideString(path),
      shared ? GENERIC_READ : (GENERIC_READ | GENERIC_WRITE) >>> 0,
      FILE_SHARE_READ | FILE_SHARE_WRITE,
      null,
      create ? OPEN_ALWAYS : OPEN_EXISTING,
      FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
      null,
    );
    if (BigInt.asIntN(64, BigInt(handle)) !== -1n) return handle;
    const error = this.#kernel.GetLastError();
    if (error === ERROR_SHARING_VIOLATION) throw runtimeError("Busy", "lock", path);
    throw toRuntimeError(
      { code: WINDOWS_ERRORS[error], message: `CreateFileW failed with error ${error}` },
      "lock",
      path,
    );
  }

  /** Reads and writes through `node:fs`: the path can't lead elsewhere while the handle is open. */
  #lockedFile(handle: WindowsHandle, path: string, shared: boolean): LockedFile {
    const { dev, ino } = fs.statSync(path, { bigint: true });
    return {
      identity: this.#identity(dev, ino),
      replaceContent: (bytes) => {
        if (shared) throw runtimeError("ReadOnlyHandle", "write to", path);
        const descriptor = fs.openSync(path, "r+");
        try {
          writeContent(descriptor, bytes, path);
        } finally {
          fs.closeSync(descriptor);
        }
      },
      release: () => this.#release(handle),
    };
  }

  #release(handle: WindowsHandle): void {
    this.#kernel.UnlockFileEx(handle, 0, 1, 0, overlapped());
    this.#kernel.CloseHandle(handle);
  }
}
