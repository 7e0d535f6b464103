/** The runtime for Bun. */

import fs from "node:fs";
import process from "node:process";
import type { FileIdentity, Runtime } from "./contract.js";
import { DiskFileSystem } from "./disk-files.js";
import { ExclusiveFileLocks } from "./exclusive-file-lock.js";
import { type Flock, FlockMechanism, flockOfC, flockProgram } from "./flock.js";
import type { LockMechanism } from "./lock-mechanism.js";
import { ProtocolLocks } from "./lock-protocol.js";
import { currentPlatform, SystemEnvironment } from "./system-environment.js";
import { type Kernel32, WindowsLockMechanism } from "./windows-lock.js";

type ForeignFunctions = typeof import("bun:ffi");

const platform = currentPlatform();
const identity = (device: bigint, inode: bigint) => `${device}:${inode}` as FileIdentity;

/** `F_FULLFSYNC` of macOS's `<sys/fcntl.h>`: flushes the drive's own cache too, which its fsync(2) does not. */
const F_FULLFSYNC = 51;
let fullSync: ((descriptor: number) => boolean) | undefined;

/**
 * Bun doesn't say which call its `fdatasync` makes on macOS, so the full one is made here, after it: a file system
 * without it (some network ones) keeps the plain sync. Written from the manual, not tried.
 */
function syncOnMac(descriptor: number): void {
  fs.fdatasyncSync(descriptor);
  fullSync ??= loadFullSync();
  fullSync(descriptor);
}

function loadFullSync(): (descriptor: number) => boolean {
  const { dlopen } = process.getBuiltinModule("bun:ffi" as "fs") as unknown as ForeignFunctions;
  // fcntl(2) is variadic, but this command takes no third argument.
  const { symbols } = dlopen("libSystem.B.dylib", { fcntl: { args: ["i32", "i32"], returns: "i32" } });
  return (descriptor) => symbols.fcntl(descriptor, F_FULLFSYNC) === 0;
}

const files = new DiskFileSystem({
  platform,
  identity,
  sync: platform === "macos" ? syncOnMac : (descriptor) => fs.fdatasyncSync(descriptor),
  requireAccess: () => undefined,
  mayAskForFileSystem: () => true,
});

const environment = new SystemEnvironment({
  runtimeName: "bun",
  runtimeVersion: process.versions["bun"] ?? "",
  loadCrypto: () => process.getBuiltinModule("node:crypto"),
  permits: () => true,
});

/** The C library under the names that it has on glibc, musl and macOS, with its function that tells where `errno` is. */
const C_LIBRARIES =
  platform === "macos"
    ? [{ name: "libSystem.B.dylib", errnoFunction: "__error" }]
    : ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"].map((name) => ({
        name,
        errnoFunction: "__errno_location",
      }));

function cFlock(ffi: ForeignFunctions): Flock | null {
  for (const { name, errnoFunction } of C_LIBRARIES) {
    try {
      const { symbols } = ffi.dlopen(name, {
        flock: { args: ["i32", "i32"], returns: "i32" },
        [errnoFunction]: { args: [], returns: "ptr" },
      });
      return flockOfC(symbols["flock"] as (descriptor: number, operation: number) => number, () =>
        ffi.read.i32(symbols[errnoFunction]?.() as number, 0),
      );
    } catch {
      // Not this one.
    }
  }
  return null;
}

async function loadMechanism(): Promise<LockMechanism | null> {
  const ffi = await import("bun:ffi");
  if (platform === "windows") return windowsMechanism(ffi);
  const flock = cFlock(ffi);
  if (flock !== null) return new FlockMechanism("flock (bun:ffi)", flock, identity);
  const program = await flockProgram(environment.variable("PATH") ?? "");
  return program === null ? null : new FlockMechanism("flock (program)", program, identity);
}

function windowsMechanism(ffi: ForeignFunctions): LockMechanism {
  const { symbols } = ffi.dlopen("kernel32.dll", {
    CreateFileW: { args: ["ptr", "u32", "u32", "ptr", "u32", "u32", "ptr"], returns: "i64" },
    LockFileEx: { args: ["i64", "u32", "u32", "u32", "u32", "ptr"], returns: "i32" },
    UnlockFileEx: { args: ["i64", "u32", "u32", "u32", "ptr"], returns: "i32" },
    CloseHandle: { args: ["i64"], returns: "i32" },
    GetLastError: { args: [], returns: "u32" },
  });
  return new WindowsLockMechanism("LockFileEx (bun:ffi)", symbols satisfies Kernel32, identity);
}

export const runtime: Runtime = {
  files,
  environment,
  locks: new ProtocolLocks({
    files,
    readLink: (path) => fs.readlinkSync(path),
    loadMechanism,
    fallback: new ExclusiveFileLocks(files, {
      mayRead: () => true,
      maySignal: () => true,
      hostName: () => environment.hostName(),
    }),
  }),
};
