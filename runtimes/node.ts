/** The runtime for Node.js. */

import fs from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import type { FileIdentity, Runtime } from "./contract.js";
import { DiskFileSystem } from "./disk-files.js";
import { ExclusiveFileLocks } from "./exclusive-file-lock.js";
import { ExlockMechanism, type Flock, FlockMechanism, flockOfC, flockProgram } from "./flock.js";
import type { LockMechanism } from "./lock-mechanism.js";
import { ProtocolLocks } from "./lock-protocol.js";
import { currentPlatform, SystemEnvironment } from "./system-environment.js";
import { type Kernel32, WindowsLockMechanism } from "./windows-lock.js";

const platform = currentPlatform();
const identity = (device: bigint, inode: bigint) => `${device}:${inode}` as FileIdentity;

const files = new DiskFileSystem({
  platform,
  identity,
  // libuv makes this F_FULLFSYNC on macOS.
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  requireAccess: () => undefined,
  mayAskForFileSystem: () => true,
});

const environment = new SystemEnvironment({
  runtimeName: "node",
  runtimeVersion: process.versions.node,
  // Not `process.getBuiltinModule`, which Node has since 20.16 only.
  loadCrypto: () => createRequire(import.meta.url)("node:crypto"),
  permits: () => true,
});

/** The foreign function interface if it is installed and has a binary for this machine: it is an optional dependency. */
async function loadKoffi(): Promise<typeof import("koffi") | null> {
  try {
    return (await import("koffi")).default as unknown as typeof import("koffi");
  } catch {
    return null;
  }
}

/** The C function, which is in the process already: Node links the C library. */
function cFlock(koffi: typeof import("koffi")): Flock | null {
  try {
    const flock = koffi.load(null).func("int flock(int descriptor, int operation)");
    return flockOfC(flock, () => koffi.errno());
  } catch {
    return null;
  }
}

async function loadMechanism(): Promise<LockMechanism | null> {
  const koffi = await loadKoffi();
  if (platform === "windows") return koffi === null ? null : windowsMechanism(koffi);
  const flock = koffi === null ? null : cFlock(koffi);
  if (flock !== null) return new FlockMechanism("flock (koffi)", flock, identity);
  if (platform === "macos") return new ExlockMechanism(identity);
  const program = await flockProgram(environment.variable("PATH") ?? "");
  return program === null ? null : new FlockMechanism("flock (program)", program, identity);
}

function windowsMechanism(koffi: typeof import("koffi")): LockMechanism {
  const library = koffi.load("kernel32.dll");
  const kernel = {
    CreateFileW: library.func(
      "intptr_t __stdcall CreateFileW(const void *, uint32_t, uint32_t, void *, uint32_t, uint32_t, void *)",
    ),
    LockFileEx: library.func("int __stdcall LockFileEx(intptr_t, uint32_t, uint32_t, uint32_t, uint32_t, void *)"),
    UnlockFileEx: library.func("int __stdcall UnlockFileEx(intptr_t, uint32_t, uint32_t, uint32_t, void *)"),
    CloseHandle: library.func("int __stdcall CloseHandle(intptr_t)"),
    GetLastError: library.func("uint32_t __stdcall GetLastError()"),
  } satisfies { [name in keyof Kernel32]: unknown };
  return new WindowsLockMechanism("LockFileEx (koffi)", kernel as unknown as Kernel32, identity);
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
